import { describe, expect, it } from 'vitest';
import { checkRule, type CheckAttribute, type CheckInput } from './check';

type Row = readonly [
  operator: string,
  inputs: readonly CheckInput[],
  attributes: Readonly<Record<string, CheckAttribute>>,
  types: readonly string[],
];

const known = (type: string, ...elements: number[]): CheckInput => ({ type, elements });
const omitted = (count: number): null[] => Array<null>(count).fill(null);

/** Kernels that only other devices have; shapes as ONNX Runtime's ContribOperators.md states them. */
const rows: readonly Row[] = [
  [
    'PackedAttention',
    ['float[t, 16]', 'float[16, 40]', 'float[40]', 'int32[b, s]', 'int32[b1]'],
    { num_heads: 4, qkv_hidden_sizes: [16, 16, 8] },
    ['float[t, 8]'],
  ],
  [
    'PackedMultiHeadAttention',
    ['float[t, 4, 3, 8]', null, null, null, 'int32[b, s]', 'int32[b1]'],
    { num_heads: 4 },
    ['float[t, 32]'],
  ],
  [
    'DecoderMaskedSelfAttention',
    ['float[b, 1, 16]', 'float[16, 48]', 'float[48]', null, 'float[2, b, 4, 100, 4]', null, 'int32[1]'],
    { num_heads: 4, past_present_share_buffer: 1 },
    ['float[b, 1, 16]', 'float[2, b, 4, 100, 4]'],
  ],
  [
    'DecoderAttention',
    [
      'float[s, b, 8]',
      'float[k, b, 8]',
      'float[8, 8]',
      'float[8, 16]',
      'float[24]',
      null,
      'float[b, 2, p, 4]',
      'float[b, 2, p, 4]',
      known('bool[1]', 0),
      known('bool[1]', 1),
      known('bool[1]', 1),
      known('bool[1]', 0),
    ],
    { num_heads: 2 },
    ['float[s, b, 8]', 'float[b, 2, p + s, 4]', 'float[b, 2, p + s, 4]'],
  ],
  ['MultiHeadAttention', ['float[b, s, 4, 3, 8]'], { num_heads: 4 }, ['float[b, s, 32]']],
  [
    'MultiHeadAttention',
    ['float[b, s, 32]', 'float[b, k, 4, 2, 8]', ...omitted(4), 'float[b, 4, p, 8]', 'float[b, 4, p, 8]'],
    { num_heads: 4 },
    ['float[b, s, 32]', 'float[b, 4, k + p, 8]', 'float[b, 4, k + p, 8]', 'float[b, 4, s, k + p]'],
  ],
  [
    'LongformerAttention',
    ['float[b, s, 16]', 'float[16, 48]'],
    { num_heads: 4, window: 2 },
    ['float[b, s, 16]'],
  ],
  [
    'RelativePositionBias',
    ['float[32, 8]', known('int64[1]', 5), known('int64[1]', 7)],
    { max_distance: 128 },
    ['float[1, 8, 5, 7]'],
  ],
  [
    'GatedRelativePositionBias',
    [
      'float[t, 16]',
      'float[16]',
      'float[1, 4, s, s]',
      'float[4, 8]',
      'float[8]',
      'float[1, 4, 1, 1]',
      'int32[b, s]',
    ],
    { num_heads: 4 },
    ['float[b, 4, s, s]'],
  ],
  [
    'GatedDeltaNet',
    ['float[t, 2, 4]', 'float[t, 2, 4]', 'float[t, 4, 6]', null, null, null, 'float[b, 4, 6, 4]'],
    { state_update_capacity: 2 },
    ['float[t, 4, 6]', 'float[b, 4, 6, 4]', 'float[b, 72]'], // 2·(4 + 2·4 + 4·6)
  ],
  [
    'GatedDeltaNet',
    ['float[t, 40]', ...omitted(5), 'float[b, 4, 6, 4]'],
    {},
    ['float[t, 4, 6]', 'float[b, 4, 6, 4]'],
  ],
  [
    'MatMulNBitsMlp',
    ['float[b, s, 64]', 'float[b, s, 64]', 'float[64]'],
    { N: 256, K: 64, block_size: 32, activation: 'silu' },
    ['float[b, s, 256]', 'float[b, s, 64]'],
  ],
  [
    'MatMulNBitsQkv',
    ['float[b, s, 64]', null, 'float[64]'],
    { Nq: 64, Nkv: 16, K: 64, block_size: 32 },
    ['float[b, s, 64]', 'float[b, s, 16]', 'float[b, s, 16]', 'float[b, s, 64]'],
  ],
  [
    'GemmaRotaryEmbedding',
    ['float[b, s, 8]', ...Array<string>(4).fill('float16[b, 4, s, 8]')],
    {},
    ['float16[b, 4, s, 8]', 'float16[b, 4, s, 8]'],
  ],
  ['CDist', ['float[m, 3]', 'float[k, 3]'], { metric: 'euclidean' }, ['float[m, k]']],
  ['BiasSoftmax', ['float[b, h, s, s]', 'float[b, 1, 1, s]'], { axis: 3 }, ['float[b, h, s, s]']],
  ['BiasDropout', ['float[b, 8]', 'float[8]'], {}, ['float[b, 8]', 'bool[b, 8]']],
  ['ComplexMul', ['float[b, 3, 2]', 'float[3, 2]'], {}, ['float[b, 3, 2]']],
  ['ReduceSumInteger', ['uint8[b, 3, 4]'], { axes: [1], keepdims: 0 }, ['uint32[b, 4]']],
  ['QLinearReduceMean', ['int8[b, 3, 4]'], { axes: [1], keepdims: 1 }, ['int8[b, 1, 4]']],
  ['IsAllFinite', ['float[b]', 'float[3]'], {}, ['bool[]']],
  [
    'VarlenCausalConvWithState',
    ['float[t, 6]', 'float[6, 1, 4]', 'int32[b1]', null, 'float[b, 6, 3]'],
    { state_update_capacity: 2 },
    ['float[t, 6]', 'float[b, 6, 3]', 'float[b, 2, 6]'],
  ],
  [
    'VarlenNGramHashMapping',
    ['int64[t]', 'int64[3]', 'int64[4]', 'int32[3]'],
    { max_ngram_size: 3, n_head_per_ngram: 2, pad_id: 0 },
    ['int64[t, 4]', 'int64[2, 2]'],
  ],
  [
    'SparsePagedAttention',
    ['float16[t, 64]', 'float16[t, 16]', 'float16[t, 16]', 'float16[9, 16, 2, 8]', 'float16[9, 16, 2, 8]'],
    { num_heads: 8, kv_num_heads: 2 },
    ['float16[t, 64]', 'float16[9, 16, 2, 8]', 'float16[9, 16, 2, 8]'],
  ],
  [
    'PackedSparseAttentionIndexer',
    ['float[t, 32]', 'float[t, 8]', ...omitted(10), 'float[b, 64, 8]', 'float[b, 7, 8]', null, 'int32[b, 2]'],
    { policy_mode: 'qsa', compress_ratio: 4, token_budget: 16, state_capacity: 64 },
    ['int32[t, 19]', 'int32[t]', 'float[b, 64, 8]', 'float[b, 7, 8]', '?', 'int32[b, 2]'],
  ],
  [
    'QOrderedAttention',
    ['int8[b, s, 16]', ...omitted(4), 'int8[16, 16]', 'int8[16, 16]', 'int8[16, 8]'],
    { num_heads: 4 },
    ['int8[b, s, 8]'],
  ],
  ['QOrderedMatMul', ['int8[b, s, 16]', null, 'int8[16, 8]'], {}, ['int8[b, s, 8]']],
];

describe('shapes of kernels that only other devices have', () => {
  it.each(rows)('%s', (operator, inputs, attributes, types) => {
    const found = checkRule(operator, {
      domain: 'com.microsoft',
      version: 1,
      inputs,
      attributes,
      outputs: types.length,
    });
    expect(found.types).toEqual(types);
    expect(found.problems).toEqual([]);
  });

  it('counts what data decides as open', () => {
    const run = (operator: string, inputs: readonly CheckInput[], outputs: number) =>
      checkRule(operator, { domain: 'com.microsoft', version: 1, inputs, outputs }).types;
    const [packed, ...rest] = run('RemovePadding', ['float[b, s, 8]', 'int32[b]'], 4);
    expect(packed).toMatch(/^float\[[^,]+, 8\]$/);
    expect(rest).toEqual(['int32[b, s]', 'int32[b + 1]', 'int32[1]']);
    const [blob, shape, strides] = run('QuantizeBFP', ['float[b, 8, 4]'], 3);
    expect(blob).toMatch(/^uint8\[[^,]+\]$/);
    expect([shape, strides]).toEqual(['int64[3]', 'int64[3]']);
  });
});
