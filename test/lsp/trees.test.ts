import { expect, it } from 'vitest';
import { message } from '../../l10n/server';
import { chipListRequest, layersAtRequest, layersRequest, summaryRequest } from '../../server/protocol';
import { fixture } from './client';
import { ModelFolder } from './modelFolder';

const folder = new ModelFolder('trees-');

it('answers with the modules of a model, the way to a node, and the chosen chips', async () => {
  const address = await folder.written('bert-base.onnx', await fixture('bert-base.onnx'));
  const client = await folder.start({ settings: { chips: ['nvidia-t4', 'nvidia-l4'] } });
  const { uri } = await client.open(address);
  const { layers } = await client.request(layersRequest, { uri, path: [], from: null });
  expect(layers.map(({ label }) => label)).toEqual(['bert']);
  const inside = await client.request(layersRequest, { uri, path: [0], from: null });
  expect(inside.layers.map(({ label }) => label)).toContain('encoder');
  const { chips } = await client.request(summaryRequest, { uri });
  const { node } = chips[0]!.costliest[0]!;
  const way = (await client.request(layersAtRequest, { uri, node })).layers;
  expect(way[0]).toEqual(layers[0]);
  // The last entry is the node itself, with the time that the summary has.
  expect(way.at(-1)!.kind).toBe('node');
  expect(way.at(-1)!.share).toBeCloseTo(chips[0]!.costliest[0]!.share!, 12);
  const list = await client.request(chipListRequest, { uri });
  expect(list.chosen.map(({ id, file }) => [id, file])).toEqual([
    ['nvidia-t4', null],
    ['nvidia-l4', null],
  ]);
  expect(list.chosen[0]!.description).toMatch(new RegExp(`^\\d.* · ${message('en', 'chipList.fits')}$`));
  expect(list.others).toEqual([]);
});

it('has nothing to say of a file that is no model', async () => {
  const address = await folder.written('bad.onnx', new TextEncoder().encode('no model'));
  const client = await folder.start({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(address);
  const answer = client.request(layersRequest, { uri, path: [], from: null });
  expect(
    await answer.then(
      ({ layers }) => layers.length,
      () => 0,
    ),
  ).toBe(0);
});
