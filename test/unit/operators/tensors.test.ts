import { describe, expect, it } from 'vitest';
import { checkRule, floatAttribute, tensorOf, type Check } from './check';

const shape = (...elements: (number | string | null)[]) => ({ type: `int64[${elements.length}]`, elements });
const scalar = (element: number | string) => ({ type: 'int64[]', elements: [element] });

describe('types and shapes', () => {
  it.each<[string, Check, string[]]>([
    ['Reshape', { inputs: ['float[2, 3, 4]', shape(0, -1)] }, ['float[2, 12]']],
    [
      'Reshape',
      { inputs: ['float[2, 3]', shape(0, 3, -1)], attributes: { allowzero: 1 } },
      ['float[0, 3, 0]'],
    ],
    [
      'Reshape',
      { inputs: ['float[batch, seq, 768]', shape('batch', 'seq', 12, -1)] },
      ['float[batch, seq, 12, 64]'],
    ],
    ['Reshape', { inputs: ['float[batch, seq, 768]', shape(-1, 768)] }, ['float[batch*seq, 768]']],
    ['Reshape', { inputs: ['float[4, 6]', shape(null, 8)] }, ['float[3, 8]']],
    ['Reshape', { inputs: ['float[4, 6]', 'int64[3]'] }, ['float[out0.dim0, out0.dim1, out0.dim2]']],
    ['Reshape', { version: 1, inputs: ['float[4, 6]'], attributes: { shape: [24] } }, ['float[24]']],
    ['Flatten', { inputs: ['float[2, 3, 4]'], attributes: { axis: -1 } }, ['float[6, 4]']],
    ['Squeeze', { inputs: ['float[1, 3, 1]', shape(0)] }, ['float[3, 1]']],
    ['Squeeze', { version: 11, inputs: ['float[1, 3, 1]'], attributes: { axes: [-1] } }, ['float[1, 3]']],
    ['Squeeze', { inputs: ['float[1, 3, 1]'] }, ['float[3]']],
    ['Squeeze', { inputs: ['float[1, n]'] }, ['float']],
    ['Unsqueeze', { inputs: ['float[3, 4]', shape(0, -1)] }, ['float[1, 3, 4, 1]']],
    ['Transpose', { inputs: ['float[2, 3, n]'] }, ['float[n, 3, 2]']],
    ['Transpose', { inputs: ['float[2, 3, n]'], attributes: { perm: [1, 0, 2] } }, ['float[3, 2, n]']],
    ['Expand', { inputs: ['float[3, 1]', shape(2, 1, 6)] }, ['float[2, 3, 6]']],
    ['Expand', { inputs: ['float[1, 1]', shape('batch', -1)] }, ['float[batch, 1]']],
    ['Tile', { inputs: ['float[2, n]', shape(3, 2)] }, ['float[6, n*2]']],
    [
      'Concat',
      { inputs: ['float[2, past, 4]', 'float[2, seq, 4]'], attributes: { axis: 1 } },
      ['float[2, past + seq, 4]'],
    ],
    [
      'Split',
      { inputs: ['float[7, 2]'], attributes: { num_outputs: 3 }, outputs: 3 },
      ['float[3, 2]', 'float[3, 2]', 'float[1, 2]'],
    ],
    ['Split', { version: 13, inputs: ['float[7]', shape(3, 4)], outputs: 2 }, ['float[3]', 'float[4]']],
    [
      'Split',
      { version: 2, inputs: ['float[2, 6]'], attributes: { axis: 1, split: [2, 4] }, outputs: 2 },
      ['float[2, 2]', 'float[2, 4]'],
    ],
    [
      'Slice',
      { inputs: ['float[10, 20]', shape(1, -5), shape(9, 99), shape(0, 1), shape(3, 1)] },
      ['float[3, 5]'],
    ],
    ['Slice', { inputs: ['float[10]', shape(-1), shape(-99), shape(0), shape(-2)] }, ['float[5]']],
    ['Slice', { inputs: ['float[n]', shape(1), shape(9223372036854775807)] }, ['float[n - 1]']],
    ['Slice', { inputs: ['float[n]', shape(0), shape(-1)] }, ['float[n - 1]']],
    ['Slice', { inputs: ['float[1024]', shape('past'), shape('past + 1')] }, ['float[1]']],
    [
      'Slice',
      { version: 1, inputs: ['float[4, 5]'], attributes: { starts: [1], ends: [3], axes: [1] } },
      ['float[4, 2]'],
    ],
    ['Pad', { inputs: ['float[2, n]', shape(0, 1, 0, 2)] }, ['float[2, n + 3]']],
    ['Pad', { inputs: ['float[2, 5]', shape(1, 1), null, shape(-1)] }, ['float[2, 7]']],
    ['Pad', { version: 2, inputs: ['float[2]'], attributes: { pads: [1, -1] } }, ['float[2]']],
    ['Gather', { inputs: ['float[30522, 768]', 'int64[batch, seq]'] }, ['float[batch, seq, 768]']],
    ['Gather', { inputs: ['float[2, 3, 4]', 'int64[]'], attributes: { axis: 1 } }, ['float[2, 4]']],
    ['GatherElements', { inputs: ['float[2, 3]', 'int64[2, 5]'], attributes: { axis: 1 } }, ['float[2, 5]']],
    ['GatherND', { inputs: ['float[2, 3, 4]', 'int64[5, 2]'] }, ['float[5, 4]']],
    [
      'GatherND',
      { inputs: ['float[2, 3, 4]', 'int64[2, 1]'], attributes: { batch_dims: 1 } },
      ['float[2, 4]'],
    ],
    ['ScatterND', { inputs: ['float[4, 5]', 'int64[2, 1]', 'float[2, 5]'] }, ['float[4, 5]']],
    ['OneHot', { inputs: ['int64[2, 3]', scalar(7), 'float[2]'] }, ['float[2, 3, 7]']],
    [
      'OneHot',
      { inputs: ['int64[2]', scalar('depth'), 'int32[2]'], attributes: { axis: 0 } },
      ['int32[depth, 2]'],
    ],
    ['NonZero', { inputs: ['float[2, 3]'] }, ['int64[2, out0.count]']],
    [
      'Compress',
      { inputs: ['float[2, 3]', { type: 'bool[3]', elements: [1, 0, 1] }], attributes: { axis: 1 } },
      ['float[2, 2]'],
    ],
    [
      'Unique',
      { inputs: ['float[2, 3]'], outputs: 4 },
      ['float[out0.count]', 'int64[out0.count]', 'int64[6]', 'int64[out0.count]'],
    ],
    ['TopK', { inputs: ['float[2, 9]', shape(4)], outputs: 2 }, ['float[2, 4]', 'int64[2, 4]']],
    [
      'TopK',
      { version: 1, inputs: ['float[9, 2]'], attributes: { k: 3, axis: 0 }, outputs: 2 },
      ['float[3, 2]', 'int64[3, 2]'],
    ],
    ['Range', { inputs: [scalar(3), scalar(10), scalar(2)] }, ['int64[4]']],
    ['Range', { inputs: [scalar(0), scalar('past + seq'), scalar(1)] }, ['int64[past + seq]']],
    ['ConstantOfShape', { inputs: [shape('batch', 2)] }, ['float[batch, 2]']],
    ['EyeLike', { inputs: ['float[3, 4]'], attributes: { dtype: 11 } }, ['double[3, 4]']],
    ['DepthToSpace', { inputs: ['float[1, 8, 2, 3]'], attributes: { blocksize: 2 } }, ['float[1, 2, 4, 6]']],
    [
      'SpaceToDepth',
      { inputs: ['float[1, 2, 4, h]'], attributes: { blocksize: 2 } },
      ['float[1, 8, 2, floor(h/2)]'],
    ],
    [
      'Resize',
      { inputs: ['float[1, 3, 7, w]', null, { type: 'float[4]', elements: [1, 1, 1.5, 2] }] },
      ['float[1, 3, 10, w*2]'],
    ],
    [
      'Resize',
      { inputs: ['float[1, 3, 7, 9]', null, null, shape(14, 20)], attributes: { axes: [2, 3] } },
      ['float[1, 3, 14, 20]'],
    ],
    [
      'Resize',
      {
        inputs: ['float[1, 3, 8, 6]', null, null, shape(16, 9)],
        attributes: { axes: [2, 3], keep_aspect_ratio_policy: 'not_larger' },
      },
      ['float[1, 3, 12, 9]'],
    ],
    [
      'Resize',
      { version: 10, inputs: ['float[1, 3, 8, 6]', { type: 'float[4]', elements: [1, 1, 0.5, 0.5] }] },
      ['float[1, 3, 4, 3]'],
    ],
    [
      'Upsample',
      { version: 7, inputs: ['float[1, 3, 8, 6]'], attributes: { scales: [1, 1, 2.5, 2] } },
      ['float[1, 3, 20, 12]'],
    ],
    [
      'Einsum',
      { inputs: ['float[b, 5, 6]', 'float[b, 6, 7]'], attributes: { equation: 'bij,bjk->bik' } },
      ['float[b, 5, 7]'],
    ],
    [
      'Einsum',
      { inputs: ['float[2, 3, 4, 5]', 'float[5, 6]'], attributes: { equation: '...i,ij->...j' } },
      ['float[2, 3, 4, 6]'],
    ],
    ['Einsum', { inputs: ['float[3, 4]'], attributes: { equation: 'ba' } }, ['float[4, 3]']],
    ['Det', { inputs: ['float[2, 4, 4]'] }, ['float[2]']],
    ['SequenceConstruct', { inputs: ['float[2, 3]', 'float[2, 5]'] }, ['seq(float[2, out0.dim1])']],
    ['SplitToSequence', { inputs: ['float[6, 2]', scalar(2)] }, ['seq(float[2, 2])']],
    ['SequenceAt', { inputs: ['seq(float[2])', 'int64[]'] }, ['float[2]']],
    ['SequenceLength', { inputs: ['seq(float[2])'] }, ['int64[]']],
    [
      'ConcatFromSequence',
      { inputs: ['seq(float[2, 3])'], attributes: { axis: 0 } },
      ['float[out0.total, 3]'],
    ],
    ['Optional', { inputs: ['float[2]'] }, ['optional(float[2])']],
    ['OptionalGetElement', { inputs: ['optional(seq(float[2]))'] }, ['seq(float[2])']],
    ['OptionalHasElement', { inputs: [null] }, ['bool[]']],
  ])('%s %j', (operator, check, expected) => {
    expect(checkRule(operator, check).types).toEqual(expected);
  });

  it('reports a reshape that loses elements', () => {
    expect(checkRule('Reshape', { inputs: ['float[2, 3]', shape(4)] }).problems).toEqual([
      'reshape-mismatch',
    ]);
  });
});

describe('folding', () => {
  it.each<[string, Check, readonly (number | string | null)[] | undefined]>([
    ['Shape', { inputs: ['float[batch, 3, 4]'], attributes: { start: -2 } }, [3, 4]],
    ['Shape', { inputs: ['float[batch, 3]'] }, ['batch', 3]],
    ['Size', { inputs: ['float[batch, 3]'] }, ['batch*3']],
    ['Gather', { inputs: [shape('a', 5, null), shape(1, 0, -1)] }, [5, 'a', null]],
    ['Concat', { inputs: [shape('a'), 'int64[1]', shape(7)], attributes: { axis: 0 } }, ['a', null, 7]],
    ['Slice', { inputs: [shape(1, 2, 3, 4), shape(-1), shape(-5), shape(0), shape(-2)] }, [4, 2]],
    ['Transpose', { inputs: [{ type: 'int64[2, 2]', elements: [1, 2, 3, 4] }] }, [1, 3, 2, 4]],
    ['Tile', { inputs: [shape(1, 2), shape(2)] }, [1, 2, 1, 2]],
    ['Expand', { inputs: [shape(7), shape(3)] }, [7, 7, 7]],
    ['Range', { inputs: [scalar('past'), scalar('past + 3'), scalar(1)] }, ['past', 'past + 1', 'past + 2']],
    [
      'ConstantOfShape',
      {
        inputs: [shape(2)],
        attributes: { value: { name: '', kind: 'tensor', value: tensorOf('', 'int64', [1], [9]) } },
      },
      [9, 9],
    ],
    ['NonZero', { inputs: [{ type: 'int64[2, 2]', elements: [0, 1, 1, 1] }] }, [0, 1, 1, 1, 0, 1]],
    ['CumSum', { inputs: [shape(1, 2, 3), scalar(0)] }, [1, 3, 6]],
    ['CumSum', { inputs: [shape(1, 2, 3), scalar(0)], attributes: { exclusive: 1, reverse: 1 } }, [5, 3, 0]],
    ['ScatterElements', { inputs: [shape(1, 2, 3), shape(1), shape(9)] }, [1, 9, 3]],
    [
      'ScatterND',
      { inputs: [shape('a', 2, 3), { type: 'int64[1, 1]', elements: [2] }, shape('b')] },
      ['a', 2, 'b'],
    ],
    ['GatherElements', { inputs: [shape(5, 6, 7), shape(2, 0)] }, [7, 5]],
    ['Reshape', { inputs: ['float[4]', shape(2, 2)] }, undefined],
    ['Constant', { inputs: [], attributes: { value_ints: [3, 4] } }, [3, 4]],
    ['Constant', { inputs: [], attributes: { value_float: floatAttribute('value_float', 2) } }, [2]],
  ])('%s %j', (operator, check, expected) => {
    expect(checkRule(operator, check).elements).toEqual([expected]);
  });
});

describe('work', () => {
  it('moves no bytes in views', () => {
    for (const operator of ['Reshape', 'Unsqueeze', 'Squeeze']) {
      const input = operator === 'Reshape' ? shape(2, 3) : shape(0);
      const { work } = checkRule(operator, { inputs: ['float[1, 6]', input] });
      expect(work?.bytes).toEqual({ weights: 0, inputs: 0, outputs: 0 });
    }
  });

  it('reads only the rows that a Gather touches', () => {
    const table = { type: 'float[30522, 768]', weight: true };
    const { work } = checkRule('Gather', { inputs: [table, 'int64[1, 128]'] });
    // 128 rows of 768 floats read and written, 128 indices of 8 bytes.
    expect(work?.bytes).toEqual({ weights: 128 * 768 * 4, inputs: 1024, outputs: 128 * 768 * 4 });
  });

  it('reads what a Slice keeps', () => {
    const { work } = checkRule('Slice', { inputs: ['float[100, 4]', shape(0), shape(10), shape(0)] });
    expect(work?.bytes).toEqual({ weights: 0, inputs: 10 * 4 * 4 + 24, outputs: 160 });
  });

  it('writes a cache update in place', () => {
    const { work } = checkRule('TensorScatter', {
      inputs: ['float16[1, 8, 4096, 64]', 'float16[1, 8, 1, 64]'],
    });
    expect(work?.bytes).toEqual({ weights: 0, inputs: 8 * 64 * 2, outputs: 8 * 64 * 2 });
  });

  it('counts Einsum as the product that it is', () => {
    // 2 operations for each of 2 × 5 × 6 × 7 multiply-accumulates
    const { work } = checkRule('Einsum', {
      inputs: ['float[2, 5, 6]', 'float[2, 6, 7]'],
      attributes: { equation: 'bij,bjk->bik' },
    });
    expect(work?.operations.matrix).toBe(840);
    expect(work?.matrixShape).toEqual({ kind: 'gemm', batch: 2, m: 5, n: 7, k: 6, weights: 'none' });
    const product = checkRule('Einsum', {
      inputs: ['float[3]', 'float[4]'],
      attributes: { equation: 'i,j->ij' },
    });
    expect(product.work?.operations).toEqual({ matrix: 0, vector: 12, special: 0 });
  });

  it('counts the taps of an interpolation', () => {
    const inputs = ['float[1, 1, 2, 2]', null, { type: 'float[4]', elements: [1, 1, 2, 2] }];
    // 16 results: 4 taps (linear in two axes) or 16 (cubic), a multiply and an add each.
    expect(checkRule('Resize', { inputs, attributes: { mode: 'linear' } }).work?.operations.vector).toBe(
      16 * 8,
    );
    expect(checkRule('Resize', { inputs, attributes: { mode: 'cubic' } }).work?.operations.vector).toBe(
      16 * 32,
    );
    expect(checkRule('Resize', { inputs }).work?.operations.vector).toBe(0);
  });
});
