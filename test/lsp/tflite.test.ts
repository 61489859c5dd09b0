import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { tinyConvolution } from '../unit/formats/tflite/bytes';
import { TestClient } from './client';

let folder: string;
let client: TestClient;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tflite-'));
});
afterAll(() => rm(folder, { recursive: true }));
afterEach(() => client.stop());

async function written(name: string, bytes: Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return pathToFileURL(path).toString();
}

describe('a TFLite file', () => {
  it('opens as a listing, and hovers tell quantisation', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('tiny.tflite', tinyConvolution()));
    expect(document.listing?.state).toBe('ok');
    expect(document.text).toContain('int8[3, 1, 1, 2] w = {1, 2, 3, 4, 5, -1}');
    const hover = await document.hoverText(document.at('w = '));
    expect(hover).toContain('`scale` `[0.5, 0.25, 0.125] (3)`');
    expect(hover).toContain('`quantized_dimension` `0`');
  });

  it('is listed as far as it goes', async () => {
    client = await TestClient.inProcess();
    const document = await client.open(await written('cut.tflite', tinyConvolution().subarray(0, 500)));
    expect(document.listing?.state).toBe('partial');
    expect(await document.diagnostics()).toMatchObject({ items: [{ code: 'format.truncated' }] });
  });
});
