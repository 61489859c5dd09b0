import { describe, expect, it } from 'vitest';
import { editDistance, meant } from '../../../server/features/textFixes';

describe('the distance of words', () => {
  it.each([
    ['Relu', 'Relu', 0],
    ['Rleu', 'Relu', 1],
    ['Matmul', 'MatMul', 1],
    ['Con', 'Conv', 1],
    ['Softmx', 'Softmax', 1],
    ['Sigmoid', 'Sign', 4],
  ])('%s to %s is %d', (a, b, distance) => {
    expect(editDistance(a, b, 9)).toBe(distance);
    expect(editDistance(b, a, 9)).toBe(distance);
  });
});

describe('the word that was meant', () => {
  it('is the only nearest one', () => {
    expect(meant('Rleu', ['Relu', 'PRelu', 'Elu'])).toBe('Relu');
    expect(meant('gemm', ['Gemm', 'Gelu'])).toBe('Gemm');
    // One letter from both.
    expect(meant('Sih', ['Sin', 'Sinh'])).toBeUndefined();
    expect(meant('Banana', ['Relu', 'Gemm'])).toBeUndefined();
    // Two letters of three are no slip.
    expect(meant('Abx', ['Abs'])).toBe('Abs');
    expect(meant('Axx', ['Abs'])).toBeUndefined();
  });
});
