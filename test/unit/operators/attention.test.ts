import { describe, expect, it } from 'vitest';
import { unmaskedPairs } from '../../../server/engine/operators/attentionWork';
import { checkRule } from './check';

const all = { causal: false, offset: 0, left: -1, right: -1 };

describe('unmaskedPairs', () => {
  it.each([
    [{}, 4, 6, 24],
    [{ causal: true }, 4, 4, 10], // 1 + 2 + 3 + 4
    [{ causal: true, offset: 2 }, 4, 6, 18], // 3 + 4 + 5 + 6
    [{ causal: true, offset: 127 }, 1, 128, 128],
    [{ causal: true }, 4, 2, 7], // 1 + 2 + 2 + 2
    [{ causal: true, offset: -2 }, 4, 2, 3], // 0 + 0 + 1 + 2
    [{ causal: true, left: 1 }, 4, 4, 7], // 1 + 2 + 2 + 2
    [{ left: 1, right: 1 }, 4, 4, 10], // 2 + 3 + 3 + 2
    [{ right: 1 }, 4, 4, 13], // 2 + 3 + 4 + 4
    [{ causal: true, left: 1, offset: 10 }, 2, 12, 4],
  ])('%j of %i queries and %i keys', (mask, queries, keys, pairs) => {
    expect(unmaskedPairs(queries, keys, { ...all, ...mask })).toBe(pairs);
  });
});

describe('Attention', () => {
  it('counts scores and values of 4-D tensors', () => {
    const { types, work } = checkRule('Attention', {
      inputs: ['float[2, 3, 4, 8]', 'float[2, 3, 6, 8]', 'float[2, 3, 6, 10]'],
    });
    expect(types).toEqual(['float[2, 3, 4, 10]']);
    // 2·3·4·6 = 144 pairs; softmax 4 + 1 and the scale 1.
    expect(work?.operations).toEqual({ matrix: 2 * 144 * 18, vector: 144 * 5, special: 144 });
    expect(work?.matrixShape).toEqual({
      kind: 'attention',
      batch: 2,
      heads: 3,
      kvHeads: 3,
      queryLength: 4,
      keyLength: 6,
      headSize: 8,
      valueHeadSize: 10,
      causal: false,
    });
  });

  it('shares heads and grows the cache', () => {
    const { types, work } = checkRule('Attention', {
      inputs: [
        'float16[1, 8, 4, 64]',
        'float16[1, 2, 4, 64]',
        'float16[1, 2, 4, 64]',
        null,
        'float16[1, 2, 12, 64]',
        'float16[1, 2, 12, 64]',
      ],
      attributes: { is_causal: 1 },
      outputs: 4,
    });
    expect(types).toEqual([
      'float16[1, 8, 4, 64]',
      'float16[1, 2, 16, 64]',
      'float16[1, 2, 16, 64]',
      'float16[1, 8, 4, 16]',
    ]);
    // Queries see 13 + 14 + 15 + 16 = 58 keys each head.
    expect(work?.operations.matrix).toBe(2 * 8 * 58 * 128);
    expect(work?.matrixShape).toMatchObject({ heads: 8, kvHeads: 2, keyLength: 16, causal: true });
  });

  it('reads what a window leaves of the cache', () => {
    const past = 'float16[1, 2, 1000, 64]';
    const one = 'float16[1, 2, 1, 64]';
    const read = (left: number) =>
      checkRule('Attention', {
        inputs: ['float16[1, 8, 1, 64]', one, one, null, past, past],
        attributes: { is_causal: 1, left_window_size: left },
      }).work!;
    // The query at position 1,000 attends itself and 127 before it; a row has 2 heads of 64 halves.
    const row = 2 * 64 * 2;
    expect(read(127).touched.inputs).toEqual([8 * 64 * 2, row, row, 0, 127 * row, 127 * row]);
    expect(read(127).operations.matrix).toBe(2 * 8 * 128 * 128);
    expect(read(-1).touched.inputs).toEqual([8 * 64 * 2, row, row, 0, 1000 * row, 1000 * row]);
    // A buffer of 4,096 rows that holds past and new ones, outside of which nothing lies.
    const buffer = 'float16[1, 2, 4096, 64]';
    const external = checkRule('Attention', {
      inputs: ['float16[1, 8, 1, 64]', buffer, buffer, null, null, null, 'int64[1]'],
      attributes: { is_causal: 1, left_window_size: 127 },
    });
    expect(external.work!.touched.inputs.slice(1, 3)).toEqual([128 * row, 128 * row]);
  });

  it('splits heads of 3-D tensors', () => {
    const { types, work } = checkRule('Attention', {
      inputs: ['float[2, 4, 24]', 'float[2, 6, 24]', 'float[2, 6, 30]', 'float[4, 6]'],
      attributes: { q_num_heads: 3, kv_num_heads: 3 },
    });
    expect(types).toEqual(['float[2, 4, 30]']);
    expect(work?.operations).toEqual({ matrix: 2 * 144 * 18, vector: 144 * 6, special: 144 });
  });

  it('keeps symbols', () => {
    const { types } = checkRule('Attention', {
      inputs: [
        'float[batch, 8, sequence, 64]',
        'float[batch, 2, sequence, 64]',
        'float[batch, 2, sequence, 64]',
        null,
        'float[batch, 2, past, 64]',
        'float[batch, 2, past, 64]',
      ],
      outputs: 3,
    });
    expect(types.slice(0, 2)).toEqual([
      'float[batch, 8, sequence, 64]',
      'float[batch, 2, past + sequence, 64]',
    ]);
  });
});

describe('attention companions', () => {
  it('rotates pairs', () => {
    const inputs = ['float[2, 3, 4, 8]', 'float[50, 4]', 'float[50, 4]', 'int64[2, 4]'];
    expect(checkRule('RotaryEmbedding', { inputs }).work?.operations.vector).toBe(3 * 192);
    const attributes = { rotary_embedding_dim: 4 };
    expect(checkRule('RotaryEmbedding', { inputs, attributes }).work?.operations.vector).toBe(3 * 96);
  });

  it('runs linear attention as its recurrence', () => {
    const { types, work } = checkRule('LinearAttention', {
      inputs: ['float[1, 5, 16]', 'float[1, 5, 8]', 'float[1, 5, 12]'],
      attributes: { q_num_heads: 4, kv_num_heads: 2, update_rule: 'linear' },
      outputs: 2,
    });
    expect(types).toEqual(['float[1, 5, 24]', 'float[1, 2, 4, 6]']);
    // 5 tokens: k⊗v for 2 heads and the read-out for 4, of 4·6 each.
    expect(work?.operations.matrix).toBe(2 * 5 * 24 * 6);
  });

  it('carries the state of a causal convolution', () => {
    const { types, work } = checkRule('CausalConvWithState', {
      inputs: ['float[1, 6, 10]', 'float[6, 1, 4]'],
      attributes: { activation: 'silu' },
      outputs: 2,
    });
    expect(types).toEqual(['float[1, 6, 10]', 'float[1, 6, 3]']);
    expect(work?.operations).toEqual({ matrix: 2 * 60 * 4, vector: 240, special: 60 });
  });
});
