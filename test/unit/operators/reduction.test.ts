import { describe, expect, it } from 'vitest';
import { checkRule } from './check';

describe('Reduce*', () => {
  it.each([
    [{ axes: [1] }, '2, 1, 4'],
    [{ axes: [-1], keepdims: 0 }, '2, 3'],
    [{}, '1, 1, 1'],
    [{ keepdims: 0 }, ''],
  ])('takes axes as an attribute before 18: %j', (attributes, shape) => {
    const { types } = checkRule('ReduceMean', { inputs: ['float[2, 3, 4]'], attributes, version: 13 });
    expect(types).toEqual([`float[${shape}]`]);
  });

  it('takes axes as an input', () => {
    const axes = { type: 'int64[1]', elements: [1] };
    expect(checkRule('ReduceSum', { inputs: ['float[2, 3, 4]', axes], version: 13 }).types).toEqual([
      'float[2, 1, 4]',
    ]);
    expect(
      checkRule('ReduceMax', { inputs: ['float[batch, n, 4]', axes], attributes: { keepdims: 0 } }).types,
    ).toEqual(['float[batch, 4]']);
  });

  it('knows the rank when the axes are data and kept', () => {
    expect(checkRule('ReduceSum', { inputs: ['float[2, 3]', 'int64[1]'] }).types[0]).toMatch(
      /^float\[[^,]+, [^,]+\]$/,
    );
  });

  it('copies without axes when asked to', () => {
    const { types, work } = checkRule('ReduceSum', {
      inputs: ['float[2, 3]'],
      attributes: { noop_with_empty_axes: 1 },
    });
    expect(types).toEqual(['float[2, 3]']);
    expect(work?.operations.vector).toBe(0);
  });

  it.each([
    ['ReduceSum', 24, 0],
    ['ReduceMean', 24 + 6, 0],
    ['ReduceL1', 48, 0],
    ['ReduceL2', 48, 6],
    ['ReduceLogSum', 24, 6],
    ['ReduceLogSumExp', 72 + 6, 24 + 6],
  ])('%s of 24 elements to 6', (operator, vector, special) => {
    const axes = { type: 'int64[1]', elements: [2] };
    const { work } = checkRule(operator, { inputs: ['float[2, 3, 4]', axes] });
    expect(work?.operations).toEqual({ matrix: 0, vector, special });
  });

  it('folds products of shapes', () => {
    const shape = { type: 'int64[3]', elements: [2, 3, 4] };
    const attributes = { keepdims: 0 };
    expect(checkRule('ReduceProd', { inputs: [shape], attributes }).elements).toEqual([[24]]);
    expect(checkRule('ReduceMax', { inputs: [shape], attributes }).elements).toEqual([[4]]);
  });

  it('finds positions', () => {
    expect(checkRule('ArgMax', { inputs: ['float[2, 3]'], attributes: { axis: -1 } }).types).toEqual([
      'int64[2, 1]',
    ]);
    expect(checkRule('ArgMin', { inputs: ['float[2, 3]'], attributes: { keepdims: 0 } }).types).toEqual([
      'int64[3]',
    ]);
  });
});

describe('axes that are data', () => {
  it('tells the rank by their number', () => {
    const dropped = { keepdims: 0 };
    expect(
      checkRule('ReduceSum', { inputs: ['float[2, 3]', 'int64[2]'], attributes: dropped }).types,
    ).toEqual(['float[]']);
    expect(checkRule('ReduceSum', { inputs: ['float[2, 3]', 'int64[2]'] }).types).toEqual(['float[1, 1]']);
    expect(
      checkRule('ReduceSum', { inputs: ['float[2, 3]', 'int64[1]'], attributes: dropped }).types[0],
    ).toMatch(/^float\[[^,]+\]$/);
  });
});
