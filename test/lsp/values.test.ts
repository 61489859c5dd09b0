import { afterEach, beforeEach, expect, it } from 'vitest';
import { choicesRequest } from '../../server/protocol';
import { merged, ranks, sized } from '../unit/inference/branching';
import { TestClient, type TestDocument } from './client';

let client: TestClient;
beforeEach(async () => {
  client = await TestClient.inProcess({ settings: { chips: ['nvidia-t4'] } });
});
afterEach(() => client.stop());

const titles = async (document: TestDocument): Promise<string[]> =>
  (await document.lenses()).map(({ command }) => command?.title ?? '');

const values = async ({ uri }: TestDocument): Promise<unknown> =>
  (await client.request(choicesRequest, { uri })).values;

it('the branch of a phase stands in the lens as assumed, and a setting changes it', async () => {
  const document = await client.openText('file:///w/m.onnxtxt', merged);
  expect((await titles(document)).join('; ')).toMatch(/use_cache_branch = false \(assumed\)/);
  await client.changeSettings({ chips: ['nvidia-t4'], phase: 'decode' });
  await expect
    .poll(() => values(document))
    .toEqual([{ name: 'use_cache_branch', value: 'true', origin: 'default', isContent: true }]);
  const models = { '**': { values: { use_cache_branch: false } } };
  await client.changeSettings({ chips: ['nvidia-t4'], phase: 'decode', models });
  await expect
    .poll(() => values(document))
    .toEqual([{ name: 'use_cache_branch', value: 'false', origin: 'value', isContent: true }]);
  expect((await titles(document)).join('; ')).toMatch(/use_cache_branch = false(?! \(assumed)/);
});

it('an input that decides shapes and has no value is asked for, and a condition may be chosen', async () => {
  const document = await client.openText('file:///w/sized.onnxtxt', sized);
  const lenses = await document.lenses();
  const asked = lenses.filter(({ command }) => command?.arguments?.[1] === 'count');
  expect(asked.map(({ command }) => command?.title)).toEqual(['Set count…']);
  const branches = await client.openText('file:///w/ranks.onnxtxt', ranks);
  expect(await values(branches)).toEqual([{ name: 'c', value: 'false', origin: 'default', isContent: true }]);
});
