import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type {
  CodeLens,
  CompletionItem,
  Diagnostic,
  Hover,
  MarkupContent,
  PublishDiagnosticsParams,
} from 'vscode-languageserver/node';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { TestClient, type ClientOptions } from './client';

/** A product of 8 rows with 256 x 256 weights takes 2 · 8 · 256 · 256 = 1,048,576 operations. */
const net = (layers: number): string => `<ir_version: 10, opset_import: ["": 21]>
net (float[8,256] x0) => (float[8,256] x${layers}) <float[256,256] w = ["location": "w.bin"]>
{
${Array.from({ length: layers }, (_none, i) => `  x${i + 1} = MatMul (x${i}, w)`).join('\n')}
}`;

let folder: string;
let client: TestClient;
let uri: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'budgets-'));
  await mkdir(join(folder, '.siliconlens', 'chips'), { recursive: true });
  await mkdir(join(folder, 'models'));
  await writeFile(join(folder, 'models', 'one.onnxtxt'), net(1));
  await writeFile(join(folder, 'models', 'three.onnxtxt'), net(3));
  uri = pathToFileURL(join(folder, '.siliconlens', 'budget.json')).href;
});
afterEach(async () => {
  await client.stop();
  await rm(folder, { recursive: true });
});

const budget = (more: object): string =>
  `// limits\n${JSON.stringify({ schemaVersion: 1, budgets: [{ models: ['models/*.onnxtxt'], ...more }] }, null, 2)}`;

async function open(text: string, options: ClientOptions = {}): Promise<void> {
  client = await TestClient.inProcess({ folders: [pathToFileURL(folder).href], ...options });
  const document = { uri, languageId: 'jsonc', version: 1, text };
  await client.connection.sendNotification('textDocument/didOpen', { textDocument: document });
}

async function change(text: string): Promise<void> {
  const params = { textDocument: { uri, version: 2 }, contentChanges: [{ text }] };
  await client.connection.sendNotification('textDocument/didChange', params);
}

const lenses = (): Promise<CodeLens[]> =>
  client.connection.sendRequest<CodeLens[]>('textDocument/codeLens', { textDocument: { uri } });

/** The place right behind a word of a text. */
function behind(text: string, word: string): { line: number; character: number } {
  const before = text.slice(0, text.indexOf(word) + word.length).split('\n');
  return { line: before.length - 1, character: before.at(-1)!.length };
}

async function completions(text: string, word: string): Promise<string[]> {
  const params = { textDocument: { uri }, position: behind(text, word) };
  const items = await client.connection.sendRequest<CompletionItem[]>('textDocument/completion', params);
  return items.map(({ label }) => label);
}

/** What was told of the file last, once there is something. */
async function told(): Promise<Diagnostic[]> {
  for (;;) {
    const all = client.received.filter(({ method }) => method === 'textDocument/publishDiagnostics');
    const last = all
      .map(({ params }) => params as PublishDiagnosticsParams)
      .findLast((one) => one.uri === uri);
    if (last) return last.diagnostics;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

it('shows over each limit what the model takes that takes most', async () => {
  const text = budget({
    limits: { operations: '2 MOP', parameters: '70 k' },
    chips: ['nvidia-t4'],
    tolerance: { latency: '5 %' },
  });
  await open(text);
  const found = await lenses();
  const lineOf = (word: string): number => behind(text, word).line;
  expect(found.map(({ range }) => range.start.line)).toEqual(
    ['"operations"', '"parameters"', '"latency"'].map(lineOf),
  );
  // Three products are 3,145,728 operations, more than 2 million.
  expect(found[0]!.command!.title).toBe(
    'exceeded · now 3.15 MOP · models/three.onnxtxt · the model itself · most of 2',
  );
  expect(found[1]!.command!.title).toMatch(/^kept · now 65,536 · /);
  expect(found[2]!.command!.title).toMatch(
    /^now .+ µs \(≤ .+ µs\) · models\/three\.onnxtxt · nvidia-t4 · tensorrt · most of 2$/,
  );
});

it('follows the text as it is written, and the models', async () => {
  await open(budget({ limits: { operations: '2 MOP' } }));
  expect((await lenses())[0]!.command!.title).toMatch(/^exceeded/);
  await change(budget({ limits: { operations: '4 MOP' } }));
  expect((await lenses())[0]!.command!.title).toMatch(/^kept · now 3\.15 MOP/);
  await writeFile(join(folder, 'models', 'three.onnxtxt'), net(2));
  expect((await lenses())[0]!.command!.title).toMatch(/^kept · now 2\.1 MOP/);
  await change(budget({ limits: { operations: '4 MO' } }));
  expect(await lenses()).toEqual([]);
});

it('has a row for each model in the hover of a limit, and none elsewhere', async () => {
  const text = budget({ limits: { operations: '2 MOP' } });
  await open(text);
  const hover = (word: string): Promise<Hover | null> =>
    client.connection.sendRequest('textDocument/hover', {
      textDocument: { uri },
      position: behind(text, word),
    });
  const { value } = (await hover('"opera'))!.contents as MarkupContent;
  expect(value).toContain('| `models/three.onnxtxt` | the model itself | 3.15 MOP | exceeded |');
  expect(value).toContain('| `models/one.onnxtxt` | the model itself | 1.05 MOP | kept |');
  expect(await hover('"mod')).toBeNull();
});

it('completes what the schema cannot know: models, own chips, systems, levels of the chips', async () => {
  const chip = { schemaVersion: 1, id: 'my-board', name: 'My board', extends: 'nvidia-t4' };
  await writeFile(join(folder, '.siliconlens', 'chips', 'my.json'), JSON.stringify(chip));
  const text = budget({ chips: ['nvidia-t4'], systems: [''], runtime: '', limits: { traffic: { '': 1 } } });
  await open(text);
  expect(await completions(text, '"models/')).toEqual(['models/one.onnxtxt', 'models/three.onnxtxt']);
  expect(await completions(text, '"nvidia-')).toEqual(['my-board']);
  expect(await completions(text, '"systems": [\n        "')).toContain('alphago-server');
  expect(await completions(text, '"runtime": "')).toContain('tensorrt');
  expect(await completions(text, '"traffic": {\n          "')).toContain('GDDR6');
  expect(await completions(text, '"schemaV')).toEqual([]);
});

it('tells what is wrong at its place; what the schema forbids only where the editor does not', async () => {
  const text = budget({ chips: ['nvidia-t44'], latncy: 1 });
  await open(text);
  expect(await told()).toEqual([]);
  await client.stop();
  await open(text, { isOther: true });
  expect((await told()).map(({ code, range }) => [code, range.start.line])).toEqual([
    ['chip.schema-unknown', behind(text, 'latncy').line],
  ]);
  await client.stop();
  const wrong = budget({ chips: ['nvidia-t44'] });
  await open(wrong);
  expect((await told()).map(({ code, range }) => [code, range.start.line])).toEqual([
    ['budget.no-chip', behind(wrong, 'nvidia-t44').line],
  ]);
});

it('answers nothing about models for such a file', async () => {
  await open(budget({ limits: { operations: 1 } }));
  const ask = (method: string): Promise<unknown> =>
    client.connection.sendRequest(`textDocument/${method}`, { textDocument: { uri } });
  expect(await ask('documentSymbol')).toEqual([]);
  expect(await ask('foldingRange')).toEqual([]);
  expect(await ask('diagnostic')).toMatchObject({ items: [] });
});
