import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { afterAll, describe, expect, it } from 'vitest';
import { Exports } from '../../../extension/webview/exports';
import { plainJson } from '../../../outside/json';
import { inChunks } from '../../../server/chunks';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { buildReport, lazyReport, type ReportInput } from '../../../server/engine/report/build';
import { printJson } from '../../../server/engine/report/print/json';
import type { LazyReport } from '../../../server/engine/report/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import { printReport, reportFormats } from '../../../server/printReport';
import { nodeBundle } from '../../../scripts/nodeBundle.mjs';
import { transformer } from '../../bench/models';

const folder = mkdtempSync(join(tmpdir(), 'siliconlens-stream-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function inputOf(nodes: number, ...chipIds: string[]): Promise<ReportInput> {
  const { value } = await readOnnx(memorySource(transformer(nodes)), uninterrupted);
  const workload = {
    bindings: { batch: 2 },
    phase: 'inference',
    precision: 'as-stored',
    runtime: null,
  } as const;
  const prepared = await prepare(value!, workload, uninterrupted);
  const chips = [];
  for (const id of chipIds) chips.push(await costsOn(prepared, chipById(id)!, uninterrupted));
  return {
    tool: { version: '0', catalogueVersion: '0' },
    path: 'a "model"\n한',
    prepared,
    chips,
    carbonIntensity: null,
    problems: [],
    lineOf: () => null,
    textOf: (problem) => problem.code,
  };
}

describe('JSON in pieces', () => {
  it('is to the byte what JSON.stringify writes', async () => {
    const input = await inputOf(300, 'nvidia-t4', 'intel-xeon-8480');
    const report = buildReport(input);
    const wanted = `${plainJson(JSON.stringify(report, null, 2))}\n`;
    expect([...printJson(lazyReport(input))].join('')).toBe(wanted);
    expect([...printJson(report)].join('')).toBe(wanted);
  });

  it('is so for empty and for long lists, left out fields, and numbers that JSON has no word for', () => {
    const long = Array.from({ length: 3000 }, (_, i) => ({
      i,
      left: undefined,
      text: `"\n\u2028${i}`,
      no: [],
      o: {},
    }));
    const odd = {
      a: [],
      b: {},
      c: undefined,
      long,
      d: [undefined, NaN, Infinity, null, -0, long],
      e: { f: { long } },
    };
    expect([...printJson(odd as unknown as LazyReport)].join('')).toBe(
      `${plainJson(JSON.stringify(odd, null, 2))}\n`,
    );
  });

  it('makes no chunk over 1 MiB, also where the whole is longer than a string can be', async () => {
    const input = await inputOf(40, 'nvidia-t4');
    const [node] = lazyReport(input).nodes;
    const large = { ...node!, name: 'n'.repeat(14_000) };
    // 40,000 nodes of some 14,500 letters: more than the 2^29 - 24 that a string of Node 20 can have.
    const nodes = {
      *[Symbol.iterator]() {
        for (let i = 0; i < 40_000; i++) yield large;
      },
    };
    let letters = 0;
    let longest = 0;
    for (const chunk of inChunks(printJson({ ...lazyReport(input), nodes }))) {
      letters += chunk.length;
      longest = Math.max(longest, chunk.length);
    }
    expect(letters).toBeGreaterThan(2 ** 29 - 24);
    expect(longest).toBeLessThan(2 ** 20);
  });

  it('keeps every format below 1 MiB a chunk', async () => {
    const input = await inputOf(3000, 'nvidia-t4');
    // Lists that are there already are not written whole either.
    const pieces = [...printJson(buildReport(input))].map((piece) => piece.length);
    expect(Math.max(...pieces)).toBeLessThan(2 ** 16);
    for (const format of reportFormats) {
      const chunks = [];
      for await (const chunk of printReport(input, format, 'en', uninterrupted)) chunks.push(chunk);
      expect(Math.max(...chunks.map((chunk) => chunk.length)), format).toBeLessThan(2 ** 20);
      if (format === 'json')
        expect(JSON.parse(chunks.join(''))).toEqual(JSON.parse(JSON.stringify(buildReport(input))));
    }
  });
});

describe('chunks', () => {
  it('cut no letter in two', () => {
    // One letter, then pairs: every cut at an even place would fall into one.
    const text = `a${'😀'.repeat(100_000)}`;
    const chunks = [...inChunks([text.slice(0, 1), text.slice(1)])];
    expect(chunks.length).toBeGreaterThan(2);
    expect(chunks.map((chunk) => Buffer.from(chunk).toString()).join('')).toBe(text);
  });
});

describe('a report that comes from the server', () => {
  it('is read chunk by chunk, each answered when it was taken', async () => {
    const exports = new Exports();
    const answered: string[] = [];
    const request = async (id: number): Promise<{ chunks: number }> => {
      for (const text of ['a', 'b', 'c']) {
        await exports.take({ export: id, text });
        answered.push(text);
      }
      return { chunks: 3 };
    };
    const seen: string[] = [];
    for await (const text of exports.read(request)) {
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(answered).toEqual(seen);
      seen.push(text);
    }
    expect(seen).toEqual(['a', 'b', 'c']);
  });

  it('is wanted no more when its reader stops, and fails as its request does', async () => {
    const exports = new Exports();
    let refused: unknown = null;
    const endless = async (id: number): Promise<{ chunks: number }> => {
      for (;;) await exports.take({ export: id, text: 'x' });
    };
    const watched = (id: number) =>
      endless(id).catch((error: unknown) => {
        refused = error;
        throw error;
      });
    for await (const text of exports.read(watched)) if (text === 'x') break;
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(refused).toBeInstanceOf(Error);
    const failing = exports.read(() => Promise.reject(new Error('no analysis')));
    await expect(failing.next()).rejects.toThrow('no analysis');
  });
});

it.skipIf(process.platform === 'win32')(
  'a reader that closes early ends the command line quietly',
  async () => {
    const cli = join(folder, 'cli.js');
    const entry = fileURLToPath(new URL('../../../server/cli.ts', import.meta.url));
    await build({ entryPoints: [entry], outfile: cli, ...nodeBundle, logLevel: 'error' });
    writeFileSync(join(folder, 'm.onnx'), transformer(2000));
    const words = `"${process.execPath}" cli.js analyze m.onnx --chip nvidia-t4 --format json`;
    // 141 is 128 + SIGPIPE (13), what bash says of `yes | head -1` too.
    const script = `yes | head -1 >/dev/null; echo \${PIPESTATUS[0]}; ${words} | head -1; echo \${PIPESTATUS[0]}`;
    const ran = spawnSync('bash', ['-c', script], { cwd: folder, encoding: 'utf8' });
    expect({ out: ran.stdout, error: ran.stderr }).toEqual({ out: '141\n{\n141\n', error: '' });
  },
);
