import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { SemanticTokens } from 'vscode-languageserver/node';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { run } from '../../server/cli/run';
import { heatNotification, rowsRequest, summaryRequest } from '../../server/protocol';
import type { HeatParams } from '../../server/protocol';
import { int, text, varint } from '../unit/formats/wire';
import { TestClient, type TestDocument } from './client';

const count = 250_000;
let folder = '';
let model = '';
let client: TestClient;
let document: TestDocument;

/** A chain of Relu in scopes of a hundred, with names. */
function chain(): Uint8Array {
  const pieces: Uint8Array[] = [];
  const inside = (field: number, ...contents: Uint8Array[]): Uint8Array => {
    const body = Buffer.concat(contents);
    return Buffer.concat([Uint8Array.from([...varint(field * 8 + 2), ...varint(body.length)]), body]);
  };
  const bytes = (...parts: number[][]): Uint8Array => Uint8Array.from(parts.flat());
  for (let i = 0; i < count; i++) {
    const name = `/block.${Math.floor(i / 100)}/Relu_${i}`;
    pieces.push(inside(1, bytes(text(1, `v${i}`), text(2, `v${i + 1}`), text(3, name), text(4, 'Relu'))));
  }
  const dim = (size: number): Uint8Array => inside(1, bytes(int(1, size)));
  const value = (name: string): Uint8Array =>
    Buffer.concat([bytes(text(1, name)), inside(2, inside(1, bytes(int(1, 1)), inside(2, dim(1), dim(8))))]);
  pieces.push(inside(11, value('v0')), inside(12, value(`v${count}`)));
  return Buffer.concat([bytes(int(1, 9)), inside(7, Buffer.concat(pieces)), inside(8, bytes(int(2, 17)))]);
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'siliconlens-large-'));
  model = join(folder, 'large.onnx');
  writeFileSync(model, chain());
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
}, 120_000);
afterAll(async () => {
  await client.stop();
  rmSync(folder, { recursive: true, force: true });
});

it('a model of 250,000 nodes has a listing that editors take', async () => {
  document = await client.open(pathToFileURL(model).href);
  // VS Code leaves tokens, folds and lenses away above 20 MiB or 300,000 lines.
  expect(document.text.length).toBeLessThan(18 * 2 ** 20);
  expect(document.lines.length).toBeLessThan(250_000);
  expect(document.text).toContain('= Relu (v0)');
}, 120_000);

it('answers every question of an editor', async () => {
  const at = document.at('= Relu (v0)');
  const lenses = await document.lenses();
  expect(lenses.map(({ command }) => command?.title).join()).toMatch(/T4 [\d.]+ m?s/);
  expect((await document.hints(0, 60)).length).toBeGreaterThan(20);
  expect(await document.hoverText({ line: at.line, character: at.character + 3 })).toContain('**Relu**');
  const symbols = await document.symbols();
  const all = (list: typeof symbols): number =>
    list.reduce((sum, one) => sum + 1 + all(one.children ?? []), 0);
  expect(all(symbols)).toBeGreaterThan(100);
  expect(all(symbols)).toBeLessThanOrEqual(5001);
  expect((await document.folds()).length).toBeLessThanOrEqual(5000);
  expect((await document.definition(document.at('v1)'))).length).toBe(1);
  expect((await document.references(document.at('v1)'))).length).toBe(2);
  const tokens = await document.ask<SemanticTokens>('semanticTokens/range', {
    range: { start: { line: 0, character: 0 }, end: { line: 500, character: 0 } },
  });
  expect(tokens.data.length).toBeGreaterThan(1000);
  expect((await document.diagnostics()).kind).toBe('full');
  const heat = (await client.next(heatNotification)) as HeatParams;
  expect(JSON.stringify(heat).length).toBeLessThan(500_000);
}, 240_000);

it('fills summary and table', async () => {
  const summary = await client.request(summaryRequest, { uri: document.uri });
  expect(JSON.stringify(summary).length).toBeLessThan(200_000);
  const { revision, chips } = summary;
  const rows = await client.request(rowsRequest, {
    uri: document.uri,
    revision,
    chip: chips[0]!.id,
    sort: 'index',
    descending: true,
    filter: '',
    from: 0,
    count: 5,
  });
  expect(rows.total).toBe(count);
}, 240_000);

it('goes through the command line', async () => {
  let characters = 0;
  const errors: string[] = [];
  const code = await run(['analyze', model, '--chip', 'nvidia-t4', '--format', 'json'], {
    out: (piece) => void (characters += piece.length),
    error: (piece) => void errors.push(piece),
    locale: 'en',
  });
  expect([code, errors]).toEqual([0, []]);
  // Some six hundred characters for a node and its times.
  expect(characters).toBeGreaterThan(count * 300);
}, 240_000);
