import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../../server/engine/analyse';
import { blocksOf } from '../../../../server/engine/blocks/blocks';
import { chipById } from '../../../../server/engine/chips/catalogue';
import { rankChain } from '../../../../server/engine/mapping/parallel/rankChain';
import { shortened } from '../../../../server/engine/mapping/parallel/shorten';
import { runThrough, uninterrupted } from '../../../../server/engine/scheduler';
import { configurations, configured } from './models';

const chip = chipById('nvidia-h100-sxm')!;
const bindings = { batch: 4, past_sequence: 512 };

async function both(configuration: Readonly<Record<string, unknown>>) {
  const whole = await configured(configuration, { bindings });
  const short = shortened(whole.model, whole.inference, runThrough(blocksOf(whole.inference)));
  const prepared = await prepare(short.model, whole.workload, uninterrupted);
  const analysis = await costsOn(prepared, chip, uninterrupted);
  const chain = runThrough(rankChain({ prepared, analysis, calls: [], short }));
  return { whole, short, chain, analysis: await costsOn(whole, chip, uninterrupted) };
}

describe('a model of two blocks for each run', () => {
  it('stands for all its layers', async () => {
    const { short } = await both(configurations['llama-3-8b']);
    // What stands before, the first of 32 layers, the 31 others, what stands behind.
    expect(short.counts).toEqual([1, 1, 31, 1]);
    expect(short.repeats).toEqual([false, true, true, false]);
    expect(short.shared.size).toBe(0);
    expect(short.model.graph.nodes.length).toBeLessThan(60);
    // Tokens, a mask, and keys and values of two layers.
    expect(short.model.graph.inputs).toHaveLength(2 + 2 * 2);
  });

  it('has the time, the weights and the caches of the whole', async () => {
    const { chain, analysis } = await both(configurations['llama-3-8b']);
    const sum = (of: (element: (typeof chain.elements)[number]) => number) =>
      chain.elements.reduce((all, one) => all + of(one) * one.count, 0);
    // What stays in a cache between two layers is not the same everywhere.
    expect(sum(({ seconds }) => seconds!) / analysis.cost.total.latencySeconds!.value!).toBeCloseTo(1, 3);
    // 8,030,261,248 parameters of 2 bytes, and numbers of the graph.
    expect(sum(({ memory }) => memory!.weights) / (2 * 8_030_261_248)).toBeCloseTo(1, 4);
    // 32 layers x keys and values x 8 heads x 128 x 2 bytes x 513 tokens x 4 sequences.
    expect(sum(({ memory }) => memory!.state)).toBe(32 * 2 * 8 * 128 * 2 * 513 * 4);
    // What goes from layer to layer: 4 x 4096 x 2 bytes, and what they all know of positions.
    expect(chain.elements[2]!.carriedBytes).toBeGreaterThanOrEqual(4 * 4096 * 2);
    expect(chain.elements[2]!.carriedBytes).toBeLessThan(4 * 4096 * 2 + 1000);
    expect(chain.elements.at(-1)!.carriedBytes).toBe(0);
  });

  it('knows weights that the first and the last stage both need', async () => {
    const { short, chain } = await both({ ...configurations['llama-3-8b'], tie_word_embeddings: true });
    expect(short.shared.size).toBe(1);
    expect(chain.shared).toHaveLength(1);
    expect(chain.shared[0]!.memory.weights).toBe(128256 * 4096 * 2);
    expect([...chain.shared[0]!.elements]).toEqual([0, 3]);
  });

  it('of other models than Llama too', async () => {
    for (const name of ['qwen3-32b', 'mixtral-8x7b'] as const) {
      const { chain, short, analysis } = await both(configurations[name]);
      expect(short.counts.reduce((sum, one) => sum + one, 0)).toBe(
        Number(configurations[name]['num_hidden_layers']) + 2,
      );
      const seconds = chain.elements.reduce((sum, one) => sum + one.seconds! * one.count, 0);
      expect(seconds / analysis.cost.total.latencySeconds!.value!).toBeCloseTo(1, 3);
    }
  });
});
