import { describe, expect, it } from 'vitest';
import type { Model } from '../../../server/engine/graph/model';
import { lowerConfiguration } from '../../../server/engine/lower/lowerConfiguration';
import { countsOf } from './counts';
import { published } from './published';
import { expandedPast, latentRatio, torch, unmasked, variations, windowsOf } from './torch';

function modelOf(configuration: Readonly<Record<string, unknown>>): Model {
  const { value, problems } = lowerConfiguration({
    name: 'm',
    configuration,
    tensors: [],
    facts: { docString: '', metadata: [] },
  });
  expect(problems).toEqual([]);
  return value;
}

describe('the graph of a configuration', () => {
  it.each(Object.entries({ ...torch.models, ...variations.models }))(
    'of %s has the parameters and operations that torch counts',
    async (_, known) => {
      // The table leaves out what is null.
      const nothing = { q_lora_rank: null, sliding_window: null, head_dim: null };
      // Transformers does not make the layers that predict further tokens.
      const model = modelOf({
        ...nothing,
        ...known.config,
        num_nextn_predict_layers: 0,
        model_type: known.type,
      });
      for (const [phase, queries, past] of [
        ['prefill', torch.prefill, 0],
        ['decode', 1, torch.prefill],
      ] as const) {
        const flops = known[phase];
        if (!flops) continue;
        const counts = await countsOf(model, queries, past);
        expect(counts.problems).toEqual([]);
        expect(counts.parameters).toBe(known.parameters);
        expect([phase, counts.weights]).toEqual([phase, flops.weights - expandedPast(known, past)]);
        const pairs = unmasked(flops.attention, queries, past, windowsOf(known), latentRatio(known));
        const isEncoder = known.decode === undefined;
        expect([phase, counts.attention]).toEqual([phase, isEncoder ? flops.attention : Math.round(pairs)]);
      }
    },
  );
});

describe('a published configuration', () => {
  it.each(published)('of $name has its parameters and the bytes of a token in its cache', async (known) => {
    const counts = await countsOf(modelOf(known.configuration), 1, 9999);
    expect(counts.problems).toEqual([]);
    expect(counts.parameters).toBe(known.parameters);
    // Layers with a window keep no more than it has.
    if (known.cacheBytes !== null) expect(counts.cacheBytes / 10_000).toBe(known.cacheBytes);
  });
});
