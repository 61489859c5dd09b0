import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import type { CompletionList, Diagnostic, TextEdit } from 'vscode-languageserver/node';
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
  return items.filter(({ code }) => /^(text|format)\./.test(String(code)));
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
    expect(found.map(({ message, range }) => `${range.start.line}: ${String(message)}`)).toEqual([]);
  });
});
