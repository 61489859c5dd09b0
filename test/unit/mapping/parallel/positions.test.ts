import { describe, expect, it } from 'vitest';
import { configured, exchanged, prepared, shard, batch, sequence } from './groups';
import { readFixture } from '../../inference/fixtures';

const tokens = batch * sequence;

describe('a group that shares out positions', () => {
  it('scatters sums and gathers what products read', async () => {
    // Llama 3 8B: 32 layers of 4,096 numbers of 2 bytes. Two of each kind for each layer, one behind the embedding, one before the head.
    const whole = await prepared(configured('Llama-3.1-8B'));
    const one = await shard(whole, { tp: 8, ep: 1, sequence: true });
    const bytes = tokens * 4096 * 2;
    expect(exchanged(one)).toEqual([
      `1 all_gather tp ${tokens * 128256 * 2}`,
      `65 all_gather tp ${bytes}`,
      `65 reduce_scatter tp ${bytes}`,
    ]);
    // Norms and sums of the residual: two each for each layer, and the last norm.
    const operators = one.byPosition.map((index) => whole.inference.nodes[index]!.node.operator);
    expect([...new Set(operators)].sort()).toEqual(['Add', 'SimplifiedLayerNormalization']);
    expect(operators).toHaveLength(4 * 32 + 1);
  });

  it('gathers on the way back what it scattered, and again what it does not keep', async () => {
    const whole = await prepared(configured('Llama-3.1-8B'), 'training');
    const one = await shard(whole, { tp: 8, ep: 1, sequence: true });
    const bytes = tokens * 4096 * 2;
    expect(exchanged(one, 'backward')).toEqual([
      `130 all_gather tp ${bytes}`,
      `65 reduce_scatter tp ${bytes}`,
    ]);
  });

  it.each([
    // GPT-2 and BERT: 12 layers of 768 numbers of 4 bytes; ViT: 197 positions, and no table of words.
    ['gpt2', 25, 25, tokens * 768 * 4],
    ['vit-b16', 24, 24, batch * 197 * 768 * 4],
  ])('does so in the export of %s', async (name, scattered, gathered, bytes) => {
    const one = await shard(await prepared(await readFixture(name)), { tp: 4, ep: 1, sequence: true });
    expect(exchanged(one)).toContain(`${scattered} reduce_scatter tp ${bytes}`);
    expect(exchanged(one)).toContain(`${gathered} all_gather tp ${bytes}`);
    expect(exchanged(one).some((each) => each.includes('all_reduce'))).toBe(false);
  });

  it('keeps sums of fewer positions than devices whole', async () => {
    const whole = await prepared(configured('Llama-3.1-8B'), 'decode', 1);
    const one = await shard(whole, { tp: 8, ep: 1, sequence: true });
    expect(exchanged(one)).toContain(`65 all_reduce tp ${batch * 4096 * 2}`);
    expect(one.byPosition).toEqual([]);
  });

  it('needs no gathering of tokens that experts give back', async () => {
    // Mixtral 8x7B, an expert on each of 8 devices: tokens go there and back, the router has its own.
    const one = await shard(await prepared(configured('Mixtral-8x7B')), { tp: 8, ep: 8, sequence: true });
    const bytes = tokens * 4096 * 2;
    expect(exchanged(one)).toEqual([
      `1 all_gather tp ${tokens * 32000 * 2}`,
      // Before the products of attention and the head.
      `33 all_gather tp ${bytes}`,
      // Behind attention and the embedding.
      `33 reduce_scatter tp ${bytes}`,
      `64 alltoall ep ${(tokens * 2 * 4096 * 2) / 8}`,
    ]);
  });
});
