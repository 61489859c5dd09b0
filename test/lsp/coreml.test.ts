import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { manifest, tinyProgram } from '../unit/formats/coreml/bytes';
import { TestClient } from './client';

let folder: string;
let client: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'coreml-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

async function written(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return pathToFileURL(path).toString();
}

describe('a model of Core ML', () => {
  it('opens as a listing with hovers', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('m.mlmodel', tinyProgram()));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('coreml.linear'))).toContain('linear');
  });

  it('opens by the manifest of its package', async () => {
    client = await TestClient.inProcess();
    await written('m.mlpackage/Data/a/m.mlmodel', tinyProgram());
    const document = await client.open(await written('m.mlpackage/Manifest.json', manifest('a/m.mlmodel')));
    expect(document.listing?.state).toBe('ok');
  });

  it('is listed as far as it goes', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('cut.mlmodel', tinyProgram().subarray(0, 250)));
    expect(document.listing?.state).toBe('partial');
  });
});
