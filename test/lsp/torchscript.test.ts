import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { script } from '../unit/formats/torchscript/script';
import { TestClient } from './client';

let folder: string;
let client: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'torchscript-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return pathToFileURL(path).toString();
}

describe('an archive of TorchScript', () => {
  it('opens as a listing with hovers', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('m.pt', script()));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('aten.linear'))).toContain('linear');
  });

  it('that breaks off says so', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('cut.pt', script().subarray(0, 300)));
    expect(document.listing?.state).toBe('unreadable');
  });
});
