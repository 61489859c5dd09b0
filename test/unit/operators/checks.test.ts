import { describe, expect, it } from 'vitest';
import type { DataType } from '../../../server/engine/graph/dataTypes';
import { tensorOf, type CheckAttribute } from './check';
import { newest, said } from './said';

// onnx 1.23 (strict shape inference) or ONNX Runtime 1.32 refuse each, in words like those quoted.
describe('what does not fit together at a node is said with its sizes', () => {
  it.each([
    // "perm attribute ... is not a permutation"
    [
      'Transpose',
      { x: 'float[2, 3]' },
      { perm: [0, 0] },
      'perm [0, 0] must name each of the 2 axes of “x” [2, 3] once',
    ],
    // "Incompatible dimensions": 8 channels in two groups of 3
    [
      'Conv',
      { x: 'float[1, 8, 5, 5]', w: 'float[4, 3, 3, 3]' },
      { group: 2 },
      'the input has 8 channels, but the weights are for 6',
    ],
    // "Output channels M is not divisible by group count"
    [
      'Conv',
      { x: 'float[1, 6, 5, 5]', w: 'float[4, 2, 3, 3]' },
      { group: 3 },
      '“w”[0] is 4, which must be a multiple of 3',
    ],
    [
      'Conv',
      { x: 'float[1, 3, 5, 5]', w: 'float[4, 3, 3, 3]', b: 'float[5]' },
      {},
      'dimension 0 of “b” [5] is 5, but must be 4',
    ],
    // "kernel_shape is not compatible with W shape"
    [
      'Conv',
      { x: 'float[1, 3, 5, 5]', w: 'float[4, 3, 3, 3]' },
      { kernel_shape: [1, 3] },
      'dimension 2 of “w” [4, 3, 3, 3] is 3, but must be 1',
    ],
    [
      'Conv',
      { x: 'float[1, 3, 5, 5]', w: 'float[4, 3, 3, 3]' },
      { strides: [0, 1] },
      'strides holds 0, but must be at least 1',
    ],
    // "filter number not equal to input channel number"
    [
      'ConvTranspose',
      { x: 'float[1, 3, 5, 5]', w: 'float[4, 3, 3, 3]' },
      {},
      'dimension 0 of “w” [4, 3, 3, 3] is 4, but must be 3 (“x”[1])',
    ],
    // "All inputs to Concat must have same rank", "Incompatible dimensions"
    [
      'Concat',
      { a: 'float[2, 3]', b: 'float[2, 4]' },
      { axis: 0 },
      'dimension 1 of “b” [2, 4] is 4, but must be 3 (“a”[1])',
    ],
    [
      'Concat',
      { a: 'float[2, 3]', b: 'float[2, 4]' },
      { axis: 2 },
      'axis is 2, but “a” [2, 3] leaves only 2 axes',
    ],
    // "data tensor must have rank >= 1", "axis must be in [-r, r-1]"
    [
      'Gather',
      { x: 'float[2, 3]', i: 'int64[1]' },
      { axis: 2 },
      'axis is 2, but “x” [2, 3] leaves only 2 axes',
    ],
    // "Scale and (optional) bias must match X.shape[axis:] or be NumPy-broadcastable to it"
    ['LayerNormalization', { x: 'float[2, 3]', s: 'float[2]' }, {}, '“s” [2] cannot be broadcast to [2, 3]'],
    [
      'BatchNormalization',
      { x: 'float[1, 3, 2]', s: 'float[3]', b: 'float[3]', m: 'float[4]', v: 'float[3]' },
      {},
      'dimension 0 of “m” [4] is 4, but must be 3 (“x”[1])',
    ],
    // "Input W must have shape {1,12,2}": 4 gates of 3 hidden units
    [
      'LSTM',
      { x: 'float[5, 1, 2]', w: 'float[1, 12, 3]', r: 'float[1, 12, 3]' },
      { hidden_size: 3 },
      'dimension 2 of “w” [1, 12, 3] is 3, but must be 2 (“x”[2])',
    ],
    [
      'GRU',
      { x: 'float[5, 1, 2]', w: 'float[1, 12, 2]', r: 'float[1, 9, 3]' },
      { hidden_size: 3 },
      'dimension 1 of “w” [1, 12, 2] is 12, but must be 9 (3 × hidden_size)',
    ],
    // "Gemm: Invalid bias shape for broadcast"
    [
      'Gemm',
      { a: 'float[2, 3]', b: 'float[3, 4]', c: 'float[5]' },
      {},
      '“c” [5] cannot be broadcast to [2, 4]',
    ],
    ['Gemm', { a: 'float[2, 3]', b: 'float[4, 4]' }, {}, 'the inner dimensions 3 and 4 differ'],
    // "Blocksize must be positive", "a multiple of (block_size * block_size)"
    [
      'DepthToSpace',
      { x: 'float[1, 6, 2, 2]' },
      { blocksize: 2 },
      '“x”[1] is 6, which must be a multiple of 4',
    ],
    [
      'SpaceToDepth',
      { x: 'float[1, 6, 3, 2]' },
      { blocksize: 2 },
      '“x”[2] is 3, which must be a multiple of 2',
    ],
    // "axis must be in [-rank, rank-1]"
    ['Softmax', { x: 'float[2, 3]' }, { axis: -3 }, 'axis is -3, but “x” [2, 3] leaves only 2 axes'],
    [
      'Einsum',
      { a: 'float[2, 3]', b: 'float[4, 5]' },
      { equation: 'ij,jk->ik' },
      'dimension 0 of “b” [4, 5] is 4, but must be 3',
    ],
    // "Equation output contains a label missing from the inputs", and at run time "repeated letters".
    ['Einsum', { a: 'float[2, 3]' }, { equation: 'ij->ik' }, 'the result of “ij->ik” names “k”'],
    ['Einsum', { a: 'float[2, 3]' }, { equation: 'ij->ii' }, 'the result of “ij->ii” names “i”'],
    ['Add', { a: 'float[2, 3]', b: 'float[4]' }, {}, 'the shapes [2, 3], [4] cannot be broadcast together'],
  ] as const)('%s %o %o', async (operator, inputs, attributes, words) => {
    const list = await said(operator, inputs, attributes);
    expect(list).toEqual([expect.stringContaining(`${operator}: ${words}`)]);
  });

  it.each([
    // "Mismatch between the sum of 'split' (5) and the split dimension of the input (6)"
    [
      'Split',
      'float[6]',
      { split: [2, 3] },
      'the parts [2, 3] add up to 5, but axis 0 of “x” [6] has 6',
      'y, z',
    ],
    // "Dimension of input 0 must be 1 instead of 3"
    ['Squeeze', 'float[2, 3]', { axes: [1] }, 'dimension 1 of “x” [2, 3] is 3, but must be 1', 'y'],
    ['Unsqueeze', 'float[2]', { axes: [0, 0] }, 'axes names axis 0 twice', 'y'],
    // "Pads has incorrect number of values. Expected 2 * 2 values. Got 3 values"
    ['Pad', 'float[2, 3]', { pads: [1, 1, 1] }, 'dimension 0 of “pads” [3] is 3, but must be 4', 'y'],
    ['Reshape', 'float[2, 3]', { shape: [-1, -1] }, 'the shape [-1, -1] leaves more than one size open', 'y'],
    ['Reshape', 'float[2, 3]', { shape: [4, 2] }, 'the elements of [2, 3] do not fit into [4, 2]', 'y'],
    [
      'Expand',
      'float[2, 3]',
      { shape: [2, 4] },
      'the shapes [2, 3], [2, 4] cannot be broadcast together',
      'y',
    ],
    ['ReduceSum', 'float[2, 3]', { axes: [2] }, 'axes is 2, but “x” [2, 3] leaves only 2 axes', 'y'],
    ['Gather', 'float[2, 3]', { i: [2] }, '“i” [1] holds 2, but must lie between -2 and 1', 'y'],
  ] as const)('%s %s %o', async (operator, x, constants, words, outputs) => {
    const list = await said(operator, { x }, {}, { constants, outputs });
    expect(list).toEqual([expect.stringContaining(`${operator}: ${words}`)]);
  });

  // Each refused by onnx 1.23 or ONNX Runtime 1.32 with the same sizes, in the words that stand before it.
  it.each([
    // "Ratio of Dropout must be a scalar."
    ['Dropout', { x: 'float[2]', r: 'float[1]' }, {}, '“r” [1] has 1 dimensions, but must have 0'],
    // "layout must be 0 or 1"
    [
      'LSTM',
      { x: 'float[5, 1, 2]', w: 'float[1, 12, 2]', r: 'float[1, 12, 3]' },
      { hidden_size: 3, layout: 2 },
      'layout is 2, but must be one of 0, 1',
    ],
    // "past_key and past_value shall be both present, or none of them"
    [
      'Attention',
      { q: 'float[2, 3, 4, 8]', k: 'float[2, 3, 6, 8]', v: 'float[2, 3, 6, 8]', m: 'float[]' },
      {},
      '“m” [] has 0 dimensions, but must have 1 / 2 / 3 / 4',
    ],
    [
      'Attention',
      { q: 'float[2, 3, 4, 8]', k: 'float[2, 3, 6, 8]', v: 'float[2, 3, 6, 8]', m: 'float[4, 7]' },
      {},
      'dimension 1 of “m” [4, 7] is 7, but must be 6',
    ],
    // "exclude_outside can be set to 1 only when mode is CUBIC"
    [
      'Resize',
      { x: 'float[1, 1, 2, 2]', roi: 'float[0]', scales: 'float[4]' },
      { exclude_outside: 1, mode: 'linear' },
      'exclude_outside is 1, but must be one of 0',
    ],
    // "This number of op outputs should be 3 when Training_mode = True"
    [
      'BatchNormalization',
      { x: 'float[1, 3, 2]', s: 'float[3]', b: 'float[3]', m: 'float[3]', v: 'float[3]' },
      { training_mode: 1 },
      'running_mean, running_var is missing, but needed here (outputs: 1)',
    ],
    // "max_gram_length must be >= min_gram_length"
    [
      'TfIdfVectorizer',
      { x: 'int64[6]' },
      {
        min_gram_length: 2,
        max_gram_length: 1,
        max_skip_count: 0,
        mode: 'TF',
        ngram_counts: [0, 2],
        ngram_indexes: [0],
        pool_int64s: [1, 2, 3, 4],
      },
      'max_gram_length holds 1, but must be at least 2',
    ],
    // windows of 3 at stride 2 over 3 places cover 7, and one more at the end: "Explicit output_shape is inconsistent"
    [
      'ConvTranspose',
      { x: 'float[1, 1, 3, 3]', w: 'float[1, 2, 3, 3]' },
      { strides: [2, 2], output_shape: [9, 8] },
      'output_shape holds 9, but must be at most 8',
    ],
    // "The first input of ... last two dimensions of skip needs to be same as input"
    [
      'com.microsoft::SkipLayerNormalization',
      { x: 'float[2, 4, 8]', skip: 'float[2, 5, 8]', g: 'float[8]' },
      {},
      'dimension 1 of “skip” [2, 5, 8] is 5, but must be 4 (“x”[1])',
    ],
    // "Input 'query' and 'key' shall have same dim 2 (hidden_size)"
    [
      'com.microsoft::MultiHeadAttention',
      { q: 'float[1, 4, 16]', k: 'float[1, 4, 12]', v: 'float[1, 4, 16]' },
      { num_heads: 2 },
      'dimension 2 of “k” [1, 4, 12] is 12, but must be 16 (“q”[2])',
    ],
    // "num_heads must be a multiple of kv_num_heads"
    [
      'com.microsoft::GroupQueryAttention',
      {
        q: 'float[1, 4, 24]',
        k: 'float[1, 4, 16]',
        v: 'float[1, 4, 16]',
        pk: 'float[1, 2, 0, 8]',
        pv: 'float[1, 2, 0, 8]',
        s: 'int32[1]',
        t: 'int32[1]',
      },
      { num_heads: 3, kv_num_heads: 2 },
      'num_heads is 3, which must be a multiple of 2 (kv_num_heads)',
    ],
    // "scales initializer shape {16,1} does not match attribute-derived shape [32] or [16,2]": 32 numbers in blocks of 16
    [
      'com.microsoft::MatMulNBits',
      { a: 'float[4, 32]', b: 'uint8[16, 2, 8]', s: 'float[16, 1]' },
      { K: 32, N: 16, bits: 4, block_size: 16 },
      'dimension 1 of “s” [16, 1] is 1, but must be 2 (blocks)',
    ],
    // "activation_type must be ..."
    [
      'com.microsoft::CausalConvWithState',
      { x: 'float[2, 6, 5]', w: 'float[6, 1, 4]', b: 'float[6]', past: 'float[2, 6, 4]' },
      {},
      'dimension 2 of “past” [2, 6, 4] is 4, but must be 3 (kept)',
    ],
  ] as const)('%s %o %o', async (operator, inputs, attributes, words) => {
    const outputs = operator.includes('State') ? 'y, kept' : 'y';
    expect((await said(operator, inputs, attributes, { outputs, sets: newest })).join()).toContain(words);
  });

  // "indices element out of data bounds", "write_index + sequence_length must not be greater than max_sequence_length"
  it('numbers of labels and of places to write at lie within what they count on', async () => {
    const list = (constants: Readonly<Record<string, readonly number[]>>): ReturnType<typeof said> =>
      said('NegativeLogLikelihoodLoss', { x: 'float[2, 3]' }, {}, { constants });
    expect(await list({ t: [0, 3] })).toEqual([
      expect.stringContaining('“t” [2] holds 3, but must lie between -3 and 2'),
    ]);
    expect(await list({ t: [0, 2] })).toEqual([]);
    const written = (at: number): ReturnType<typeof said> => {
      const inputs = { cache: 'float[1, 1, 5, 4]', update: 'float[1, 1, 2, 4]' };
      return said('TensorScatter', inputs, {}, { constants: { at: [at] }, sets: newest });
    };
    expect(await written(4)).toEqual([
      expect.stringContaining('“at” [1] holds 4, but must lie between 0 and 3'),
    ]);
    expect(await written(3)).toEqual([]);
  });

  // tree_ensemble_attribute.h: no node may lead back to one above it.
  const tensorAttribute = (type: DataType): CheckAttribute => {
    return { name: '', kind: 'tensor', value: tensorOf('', type, [2], [0, 0]) };
  };
  it('a tree has no way back', async () => {
    const tree = (truenodeids: readonly number[]): ReturnType<typeof said> =>
      said(
        'ai.onnx.ml::TreeEnsemble',
        { x: 'float[1, 2]' },
        {
          n_targets: 1,
          leaf_weights: tensorAttribute('float'),
          nodes_splits: tensorAttribute('float'),
          nodes_modes: tensorAttribute('uint8'),
          tree_roots: [0],
          nodes_featureids: [0, 1],
          nodes_truenodeids: truenodeids,
          nodes_trueleafs: [0, 0],
          nodes_falsenodeids: [0, 1],
          nodes_falseleafs: [1, 1],
          leaf_targetids: [0, 0],
        },
        { sets: newest },
      );
    expect((await tree([1, 0])).join()).toContain('the branches of node 0 lead back to it');
    expect((await tree([1, 2])).join()).not.toContain('lead back');
  });

  it('says nothing of sizes that are not numbers', async () => {
    expect(await said('Concat', { a: 'float[a, 3]', b: 'float[b, 3]' }, { axis: 1 })).toEqual([]);
    const lstm = { x: 'float[t, n, 2]', w: 'float[1, 12, 2]', r: 'float[1, 12, 3]' };
    expect(await said('LSTM', lstm, { hidden_size: 3 })).toEqual([]);
  });
});
