import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { listingOf } from '../../server/address';
import { modelFiguresRequest, summaryRequest } from '../../server/protocol';
import { fixture, TestClient } from './client';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'siliconlens-figures-'));
  await writeFile(join(folder, 'mlp.onnx'), await fixture('tiny-mlp.onnx'));
  await writeFile(join(folder, 'same.onnx'), await fixture('tiny-mlp.onnx'));
  await writeFile(join(folder, 'broken.onnx'), 'no model at all');
});
afterAll(() => rm(folder, { recursive: true }));

const uriOf = (name: string): string => listingOf(pathToFileURL(join(folder, name)).toString());

it('gives the totals of the report of a model that no editor shows, and nothing where they still hold', async () => {
  const client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4', 'nvidia-l4'] } });
  const uri = uriOf('mlp.onnx');
  const first = await client.request(modelFiguresRequest, { uri, known: null });
  const { model, chips } = await client.request(summaryRequest, { uri });
  expect(first.figures!.parameters).toBe(model.parameters);
  expect(first.figures!.assumed).toEqual(['batch = 1']);
  expect(first.figures!.chips.map(({ name, latencySeconds }) => [name, latencySeconds])).toEqual(
    chips.map(({ name, total }) => [name, total.latencySeconds]),
  );
  expect(first.figures!.chips[0]!.memory.highWaterBytes).toBe(chips[0]!.memory.highWaterBytes);
  const again = await client.request(modelFiguresRequest, { uri, known: first.key });
  expect(again).toEqual({ key: first.key, figures: null, reason: null });
  // The same model under another name has the same figures.
  const other = await client.request(modelFiguresRequest, { uri: uriOf('same.onnx'), known: first.key });
  expect(other.figures).toBeNull();
  await client.stop();
});

it('has another key where chips, sizes or the model are others', async () => {
  const keys = new Set<string | null>();
  const keyUnder = async (settings: object): Promise<void> => {
    const client = await TestClient.inProcess({ settings });
    const { key } = await client.request(modelFiguresRequest, { uri: uriOf('mlp.onnx'), known: null });
    keys.add(key);
    await client.stop();
  };
  await keyUnder({ chips: ['nvidia-t4'] });
  await keyUnder({ chips: ['nvidia-l4'] });
  await keyUnder({ chips: ['nvidia-t4'], models: { 'mlp.onnx': { dimensions: { batch: 4 } } } });
  await keyUnder({ chips: ['nvidia-t4'], phase: 'training' });
  // The first once more.
  await keyUnder({ chips: ['nvidia-t4'] });
  expect(keys.size).toBe(4);
  expect(keys.has(null)).toBe(false);
});

it('says why a model has no figures', async () => {
  const client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
  for (const name of ['broken.onnx', 'absent.onnx']) {
    const { key, figures, reason } = await client.request(modelFiguresRequest, {
      uri: uriOf(name),
      known: null,
    });
    expect([key, figures]).toEqual([null, null]);
    expect(reason).toMatch(/\w+ .*\w/);
  }
  await client.stop();
});
