import { onnx } from 'onnx-proto';
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

it('says what nodes take at the most whose sizes the data decide within a limit', async () => {
  const type = { tensorType: { elemType: 1, shape: { dim: [{ dimValue: 1 }, { dimValue: 1000 }] } } };
  const cast = { name: 'to', i: 1, type: onnx.AttributeProto.AttributeType.INT };
  const model = onnx.ModelProto.encode({
    irVersion: 9,
    opsetImport: [{ domain: '', version: 20 }],
    graph: {
      name: 'few',
      input: [{ name: 'x', type }],
      node: [
        { name: 'find', opType: 'NonZero', input: ['x'], output: ['z'] },
        { name: 'widen', opType: 'Cast', input: ['z'], output: ['c'], attribute: [cast] },
        { name: 'last', opType: 'Exp', input: ['c'], output: ['y'] },
      ],
      output: [{ name: 'y' }],
    },
  });
  const address = await folder.written('few.onnx', model.finish());
  const client = await folder.start({ settings: { chips: ['nvidia-t4'] } });
  const { uri } = await client.open(address);
  const { layers } = await client.request(layersRequest, { uri, path: [], from: null });
  const last = layers.find(({ label }) => label === 'Exp')!;
  expect(last.description).toMatch(/^at most [\d.]+ [µn]s/);
  expect(last.spoken).toMatch(/, at most [\d.]+ [µn]s$/);
});
