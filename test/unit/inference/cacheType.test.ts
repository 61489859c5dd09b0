import { describe, expect, it } from 'vitest';
import type { Model } from '../../../server/engine/graph/model';
import { withCacheType } from '../../../server/engine/inference/cacheType';
import { infos, modelOf, node } from './build';

const sets = [
  { domain: '', version: 21 },
  { domain: 'com.microsoft', version: 1 },
];
const shape = '[1, 2, 8, 4]';

function attention(operator: string, inputs: string, outputs: string): Model {
  const graph = {
    inputs: infos({ q: 'float[1, 1, 8]', pk: `float${shape}`, pv: `float${shape}` }),
    outputs: infos({ y: '', k: `float${shape}`, v: `float${shape}` }),
    nodes: [node(operator, inputs, outputs)],
  };
  return modelOf(graph, [], sets);
}

const types = (model: Model | null) =>
  [...(model?.graph.inputs ?? []), ...(model?.graph.outputs ?? [])].map(({ name, type }) => [
    name,
    type?.kind === 'tensor' ? type.dtype : undefined,
  ]);

describe('caches of another type', () => {
  it('are those whose type the schema leaves to them, and nothing else', () => {
    // GroupQueryAttention (com.microsoft) has T for the query and T_CACHE for past and present.
    const model = attention('com.microsoft::GroupQueryAttention', 'q, q, q, pk, pv', 'y, k, v');
    expect(types(withCacheType(model, 'q8_0'))).toEqual([
      ['q', 'float'],
      ['pk', 'q8_0'],
      ['pv', 'q8_0'],
      ['y', undefined],
      ['k', 'q8_0'],
      ['v', 'q8_0'],
    ]);
    expect(types(model)[1]).toEqual(['pk', 'float']);
    // Asked for again it is the same one, to which what is learned of it belongs.
    expect(withCacheType(model, 'q8_0')).toBe(withCacheType(model, 'q8_0'));
  });

  it('are none where the schema gives them the type of the query', () => {
    // MultiHeadAttention (com.microsoft) has T for query, past and present alike.
    const model = attention('com.microsoft::MultiHeadAttention', 'q, q, q, , , , pk, pv', 'y, k, v');
    expect(withCacheType(model, 'q8_0')).toBeNull();
  });
});
