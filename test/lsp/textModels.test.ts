import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { CompletionList, Diagnostic } from 'vscode-languageserver/node';
import { readOnnx } from '../../server/engine/formats/onnx/read';
import { printListing } from '../../server/engine/formats/onnxText/print';
import { uninterrupted } from '../../server/engine/scheduler';
import { fixture, TestClient } from './client';
import type { TestDocument } from './client';

let client: TestClient;
afterEach(() => client.stop());

const folder = fileURLToPath(new URL('../fixtures/models/', import.meta.url));
const names = readdirSync(folder)
  .filter((name) => /\.onnx(\.gz)?$/.test(name))
  .map((name) => name.replace(/\.gz$/, ''));

async function textProblemsOf(document: TestDocument): Promise<Diagnostic[]> {
  const report = await document.diagnostics();
  const items = report.kind === 'full' ? report.items : [];
  return items.filter(({ code }) => /^(text|operator|format)\./.test(String(code)));
}

describe('models that exporters wrote, as hand-written text', () => {
  it.each(names)('%s has no mistakes of writing', async (name) => {
    const bytes = await fixture(name);
    const source = {
      size: bytes.length,
      read: (offset: number, length: number) => Promise.resolve(bytes.subarray(offset, offset + length)),
    };
    const { value } = await readOnnx(source, uninterrupted);
    if (!value) throw new Error('unreadable');
    const { text } = printListing(value, { fileName: name, complete: true });
    client = await TestClient.inProcess();
    const document = await client.openText(`untitled:${name}`, text);
    const found = await textProblemsOf(document);
    expect(found.map(({ message, range }) => `${range.start.line}: ${message as string}`)).toEqual([]);
  });
});

describe('a text of 5,000 nodes', () => {
  const chain = Array.from({ length: 5000 }, (_, i) => `  v${i} = Relu (${i === 0 ? 'x' : `v${i - 1}`})`);
  const text = (last: string): string =>
    `<ir_version: 10, opset_import: ["" : 18]>\nnet (float[N, 16] x) => (float[N, 16] y)\n{\n${chain.join('\n')}\n  ${last}\n}\n`;

  it('answers what is typed before its analysis is done, and analyses the last state alone', async () => {
    client = await TestClient.inProcess();
    const document = await client.openText('untitled:large', text('y = Relu (v4999)'));
    const order: string[] = [];
    const problems = textProblemsOf(document).then((found) => {
      order.push('diagnostics');
      return found;
    });
    const states = ['y', 'y =', 'y = R', 'y = Rel', 'y = Relu', 'y = Relu (', 'y = Relu (v499'];
    for (const state of states) await document.change(text(state));
    const position = { line: 5003, character: 16 };
    const items = document.ask<CompletionList>('completion', { position }).then((list) => {
      order.push('completion');
      return list.items;
    });
    expect((await items).length).toBeGreaterThan(900);
    expect(await problems).not.toEqual([]);
    expect(order).toEqual(['completion', 'diagnostics']);
    await document.change(text('y = Relu (v4999)'));
    expect(await textProblemsOf(document)).toEqual([]);
  });

  it('names the circle once for a use, however long the way round', async () => {
    client = await TestClient.inProcess();
    const closed = text('y = Relu (v4999)').replace('v0 = Relu (x)', 'v0 = Add (x, v4999)');
    const document = await client.openText('untitled:circle', closed);
    const found = await textProblemsOf(document);
    expect(found.map(({ code, range }) => [code, range.start.line])).toEqual([['text.cycle', 3]]);
  });
});

it('has lenses over lines that no fold hides on opening', async () => {
  const numbers = [...Array(9).keys()];
  const text = [
    '<ir_version: 8, opset_import: ["" : 17]> g (',
    ...numbers.map((i) => `  float[8] x${i}${i < 8 ? ',' : ''}`),
    ') => (float[8] y) {',
    '  y = Sum (x0, x1)',
    '}',
  ].join('\n');
  client = await TestClient.inProcess();
  const document = await client.openText('file:///w/many.onnxtxt', text);
  const lines = (await document.lenses()).map(({ range }) => range.start.line);
  for (const { range } of await document.lenses())
    expect(range.end).toEqual({ ...range.start, character: 0 });
  // Over the first of nine inputs that fold, and over what follows them.
  expect([...new Set(lines)]).toEqual([1, 10, 11]);
});
