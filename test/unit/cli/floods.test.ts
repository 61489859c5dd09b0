import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { transformer } from '../../bench/models';
import { int, part, text, varint } from '../formats/wire';
import { nodeBundle } from '../../../scripts/nodeBundle.mjs';

/** MB of old space; V8 ends the process with a signal or code 134 where they do not do. */
const heap = 160;
const folder = mkdtempSync(join(tmpdir(), 'siliconlens-floods-'));
const cli = join(folder, 'cli.cjs');

beforeAll(() =>
  build({
    entryPoints: ['server/cli.ts'],
    outfile: cli,
    ...nodeBundle,
    logLevel: 'error',
  }),
);
afterAll(() => rmSync(folder, { recursive: true }));

function command(name: string, content: string | Uint8Array, ...words: string[]) {
  const path = join(folder, name);
  writeFileSync(path, content);
  const ran = spawnSync(process.execPath, [`--max-old-space-size=${heap}`, cli, ...words, path], {
    encoding: 'utf8',
    maxBuffer: 200e6,
  });
  rmSync(path);
  return ran;
}

function many<T>(item: T, count: number): T[] {
  return Array.from({ length: count }, () => item);
}

/** A graph of the same piece over and over, and what may follow it. */
function flood(megabytes: number, piece: number[], before: number[] = []): Buffer {
  const pieces = Buffer.alloc(
    Math.floor((megabytes * 1e6) / piece.length) * piece.length,
    Uint8Array.from(piece),
  );
  const length = before.length + pieces.length;
  return Buffer.concat([
    Uint8Array.from([...int(1, 8), ...varint(7 * 8 + 2), ...varint(length), ...before]),
    pieces,
  ]);
}

const node = part(1, text(1, 'x'), text(2, 'x'), text(4, 'Relu'));
const shape = part(2, part(1, text(2, 'n')), part(1, int(1, 3)));
const floods: Readonly<Record<string, Buffer>> = {
  nodes: flood(60, node),
  attributes: flood(12, part(1, text(4, 'R'), part(5, text(1, 'axis'), int(20, 2), int(3, 1)))),
  'declared values': flood(12, part(13, text(1, 'x'), part(2, part(1, int(1, 1), shape)))),
  tensors: flood(12, part(5, text(8, 'w'), int(1, 1), int(2, 6), part(9, [1, 2, 3, 4]))),
  metadata: flood(12, part(16, text(1, 'key'), text(2, 'value'))),
  'texts of nodes': flood(50, part(1, text(4, 'R'), text(6, 'd'.repeat(100)))),
  'inputs of functions': Buffer.concat([
    flood(0, node),
    Buffer.alloc(4e6, Uint8Array.from(part(25, text(1, 'f'), ...many(text(4, 'x'), 60_000)))),
  ]),
};

describe('a file that describes more than there is memory for', () => {
  it.each(Object.keys(floods))('is refused in words: %s', (name) => {
    const ran = command('flood.onnx', floods[name]!, 'analyze', '--chip', 'nvidia-t4');
    expect(ran).toMatchObject({ status: 1, signal: null, stdout: '' });
    expect(ran.stderr).toMatch(
      /^siliconlens: .*flood\.onnx: what the file describes .* given up at byte [\d,]+ of \d.*; .*--max-old-space-size=MEGABYTES\n$/,
    );
  });

  it('is refused in Korean, and by each command that opens it', () => {
    for (const name of ['listing', 'verify', 'sparsity']) {
      const ran = command('flood.onnx', floods['nodes']!, name, '--lang', 'ko');
      expect(ran, name).toMatchObject({ status: 1, signal: null, stdout: '' });
      expect(ran.stderr, name).toMatch(/가중치는 읽지 않음.*--max-old-space-size=MEGABYTES/);
    }
  });

  it('is refused where it is text', () => {
    const head = '<ir_version: 10, opset_import: ["" : 18]>\ng (float[1] x) => (float[1] y)\n{\n';
    const text = `${head}${'y = Relu(x)\n'.repeat(1_000_000)}}\n`;
    for (const content of [text, '#'.repeat(90_000_000)]) {
      const ran = command('flood.onnxtxt', content, 'listing');
      expect(ran).toMatchObject({ status: 1, signal: null, stdout: '' });
      expect(ran.stderr).toContain('flood.onnxtxt: what the file describes');
    }
  });
});

describe('a file that there is memory for', () => {
  it('is read whole: weights do not count', () => {
    // 300 MB of weights, more than the whole heap.
    const weights = part(5, text(8, 'w'), int(1, 75_000_000), int(2, 1)).slice(2);
    const bytes = 300_000_000;
    const tensor = [...weights, ...varint(9 * 8 + 2), ...varint(bytes)];
    const begin = [...node, ...varint(5 * 8 + 2), ...varint(tensor.length + bytes), ...tensor];
    const heavy = Buffer.concat([
      Uint8Array.from([...int(1, 8), ...varint(7 * 8 + 2), ...varint(begin.length + bytes), ...begin]),
      Buffer.alloc(bytes, 1),
    ]);
    const ran = command('heavy.onnx', heavy, 'listing');
    expect(ran).toMatchObject({ status: 0, signal: null, stderr: '' });
    expect(ran.stdout).toContain('float[75000000] w');
  });

  it('is read whole: 50,000 nodes of a transformer', () => {
    const ran = command('large.onnx', transformer(50_000), 'listing');
    expect(ran).toMatchObject({ status: 0, signal: null, stderr: '' });
    expect(ran.stdout).toContain('Softmax');
  });
});
