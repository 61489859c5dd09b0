/**
 * The built language server in a process of its own, over a real connection: listing, hints, hovers, changes of chip and dimension, and a hover while
 * an analysis is under way. Prints figures; nothing is asserted.
 * Run: npm run build && npm run bench:server
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { CancellationTokenSource } from 'vscode-languageserver/node';
import { TestClient } from '../lsp/client';
import type { TestDocument } from '../lsp/client';
import { bytes, int, part, text, varint } from '../unit/formats/wire';
import { transformer } from './models';

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

function model(name: string, bytes: Uint8Array): string {
  writeFileSync(join(folder, name), bytes);
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
    const uri = model(`open-${nodes}-${run}.onnx`, chain(nodes));
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
async function changes(
  document: TestDocument,
  line: number,
  name: string,
  settings: (i: number) => object,
): Promise<void> {
  const figure = await repeated(6, async (i) => {
    await document.client.changeSettings(settings(i));
    await document.client.next('workspace/inlayHint/refresh');
    await document.hints(line, line + 60);
  });
  figures.push([`${sizes.get(document) ?? '400'} nodes, change of ${name} to hints`, figure]);
}

/** Hovers asked for one after the other while analyses are under way: at opening, and after changes of a dimension. */
async function hoverMeanwhile(document: TestDocument, changed: number): Promise<void> {
  const times: number[] = [];
  const line = document.at('Softmax').line;
  const until = async (work: Promise<unknown>): Promise<void> => {
    let busy = true;
    const done = (): boolean => (busy = false);
    work.then(done, done);
    while (busy) {
      times.push((await timed(() => document.hover({ line: line + times.length, character: 8 })))[0]);
      await delay(5);
    }
    await work;
  };
  await until(document.lenses());
  for (let i = 0; i < changed; i++) {
    await document.client.changeSettings({ models: { '*': { dimensions: { batch: 100 + i } } } });
    await until(document.lenses());
  }
  figures.push([`${size(document)}, hover during an analysis (${times.length})`, quantiles(times)]);
}

/** From the cancellation of a request that waits for an analysis to its end. */
async function cancelling(document: TestDocument): Promise<void> {
  const times: number[] = [];
  for (let i = 0; i < 5; i++) {
    await document.client.changeSettings({ models: { '*': { dimensions: { batch: 200 + i } } } });
    const source = new CancellationTokenSource();
    const params = { textDocument: { uri: document.uri } };
    const asked = document.client.connection.sendRequest('textDocument/codeLens', params, source.token);
    const ended = asked.then(
      () => undefined,
      () => undefined,
    );
    await delay(100);
    source.cancel();
    times.push((await timed(() => ended))[0]);
  }
  await document.lenses();
  figures.push([`${size(document)}, cancelled during an analysis`, quantiles(times)]);
}

const sizes = new WeakMap<TestDocument, string>();

function size(document: TestDocument): string {
  return `${sizes.get(document) ?? '?'} nodes`;
}

/** Resident memory of the server now and at its highest, MB. */
function memoryOf(client: TestClient): string {
  const status = readFileSync(`/proc/${client.process?.pid}/status`, 'utf8');
  const field = (name: string): string =>
    (Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(status)?.[1] ?? 0) / 1000).toFixed(0);
  return `${field('VmRSS')} MB, at its highest ${field('VmHWM')} MB`;
}

/** Each request of an editor on a listing whose analysis is there. */
async function requests(document: TestDocument): Promise<void> {
  const { client, uri } = document;
  const name = size(document);
  const last = document.lines.length - 100;
  const line = (i: number): number => Math.floor(last / 3 + (i * last) / 400);
  const at = (i: number): { line: number; character: number } => ({ line: line(i), character: 8 });
  const range = (i: number): object => ({
    start: { line: line(i), character: 0 },
    end: { line: line(i) + 60, character: 0 },
  });
  const add = async (what: string, count: number, ask: (i: number) => Promise<unknown>): Promise<void> => {
    const [first] = await timed(() => ask(0));
    figures.push([`${name}, ${what}`, `first ${milliseconds(first)}, ${await repeated(count, ask)}`]);
  };
  await add('hover', 200, (i) => document.hover(at(i)));
  await add('hints of 60 lines', 200, (i) => document.hints(line(i), line(i) + 60));
  await add('colours of 60 lines', 200, (i) => document.ask('semanticTokens/range', { range: range(i) }));
  await add('highlights', 200, (i) => document.highlights(at(i)));
  await add('definition', 200, (i) => document.definition(at(i)));
  await add('outline', 5, () => document.symbols());
  await add('folds', 5, () => document.folds());
  await add('lenses', 5, () => document.lenses());
  await add('problems', 5, () => document.diagnostics());
  await add('summary', 5, () => client.request('siliconlens/summary', { uri }));
  const chip = 'nvidia-h100-sxm';
  const params = { chip, sort: 'seconds', descending: true, filter: '', count: 100 };
  await add('a page of rows', 20, (i) =>
    client.request('siliconlens/rows', { uri, revision: 0, ...params, from: i * 100 }),
  );
  await add('a page of found rows', 5, () =>
    client.request('siliconlens/rows', { uri, revision: 0, ...params, filter: 'layer.7 matmul', from: 0 }),
  );
}

async function atSize(nodes: number, changed: number): Promise<void> {
  const client = await TestClient.spawned('dist/server.js');
  const uri = model(`large-${nodes}.onnx`, transformer(nodes));
  const [time, document] = await timed(() => client.open(uri));
  sizes.set(document, nodes.toLocaleString('en'));
  figures.push([`${size(document)}, file to listing on a cold server`, milliseconds(time)]);
  figures.push([`${size(document)}, file to first hints`, '']);
  const at = figures.length - 1;
  const started = performance.now();
  const hints = document.hints(1000, 1060).then(() => performance.now() - started + time);
  await hoverMeanwhile(document, changed);
  figures[at] = [figures[at]?.[0] ?? '', milliseconds(await hints)];
  figures.push([`${size(document)}, server memory`, memoryOf(client)]);
  // Shapes in terms of names of dimensions are worked out when all else is there.
  await delay(nodes / 10);
  await requests(document);
  await cancelling(document);
  const line = document.at('Softmax').line;
  await changes(document, line, 'chip', (i) => ({ chips: [i % 2 ? 'nvidia-t4' : 'amd-mi300x'] }));
  await changes(document, line, 'dimension', (i) => ({ models: { '*': { dimensions: { batch: 2 + i } } } }));
  await document.close();
  const copies = Array.from({ length: 3 }, (_, i) => model(`again-${nodes}-${i}.onnx`, transformer(nodes)));
  const warm = async (i: number): Promise<void> => {
    const again = await client.open(copies[i] ?? uri);
    await again.hints(1000, 1060);
    await again.close();
  };
  figures.push([`${size(document)}, file to first hints on a warm server`, await repeated(3, warm)]);
  figures.push([`${size(document)}, server memory in the end`, memoryOf(client)]);
  await delay(10_000);
  figures.push([`${size(document)}, server memory 10 s after all is closed`, memoryOf(client)]);
  await client.stop();
}

async function main(): Promise<void> {
  const client = await TestClient.spawned('dist/server.js');
  const small = await opening(client, 400, 12);
  const { line } = small.at('v99 =');
  await changes(small, line, 'chip', (i) => ({ chips: [i % 2 ? 'nvidia-t4' : 'amd-mi300x'] }));
  await changes(small, line, 'dimension', (i) => ({ models: { '*': { dimensions: { batch: 2 + i } } } }));
  await small.close();
  await opening(client, 24_000, 3);
  await client.stop();
  const wanted = process.argv.slice(2).map(Number);
  for (const nodes of wanted.length > 0 ? wanted : [24_000, 100_000])
    await atSize(nodes, nodes > 50_000 ? 2 : 5);
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
