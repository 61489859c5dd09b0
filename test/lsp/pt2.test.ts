import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { archive } from '../unit/formats/pytorch/program';
import { TestClient } from './client';

let folder: string;
let client: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pt2-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return pathToFileURL(path).toString();
}

describe('an archive of torch.export', () => {
  it('opens as a listing with hovers', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('m.pt2', archive()));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('aten.linear'))).toContain('linear');
  });

  it('that breaks off says so', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('cut.pt2', archive().subarray(0, 200)));
    expect(document.listing?.state).toBe('unreadable');
  });
});
