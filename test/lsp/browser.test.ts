import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { build } from 'esbuild';
import { AbstractMessageReader, AbstractMessageWriter } from 'vscode-languageserver';
import type { DataCallback, Disposable, Message } from 'vscode-languageserver';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { fixture, TestClient } from './client';

let folder: string;
let server: Worker;
let client: TestClient;

/** What the worker posts. */
class Reader extends AbstractMessageReader {
  constructor(private readonly from: Worker) {
    super();
  }

  listen(callback: DataCallback): Disposable {
    this.from.on('message', callback);
    return { dispose: () => void this.from.off('message', callback) };
  }
}

/** What is posted to the worker. */
class Writer extends AbstractMessageWriter {
  constructor(private readonly to: Worker) {
    super();
  }

  write(message: Message): Promise<void> {
    this.to.postMessage(message);
    return Promise.resolve();
  }

  end(): void {}
}

/** Makes a thread of Node a worker of a browser: no modules, no Buffer, no process, messages through `self`. */
const worker = `
const { parentPort, workerData } = require('node:worker_threads');
const { readFileSync } = require('node:fs');
const code = readFileSync(workerData, 'utf8');
globalThis.self = globalThis;
globalThis.postMessage = (message) => parentPort.postMessage(message);
globalThis.addEventListener = () => {};
parentPort.on('message', (data) => globalThis.onmessage({ data }));
for (const name of ['Buffer', 'process', 'setImmediate', 'clearImmediate']) delete globalThis[name];
new Function('require', 'module', code)(undefined, undefined);
`;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'browser-'));
  const bundle = join(folder, 'server.js');
  // Whatever is Node's alone does not bundle for a browser.
  await build({
    entryPoints: ['server/browser/main.ts'],
    outfile: bundle,
    bundle: true,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    logLevel: 'error',
  });
  server = new Worker(worker, { eval: true, workerData: bundle });
  client = await TestClient.connect(new Reader(server), new Writer(server), null, {
    settings: { chips: ['nvidia-t4'] },
  });
});
afterAll(async () => {
  await client.stop();
  await server.terminate();
  await rm(folder, { recursive: true });
});

it('answers in a worker without Node, where the client reads the model, even one with a file address', async () => {
  client.files.set('file:///models/tiny-mlp.onnx', await fixture('tiny-mlp.onnx'));
  const document = await client.open('file:///models/tiny-mlp.onnx');
  expect(document.listing?.state).toBe('ok');
  expect(client.reads.length).toBeGreaterThan(0);
  expect((await document.lenses()).map(({ command }) => command?.title).join()).toMatch(/T4 [\d.]+ [µm]?s/);
  expect((await document.hints()).length).toBeGreaterThan(7);
  expect(await document.hoverText(document.at('Relu'))).toContain('**Relu**');
  expect((await document.definition(document.at('relu,')))[0]?.range.start).toEqual(document.at('relu = '));
});

it('says the same of a model as the server in Node', async () => {
  const node = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  const uri = 'vscode-vfs://h/detector.onnx';
  const bytes = await fixture('detector.onnx');
  client.files.set(uri, bytes);
  node.files.set(uri, bytes);
  const [there, here] = [await client.open(uri), await node.open(uri)];
  expect(there.text).toBe(here.text);
  expect(await there.lenses()).toEqual(await here.lenses());
  expect(await client.exported(there.uri, 'csv')).toBe(await node.exported(here.uri, 'csv'));
  await node.stop();
});
