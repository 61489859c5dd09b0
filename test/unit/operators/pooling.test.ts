import { describe, expect, it } from 'vitest';
import { checkRule } from './check';

describe('MaxPool', () => {
  it.each([
    [{ kernel_shape: [3, 3], strides: [2, 2] }, '1, 1, 31, 31'],
    [{ kernel_shape: [3, 3], strides: [2, 2], ceil_mode: 1 }, '1, 1, 32, 32'], // ceil(61/2) + 1
    [{ kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] }, '1, 1, 32, 32'],
    [{ kernel_shape: [3, 3], auto_pad: 'SAME_UPPER', strides: [3, 3] }, '1, 1, 22, 22'],
    [{ kernel_shape: [2, 2], dilations: [2, 2] }, '1, 1, 62, 62'],
  ])('of 64 × 64 with %j', (attributes, shape) => {
    const { types } = checkRule('MaxPool', { inputs: ['float[1, 1, 64, 64]'], attributes });
    expect(types).toEqual([`float[${shape}]`]);
  });

  it('leaves out a window that begins in the end padding', () => {
    // ceil((2 − 1)/2) + 1 = 2, but the second window would begin at 2, outside: one.
    const { types } = checkRule('MaxPool', {
      inputs: ['float[1, 1, 2, 2]'],
      attributes: { kernel_shape: [1, 1], strides: [2, 2], ceil_mode: 1 },
    });
    expect(types).toEqual(['float[1, 1, 1, 1]']);
  });

  it('gives indices and counts comparisons', () => {
    const { types, work } = checkRule('MaxPool', {
      inputs: ['float16[1, 2, 4, 4]'],
      attributes: { kernel_shape: [2, 2], strides: [2, 2] },
      outputs: 2,
    });
    expect(types).toEqual(['float16[1, 2, 2, 2]', 'int64[1, 2, 2, 2]']);
    expect(work?.operations).toEqual({ matrix: 0, vector: 32, special: 0 });
  });

  it('keeps symbols', () => {
    const { types } = checkRule('MaxPool', {
      inputs: ['float[batch, 64, height, width]'],
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
    });
    expect(types).toEqual(['float[batch, 64, height, width]']);
  });
});

describe('other pools', () => {
  it('adds and divides', () => {
    const { types, work } = checkRule('AveragePool', {
      inputs: ['float[1, 1, 4, 4]'],
      attributes: { kernel_shape: [2, 2] },
    });
    expect(types).toEqual(['float[1, 1, 3, 3]']);
    expect(work?.operations.vector).toBe(9 * 4 + 9);
  });

  it('squares and takes a root', () => {
    const { work } = checkRule('LpPool', {
      inputs: ['float[1, 1, 4]'],
      attributes: { kernel_shape: [2], p: 2 },
    });
    expect(work?.operations).toEqual({ matrix: 0, vector: 2 * 3 * 2, special: 3 });
  });

  it('reduces all spatial axes', () => {
    const { types, work } = checkRule('GlobalAveragePool', { inputs: ['float[2, 2048, 7, 7]'] });
    expect(types).toEqual(['float[2, 2048, 1, 1]']);
    expect(work?.operations.vector).toBe(2 * 2048 * 49 + 2 * 2048);
    expect(checkRule('GlobalMaxPool', { inputs: ['float[n, c, w]'] }).types).toEqual(['float[n, c, 1]']);
  });

  it('inverts MaxPool', () => {
    const attributes = { kernel_shape: [2, 2], strides: [2, 2] };
    const inputs = ['float[1, 1, 2, 2]', 'int64[1, 1, 2, 2]'];
    expect(checkRule('MaxUnpool', { inputs, attributes }).types).toEqual(['float[1, 1, 4, 4]']);
    const given = { type: 'int64[4]', elements: [1, 1, 5, 5] };
    expect(checkRule('MaxUnpool', { inputs: [...inputs, given], attributes }).types).toEqual([
      'float[1, 1, 5, 5]',
    ]);
  });
});
