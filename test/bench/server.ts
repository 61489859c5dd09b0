/**
 * The built language server in a process of its own, over a real connection: listing, hints, hovers, changes of chip and dimension, and a hover while
 * an analysis is under way. Prints figures; nothing is asserted.
 * Run: npm run build && npm run bench:server
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { TestClient } from '../lsp/client';
import type { TestDocument } from '../lsp/client';
import { bytes, int, part, text, varint } from '../unit/formats/wire';

/** MatMul, Add and Relu in modules of their own, `[batch, 64]` throughout; weights of zeros. */
function chain(nodes: number): Uint8Array {
  const pieces: number[][] = [];
  const kinds = ['MatMul', 'Add', 'Relu'];
  for (let i = 0; i < nodes; i++) {
    const kind = kinds[i % 3] ?? 'Relu';
    const weight = kind === 'MatMul' ? [text(1, 'w')] : kind === 'Add' ? [text(1, 'b')] : [];
    const name = text(3, `/encoder/layer.${Math.floor(i / 12)}/block/${kind}_${i}`);
    pieces.push(part(1, text(1, `v${i}`), ...weight, text(2, `v${i + 1}`), name, text(4, kind)));
  }
  pieces.push(text(2, 'main_graph'));
  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  pieces.push(part(5, int(1, 64), int(1, 64), int(2, 1), text(8, 'w'), bytes(9, zeros(64 * 64 * 4))));
  pieces.push(part(5, int(1, 64), int(2, 1), text(8, 'b'), bytes(9, zeros(64 * 4))));
  const type = part(2, part(1, int(1, 1), part(2, part(1, text(2, 'batch')), part(1, int(1, 64)))));
  pieces.push(part(11, text(1, 'v0'), type), part(12, text(1, `v${nodes}`), type));
  const graph = pieces.flat();
  return Uint8Array.from([
    ...int(1, 9),
    ...varint(7 * 8 + 2),
    ...varint(graph.length),
    ...graph,
    ...part(8, text(1, ''), int(2, 17)),
  ]);
}

const folder = mkdtempSync(join(tmpdir(), 'bench-'));
const figures: [string, string][] = [];
const milliseconds = (value: number): string => `${value.toFixed(1)} ms`;

function model(name: string, nodes: number): string {
  writeFileSync(join(folder, name), chain(nodes));
  return pathToFileURL(join(folder, name)).toString();
}

async function timed<T>(work: () => Promise<T>): Promise<[number, T]> {
  const start = performance.now();
  const result = await work();
  return [performance.now() - start, result];
}

function quantiles(times: number[]): string {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (share: number): string => milliseconds(sorted[Math.floor(share * (sorted.length - 1))] ?? 0);
  return `median ${at(0.5)}, p95 ${at(0.95)}, max ${at(1)}`;
}

async function repeated(count: number, work: (i: number) => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) times.push((await timed(() => work(i)))[0]);
  return quantiles(times);
}

async function opening(client: TestClient, nodes: number, runs: number): Promise<TestDocument> {
  const times: number[] = [];
  let document: TestDocument | undefined;
  for (let run = 0; run < runs; run++) {
    const uri = model(`open-${nodes}-${run}.onnx`, nodes);
    await document?.close();
    const [time, opened] = await timed(async () => {
      const opened = await client.open(uri);
      await opened.hints(0, 60);
      return opened;
    });
    document = opened;
    times.push(time);
  }
  figures.push([`${nodes} nodes, file to listing and first hints (3 chips)`, quantiles(times.slice(1))]);
  figures.push([`${nodes} nodes, the same on a cold server`, milliseconds(times[0] ?? 0)]);
  if (!document) throw new Error('no run');
  return document;
}

/** From a change of settings to new hints, as an editor does it: refresh, then a request. */
async function changes(document: TestDocument, name: string, settings: (i: number) => object): Promise<void> {
  const line = document.at('v99 =').line;
  const figure = await repeated(10, async (i) => {
    await document.client.changeSettings(settings(i));
    await document.client.next('workspace/inlayHint/refresh');
    await document.hints(line, line + 60);
  });
  figures.push([`${document.lines.length} lines, change of ${name} to hints`, figure]);
}

async function hoverMeanwhile(document: TestDocument): Promise<void> {
  const times: number[] = [];
  const line = document.at('v99 =').line;
  for (let i = 0; i < 5; i++) {
    await document.client.changeSettings({ models: { '*': { dimensions: { batch: 100 + i } } } });
    const hints = document.hints(line, line + 60);
    let busy = true;
    void hints.then(() => (busy = false));
    while (busy) {
      times.push((await timed(() => document.hover({ line, character: 8 })))[0]);
      await delay(5);
    }
    await hints;
  }
  figures.push([
    `${document.lines.length} lines, hover during an analysis (${times.length})`,
    quantiles(times),
  ]);
}

async function main(): Promise<void> {
  const client = await TestClient.spawned('dist/server.js');
  const small = await opening(client, 400, 12);
  await changes(small, 'chip', (i) => ({ chips: [i % 2 ? 'nvidia-t4' : 'amd-mi300x'] }));
  await changes(small, 'dimension', (i) => ({ models: { '*': { dimensions: { batch: 2 + i } } } }));
  await small.close();

  const large = await opening(client, 24_000, 3);
  const first = large.at('v99 =').line;
  const hovers = (i: number): Promise<unknown> => large.hover({ line: first + i * 50, character: 8 });
  figures.push(['24,000 nodes, hover', await repeated(200, hovers)]);
  const viewport = (i: number): Promise<unknown> => large.hints(first + i * 100, first + i * 100 + 60);
  figures.push(['24,000 nodes, hints of 60 lines', await repeated(200, viewport)]);
  figures.push(['24,000 nodes, outline', await repeated(5, () => large.symbols())]);
  const params = {
    chip: 'nvidia-h100-sxm',
    sort: 'seconds',
    descending: true,
    filter: '',
    from: 0,
    count: 100,
  };
  const rows = (): Promise<unknown> =>
    client.request('siliconlens/rows', { uri: large.uri, revision: 0, ...params });
  figures.push([
    '24,000 nodes, summary',
    await repeated(1, () => client.request('siliconlens/summary', { uri: large.uri })),
  ]);
  figures.push(['24,000 nodes, a page of rows', await repeated(20, rows)]);
  await changes(large, 'chip', (i) => ({ chips: [i % 2 ? 'nvidia-t4' : 'amd-mi300x'] }));
  await changes(large, 'dimension', (i) => ({ models: { '*': { dimensions: { batch: 2 + i } } } }));
  await hoverMeanwhile(large);
  await client.stop();
}

main()
  .then(() => {
    console.log(`Node ${process.version}, ${cpus()[0]?.model ?? 'unknown'} × ${cpus().length}`);
    for (const [name, figure] of figures) console.log(`${name.padEnd(62)} ${figure}`);
  })
  .catch((error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  })
  .finally(() => rmSync(folder, { recursive: true }));
