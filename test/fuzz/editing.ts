import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { resolve } from 'node:path';
import type { FormattingOptions, Position, Range, TextEdit } from 'vscode-languageserver/node';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { printListing } from '../../server/engine/formats/onnxText/print';
import { memorySource } from '../../server/engine/graph/byteSource';
import { uninterrupted } from '../../server/engine/scheduler';
import { TestClient, type TestDocument } from '../lsp/client';
import type { Fuzzer } from './fuzzer';
import { hostileWords, pick, randomOf, type Random } from './random';

const folder = 'test/fixtures/models/';
const stepsPerSession = 25;
/** Changes that were sent: a text may come back, and answers to the one between belong to neither. */
let changes = 0;
/** Answers that a server may give instead of a result: cancelled, content modified, refused with a reason. */
const refusals = [-32800, -32801, -32802, -32803];

/** People who type, paste, undo and ask in hand-written text, at a server in a process of its own. */
export async function editingFuzzer(): Promise<Fuzzer> {
  const texts = await baseTexts();
  const client = await TestClient.spawned(resolve('dist/server.js'), 'stdio');
  return {
    async one(seed) {
      const random = randomOf(seed);
      const uri = `untitled:${encodeURIComponent(pick(random, ['a.onnxtxt', '한글 #1.onnxtxt', `s${seed}.onnxtxt`]))}`;
      const document = await client.openText(uri, pick(random, texts));
      await session(document, random);
      await document.close();
      return 'session';
    },
    memory: () => residentBytes(client.process?.pid),
    stop: () => client.stop(),
  };
}

/** Small listings, so that a session is made of many steps and not of waiting. */
async function baseTexts(): Promise<string[]> {
  const texts = [''];
  for (const name of readdirSync(folder).filter((item) => /\.onnx(\.gz)?$/.test(item))) {
    const stored = readFileSync(folder + name);
    const bytes = new Uint8Array(name.endsWith('.gz') ? gunzipSync(stored) : stored);
    const { value } = await readOnnx(memorySource(bytes), uninterrupted);
    const { text } = printListing(value!, { fileName: name });
    texts.push(text.length < 60_000 ? text : text.slice(0, 20_000));
  }
  return texts;
}

async function session(document: TestDocument, random: Random): Promise<void> {
  const past: string[] = [];
  const pending: Promise<unknown>[] = [];
  for (let step = 0; step < stepsPerSession; step++) {
    if (random(3)) {
      past.push(document.text);
      changes++;
      await document.change(random(8) ? edited(document.text, random) : (past[random(past.length)] ?? ''));
    }
    for (let i = random(4); i > 0; i--) pending.push(ask(document, random));
    // Now and then one waits for the answers; else the next keys come before them.
    if (random(4) === 0) await Promise.all(pending.splice(0));
  }
  await Promise.all(pending);
}

const snippets: readonly string[] = [
  '\n',
  ' ',
  ',',
  '(',
  ')',
  '{',
  '}',
  '<',
  '>',
  '=',
  '"',
  '[',
  ']',
  '#',
  'y = Relu (x)\n',
  'z = Conv <strides = [2, 2]> (x, w)\n',
  'float[N, 3]',
  'r = If (c) <then_branch = g () => (float y) { y = Relu (x) }>\n',
  '9'.repeat(40),
  'f = local.f (f)\n',
  '-',
  '1e999',
];

function edited(text: string, random: Random): string {
  const at = random(text.length + 1);
  const until = Math.min(at + random(pick(random, [2, 10, 200])), text.length);
  switch (random(6)) {
    case 0:
      return text.slice(0, at) + text.slice(until);
    case 1: {
      const from = random(text.length + 1);
      return text.slice(0, at) + text.slice(from, from + random(400)) + text.slice(at);
    }
    case 2:
      return text.slice(0, at) + pick(random, hostileWords) + text.slice(at);
    case 3: {
      const lines = text.split('\n');
      const line = random(lines.length);
      return [...lines.slice(0, line), ...lines.slice(line + 1 + random(3))].join('\n');
    }
    default:
      return text.slice(0, at) + pick(random, snippets) + text.slice(at);
  }
}

const options: FormattingOptions = { tabSize: 2, insertSpaces: true };

/** What editors ask, with the parameters beside the document. */
const requests: readonly [method: string, params: (at: Position, random: Random) => object][] = [
  ['completion', (position) => ({ position })],
  ['signatureHelp', (position) => ({ position })],
  ['hover', (position) => ({ position })],
  ['definition', (position) => ({ position })],
  ['references', (position) => ({ position, context: { includeDeclaration: true } })],
  ['documentHighlight', (position) => ({ position })],
  ['prepareRename', (position) => ({ position })],
  ['rename', (position, random) => ({ position, newName: pick(random, ['renamed', ...hostileWords]) })],
  ['codeLens', () => ({})],
  ['documentSymbol', () => ({})],
  ['foldingRange', () => ({})],
  ['diagnostic', () => ({})],
  ['semanticTokens/full', () => ({})],
  ['formatting', () => ({ options })],
  ['inlayHint', (start) => ({ range: { start, end: { line: start.line + 40, character: 0 } } })],
  ['codeAction', (at) => ({ range: { start: at, end: at }, context: { diagnostics: [] } })],
];

async function ask(document: TestDocument, random: Random): Promise<void> {
  const [method, params] = pick(random, requests);
  const { text } = document;
  const before = changes;
  const result = await document.ask<unknown>(method, params(placeIn(text, random), random)).catch(refused);
  // Answers to a text that has changed since may lie outside of the new one.
  if (before === changes) checkRanges(result, text.split('\n'), method);
  if (method === 'formatting' && before === changes) checkFormatting((result ?? []) as TextEdit[], text);
}

function refused(error: unknown): null {
  const code = error instanceof Error && 'code' in error ? Number(error.code) : 0;
  if (!refusals.includes(code)) throw error;
  return null;
}

/** A place in the text, now and then beyond it. */
function placeIn(text: string, random: Random): Position {
  if (random(20) === 0)
    return pick(random, [
      { line: 1e6, character: 0 },
      { line: 0, character: 1e6 },
    ]);
  const lines = text.split('\n');
  const line = random(lines.length);
  return { line, character: random((lines[line] ?? '').length + 1) };
}

/** Every range that an answer names is one of the text. */
function checkRanges(value: unknown, lines: readonly string[], method: string): void {
  if (typeof value !== 'object' || value === null) return;
  if ('start' in value && 'end' in value) {
    const { start, end } = value as Range;
    const inside = (at: Position): boolean =>
      at.line >= 0 &&
      at.line <= lines.length &&
      at.character >= 0 &&
      at.character <= (lines[at.line] ?? '').length;
    const ordered = start.line < end.line || (start.line === end.line && start.character <= end.character);
    if (!inside(start) || !inside(end) || !ordered)
      throw new Error(`${method} names a range outside of the text: ${JSON.stringify(value)}`);
    return;
  }
  for (const item of Object.values(value)) checkRanges(item, lines, method);
}

/** Formatting moves white space and nothing else. */
function checkFormatting(edits: readonly TextEdit[], text: string): void {
  const lines = text.split('\n');
  const starts = lines.reduce<number[]>((all, line) => [...all, (all.at(-1) ?? 0) + line.length + 1], [0]);
  const offset = ({ line, character }: Position): number =>
    Math.min((starts[line] ?? text.length) + character, text.length);
  let result = text;
  for (const { range, newText } of [...edits].sort((a, b) => offset(b.range.start) - offset(a.range.start)))
    result = result.slice(0, offset(range.start)) + newText + result.slice(offset(range.end));
  const bare = (whole: string): string => whole.replace(/\s+/g, '');
  if (bare(result) !== bare(text)) throw new Error('formatting changed more than white space');
}

/** Resident memory of a process, where /proc tells it. */
function residentBytes(pid: number | undefined): number | null {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(status)?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
