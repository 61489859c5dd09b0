import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CancellationTokenSource, LSPErrorCodes } from 'vscode-languageserver/node';
import type { MarkupContent } from 'vscode-languageserver/node';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { analysisNotification } from '../../server/protocol';
import { transformer } from '../bench/models';
import { TestClient } from './client';
import type { TestDocument } from './client';

let folder: string;
let client: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'responsive-'));
  await writeFile(join(folder, 'large.onnx'), transformer(2000));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

/** A listing whose analysis has just begun. */
async function openLarge(): Promise<TestDocument> {
  client = await TestClient.inProcess();
  return client.open(pathToFileURL(join(folder, 'large.onnx')).toString());
}

describe('while a large model is analysed', () => {
  it('a hover says what is known before the costs are there', async () => {
    const document = await openLarge();
    const ends: string[] = [];
    const note = (name: string) => (): number => ends.push(name);
    const lenses = document.lenses().then(note('analysis'));
    const first = document.hover(document.at('MatMul'));
    await first.then(note('hover'));
    // The second is asked when the analysis has been at work for longer than a hover waits.
    const second = document.hover(document.at('Softmax'));
    await Promise.all([lenses, second.then(note('hover'))]);
    expect(ends).toEqual(['hover', 'hover', 'analysis']);
    expect(((await first)?.contents as MarkupContent).value).toContain('MatMul');
    expect(((await second)?.contents as MarkupContent).value).not.toContain('| Chip');
    const after = await document.hover(document.at('Softmax'));
    expect((after?.contents as MarkupContent).value).toContain('| Chip');
  });

  it('a cancelled request ends before the analysis does', async () => {
    const document = await openLarge();
    const ends: string[] = [];
    const analysed = client.next(analysisNotification).then(() => ends.push('analysis'));
    const source = new CancellationTokenSource();
    const params = { textDocument: { uri: document.uri } };
    const cancelled = client.connection.sendRequest('textDocument/codeLens', params, source.token);
    const failure = cancelled.then(
      () => null,
      (error: unknown) => error,
    );
    await document.hover(document.at('MatMul'));
    source.cancel();
    expect(await failure).toMatchObject({ code: LSPErrorCodes.RequestCancelled });
    ends.push('cancelled');
    await analysed;
    expect(ends).toEqual(['cancelled', 'analysis']);
  });

  it('closing its listing ends it', async () => {
    const document = await openLarge();
    await document.hover(document.at('MatMul'));
    const asked = document.lenses();
    await document.hover(document.at('MatMul'));
    await document.close();
    // Nobody is left who would want them.
    expect(await asked).toEqual([]);
    expect(client.received.filter(({ method }) => method === analysisNotification)).toEqual([]);
    // Shown again it begins anew.
    const again = await client.openText(document.uri, document.text);
    expect((await again.lenses()).length).toBeGreaterThan(0);
  });

  it('other choices supersede it: nobody is told of the one that was given up', async () => {
    const document = await openLarge();
    const hints = document.hints(0, 100);
    await document.hover(document.at('MatMul'));
    await client.changeSettings({ chips: ['nvidia-t4'] });
    await hints;
    const lenses = await document.lenses();
    const titles = lenses.map(({ command }) => command?.title ?? '');
    expect(titles.filter((title) => title.includes('T4'))).toHaveLength(1);
    expect(client.received.filter(({ method }) => method === analysisNotification)).toHaveLength(1);
  });
});
