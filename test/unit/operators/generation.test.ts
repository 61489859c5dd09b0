import { describe, expect, it } from 'vitest';
import { infos, modelOf, node, subgraph, tryModel } from '../inference/build';
import { tensorOf } from './check';

const decoder = subgraph(
  { ids: 'int32[b, 1]', state: 'float[b, 4]' },
  [node('Cast', 'ids', 'value', { to: 1 }), node('Mul', 'value, state', 'logits')],
  'logits, state',
);

function search(operator: string, inputs: string, attributes: object, length: number | null) {
  return modelOf({
    inputs: infos({ ids: 'int32[2, 6]', ...(length === null && { longest: 'int32[1]' }) }),
    initializers: [
      ...(length === null ? [] : [tensorOf('longest', 'int32', [1], [length])]),
      tensorOf('beams', 'int32', [1], [3]),
      tensorOf('kept', 'int32', [1], [2]),
    ],
    nodes: [
      {
        ...node(operator, inputs, 'sequences', { decoder, eos_token_id: 1, pad_token_id: 0, ...attributes }),
        domain: 'com.microsoft',
      },
    ],
    outputs: infos({ sequences: '' }),
  });
}

describe('searches', () => {
  it('runs the decoder for each token after the prompt', async () => {
    const { types, inference, problems } = await tryModel(search('GreedySearch', 'ids, longest', {}, 20));
    expect(types['sequences']).toBe('int32[2, 20]');
    expect(inference.nodes.map(({ repeat }) => repeat)).toEqual([1, 14, 14]);
    expect(problems).toEqual([]);
  });

  it('multiplies the batch by the beams', async () => {
    const { types, nodeOf } = await tryModel(search('BeamSearch', 'ids, longest, , beams, kept', {}, 10));
    expect(types['sequences']).toBe('int32[2, 2, 10]');
    expect(types['logits']).toBe('float[6, 4]');
    expect(nodeOf('logits').repeat).toBe(4);
  });

  it('says that a length which is data was taken as one step', async () => {
    const { inference, problems } = await tryModel(search('GreedySearch', 'ids, longest', {}, null));
    expect(inference.nodes[1]!.repeat).toBe(1);
    expect(problems).toContain('inference.loop-trips-assumed');
  });
});
