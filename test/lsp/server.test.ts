import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { fixture, TestClient } from './client';

let folder: string;
const modelUri = (name: string): string => pathToFileURL(join(folder, name)).toString();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'listings-'));
  for (const name of ['tiny-mlp.onnx', 'resnet50.onnx']) {
    await writeFile(join(folder, name), await fixture(name));
  }
});
afterAll(() => rm(folder, { recursive: true }));

let client: TestClient;
afterEach(() => client.stop());

describe('the language server in process', () => {
  it('states what it can do', async () => {
    client = await TestClient.inProcess();
    expect(client.initialized.capabilities).toMatchObject({
      hoverProvider: true,
      inlayHintProvider: { resolveProvider: true },
      codeLensProvider: {},
      definitionProvider: true,
      referencesProvider: true,
      documentSymbolProvider: true,
    });
  });

  it('opens a listing', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(modelUri('resnet50.onnx'));
    console.log(document.text.slice(0, 1500));
    console.log(JSON.stringify(await document.hints(0, 20), null, 1).slice(0, 1500));
    console.log(await document.hoverText(document.at('Conv')));
    console.log(JSON.stringify(await document.lenses(), null, 1).slice(0, 1500));
    console.log(JSON.stringify(await document.symbols(), null, 1).slice(0, 1500));
    console.log(JSON.stringify(await document.diagnostics(), null, 1).slice(0, 1500));
  });
});
void copyFile;
