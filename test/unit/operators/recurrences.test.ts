import { describe, expect, it } from 'vitest';
import { checkRule } from './check';

const ggml = { domain: 'ggml', outputs: 2 };

describe('recurrences over tokens', () => {
  it('RWKV-4 takes a mean of each channel', () => {
    const rows = 'float[2, 5, 8]';
    const { types, work } = checkRule('RWKV_WKV4', {
      ...ggml,
      inputs: [rows, rows, 'float[8]', 'float[8]', 'float[2, 8, 3]'],
    });
    expect(types).toEqual([rows, 'float[2, 8, 3]']);
    // 80 numbers, of each in transformers' rwkv_linear_attention_cpu: 10 sums and differences, 6 products, 2 maxima, a quotient,
    // and 4 powers.
    expect(work?.operations).toEqual({ matrix: 0, vector: 80 * (10 + 6 + 2 + 1), special: 80 * 4 });
  });

  it('RWKV-6 has a matrix of each head', () => {
    const rows = 'float[1, 5, 8]';
    const state = 'float[1, 2, 4, 4]';
    const { types, work } = checkRule('RWKV_WKV6', {
      ...ggml,
      inputs: [rows, rows, rows, 'float[2, 4]', rows, state],
    });
    expect(types).toEqual([rows, state]);
    // 5 tokens, 32 numbers in the state: k v, bonus, sum, decay, sum; the read-out is a multiply-accumulate.
    expect(work?.operations).toEqual({ matrix: 2 * 160, vector: 5 * 160, special: 0 });
  });
});
