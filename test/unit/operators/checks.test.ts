import { describe, expect, it } from 'vitest';
import { infer } from '../../../server/engine/inference/infer';
import type { Graph } from '../../../server/engine/graph/model';
import { problemMessage } from '../../../l10n/problems';
import { infos, modelOf, node } from '../inference/build';
import { tensorOf, type CheckAttribute } from './check';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

/** What is said of one node: the code, and the part that it is said of. */
async function said(
  operator: string,
  inputs: Readonly<Record<string, string>>,
  attributes: Readonly<Record<string, CheckAttribute>> = {},
  more: { readonly constants?: Readonly<Record<string, readonly number[]>>; readonly outputs?: string } = {},
): Promise<readonly string[]> {
  const constants = Object.entries(more.constants ?? {});
  const graph: Partial<Graph> = {
    inputs: infos(inputs),
    initializers: constants.map(([name, list]) => tensorOf(name, 'int64', [list.length], list)),
    nodes: [
      node(
        operator,
        [...Object.keys(inputs), ...constants.map(([name]) => name)].join(', '),
        more.outputs ?? 'y',
        attributes,
      ),
    ],
  };
  const { problems } = await infer(modelOf(graph), workload);
  const told = problems.filter(({ code }) => code !== 'inference.dimension-unbound');
  return told.map((one) => problemMessage('en', one));
}

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

  it('says nothing of sizes that are not numbers', async () => {
    expect(await said('Concat', { a: 'float[a, 3]', b: 'float[b, 3]' }, { axis: 1 })).toEqual([]);
    const lstm = { x: 'float[t, n, 2]', w: 'float[1, 12, 2]', r: 'float[1, 12, 3]' };
    expect(await said('LSTM', lstm, { hidden_size: 3 })).toEqual([]);
  });
});
