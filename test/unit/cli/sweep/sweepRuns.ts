import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { nodeBundle } from '../../../../scripts/nodeBundle.mjs';
import { run } from '../../../../server/cli/run';
import type { SweepRow } from '../../../../server/engine/report/sweepRow';
import { transformer } from '../../../bench/models';
import type { Printed } from '../commandLine';

/** A folder of models with the command line as it is packed, whose script workers run. */
export interface SweepFolder {
  readonly path: string;
  readonly script: string;
  at(name: string): string;
  /** Writes a plan and returns its path. */
  plan(name: string, plan: unknown): string;
  sweep(words: readonly string[], environment?: Readonly<Record<string, string>>): Promise<Printed>;
  rows(name: string): SweepRow[];
  remove(): void;
}

const plain = ['tiny-conv.onnx', 'tiny-mlp.onnx', 'detector.onnx', 'speech-lstm-gru.onnx'];
const packed = ['mobilenetv2', 'resnet50', 'whisper-tiny-encoder'];

/** @param generated how many small transformers there are beside seven fixtures */
export async function sweepFolder(generated: number): Promise<SweepFolder> {
  const path = mkdtempSync(join(tmpdir(), 'siliconlens-sweep-'));
  const at = (name: string): string => join(path, name);
  mkdirSync(at('models/more'), { recursive: true });
  const fixtures = 'test/fixtures/models';
  for (const name of plain) copyFileSync(`${fixtures}/${name}`, at(`models/${name}`));
  for (const name of packed)
    writeFileSync(at(`models/${name}.onnx`), gunzipSync(readFileSync(`${fixtures}/${name}.onnx.gz`)));
  for (let i = 0; i < generated; i++)
    writeFileSync(at(`models/more/made${i}.onnx`), transformer(40 * (i + 1)));
  const script = at('cli.cjs');
  await build({ entryPoints: ['server/cli.ts'], outfile: script, ...nodeBundle, logLevel: 'error' });
  return {
    path,
    script,
    at,
    plan(name, plan) {
      writeFileSync(at(name), JSON.stringify(plan, null, 1));
      return at(name);
    },
    async sweep(words, environment = {}) {
      const printed = { out: '', error: '' };
      const code = await run(['sweep', ...words], {
        out: (text) => (printed.out += text),
        error: (text) => (printed.error += text),
        locale: 'en_US.UTF-8',
        workerScript: script,
        environment,
        heapBytes: 2e9,
      });
      return { code, ...printed };
    },
    rows: (name) => rowsIn(readFileSync(at(name), 'utf8')),
    remove: () => rmSync(path, { recursive: true }),
  };
}

/** The rows of a file of JSON lines. */
export function rowsIn(text: string): SweepRow[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as SweepRow);
}
