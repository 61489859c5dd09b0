import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tinyModule } from '../unit/formats/mlir/module';
import { TestClient } from './client';

let folder: string;
let client: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mlir-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

async function written(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, text);
  return pathToFileURL(path).toString();
}

describe('a text of StableHLO', () => {
  it('opens as a listing with hovers', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('m.mlir', tinyModule));
    expect(document.listing?.state).toBe('ok');
    expect(await document.hoverText(document.at('stablehlo.dot_general'))).toContain('48 OP matrix');
  });

  it('that is no module says so', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('empty.mlir', 'module @empty {\n}\n'));
    expect(document.listing?.state).toBe('unreadable');
  });
});
