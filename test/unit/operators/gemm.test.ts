import { describe, expect, it } from 'vitest';
import { checkRule, floatAttribute } from './check';

describe('MatMul', () => {
  it.each([
    ['float[2, 3]', 'float[3, 4]', 'float[2, 4]', 2 * 2 * 4 * 3],
    ['float[3]', 'float[3]', 'float[]', 2 * 3],
    ['float[3]', 'float[3, 4]', 'float[4]', 2 * 3 * 4],
    ['float[5, 2, 3]', 'float[3]', 'float[5, 2]', 2 * 5 * 2 * 3],
    ['float[3]', 'float[5, 3, 4]', 'float[5, 4]', 2 * 5 * 4 * 3],
    ['float[7, 1, 2, 3]', 'float[5, 3, 4]', 'float[7, 5, 2, 4]', 2 * 7 * 5 * 2 * 4 * 3],
    ['float16[0, 3]', 'float16[3, 4]', 'float16[0, 4]', 0],
  ])('%s by %s gives %s', (a, b, type, matrix) => {
    const { types, work, problems } = checkRule('MatMul', { inputs: [a, b] });
    expect(types).toEqual([type]);
    expect(problems).toEqual([]);
    expect(work?.operations).toEqual({ matrix, vector: 0, special: 0 });
  });

  it('keeps symbols', () => {
    const { types, work } = checkRule('MatMul', {
      inputs: ['float[batch, sequence, 768]', 'float[768, 3072]'],
    });
    expect(types).toEqual(['float[batch, sequence, 3072]']);
    expect(work).toBeNull();
  });

  it('folds the batch into the rows before a shared right operand', () => {
    const { work } = checkRule('MatMul', {
      inputs: ['float[2, 128, 768]', { type: 'float[768, 3072]', weight: true }],
    });
    expect(work?.matrixShape).toEqual({
      kind: 'gemm',
      batch: 1,
      m: 256,
      n: 3072,
      k: 768,
      weights: 'b',
    });
    // 768·3072 weights, 2·128·768 inputs and 2·128·3072 results of 4 bytes.
    expect(work?.bytes).toEqual({ weights: 9437184, inputs: 786432, outputs: 3145728 });
  });

  it('keeps the batch of attention products', () => {
    const { work } = checkRule('MatMul', {
      inputs: ['float[2, 12, 128, 64]', 'float[2, 12, 64, 128]'],
    });
    expect(work?.matrixShape).toMatchObject({ batch: 24, m: 128, n: 128, k: 64, weights: 'none' });
  });

  it('refuses inner dimensions that differ', () => {
    expect(checkRule('MatMul', { inputs: ['float[2, 3]', 'float[4, 5]'] }).problems).toEqual([
      'matmul-inner',
    ]);
  });
});

describe('Gemm', () => {
  it('multiplies and adds C', () => {
    const { types, work } = checkRule('Gemm', {
      inputs: ['float[8, 16]', { type: 'float[16, 10]', weight: true }, 'float[10]'],
    });
    expect(types).toEqual(['float[8, 10]']);
    expect(work?.operations).toEqual({ matrix: 2 * 8 * 10 * 16, vector: 80, special: 0 });
  });

  it('transposes both operands and scales', () => {
    const { types, work } = checkRule('Gemm', {
      inputs: ['float[16, 8]', 'float[10, 16]', 'float[10]'],
      attributes: {
        transA: 1,
        transB: 1,
        alpha: floatAttribute('alpha', 2),
        beta: floatAttribute('beta', 0.5),
      },
    });
    expect(types).toEqual(['float[8, 10]']);
    // alpha 80, the addition of C 80, beta·C 10.
    expect(work?.operations).toEqual({ matrix: 2 * 8 * 10 * 16, vector: 170, special: 0 });
  });

  it('keeps symbols', () => {
    const { types } = checkRule('Gemm', {
      inputs: ['float[batch, 16]', 'float[10, 16]'],
      attributes: { transB: 1 },
    });
    expect(types).toEqual(['float[batch, 10]']);
  });
});

describe('integer products', () => {
  it('accumulates MatMulInteger in int32', () => {
    const { types, work } = checkRule('MatMulInteger', {
      inputs: ['uint8[4, 3]', 'int8[3, 2]', 'uint8[]', null],
    });
    expect(types).toEqual(['int32[4, 2]']);
    expect(work?.operations).toEqual({ matrix: 2 * 4 * 2 * 3, vector: 12, special: 0 });
  });

  it('requantises QLinearMatMul', () => {
    const { types, work } = checkRule('QLinearMatMul', {
      inputs: ['uint8[2, 4]', 'float[]', 'uint8[]', 'int8[4, 3]', 'float[]', 'int8[]', 'float[]', 'uint8[]'],
    });
    expect(types).toEqual(['uint8[2, 3]']);
    // Zero points of 8 + 12 elements; 4 operations for each of 6 results.
    expect(work?.operations).toEqual({ matrix: 2 * 6 * 4, vector: 44, special: 0 });
    expect(work?.matrixShape).toMatchObject({ m: 2, n: 3, k: 4 });
  });
});
