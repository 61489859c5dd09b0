import { describe, expect, it } from 'vitest';
import { estimate, scale, Total } from '../../../server/engine/cost/interval';
import type { Basis } from '../../../server/engine/cost/types';

const of = (value: number, low: number, high: number, basis: Basis = 'calibrated') =>
  estimate(value, low, high, basis);

describe('a sum of estimates', () => {
  it('without a common part has all of the ranges in common, by their share of the sum', () => {
    const total = new Total();
    // Three times: 6, from a half of it to four times; and 6, from a half to twice.
    total.add('gemm', of(2, 1, 8), 3);
    total.add('softmax', of(6, 3, 12));
    // Logarithms: below ln 2; above (ln 4 + ln 2) / 2 = 1.5 ln 2.
    expect(total.get()).toMatchObject({ value: 12, basis: 'calibrated' });
    expect(total.get().low).toBeCloseTo(6, 12);
    expect(total.get().high).toBeCloseTo(12 * 2 ** 1.5, 12);
  });

  it('adds common parts as they are and own parts in squares, but for equal kernels', () => {
    const range = (value: number) => of(value, value * Math.exp(-0.5), value * Math.exp(0.5));
    const common = { low: Math.exp(-0.3), high: Math.exp(0.3) };
    const sum = (...kernels: readonly [string, number, number][]) => {
      const total = new Total();
      for (const [group, value, times] of kernels) total.add(group, range(value), times, common);
      return total.get();
    };
    // √(0.5² − 0.3²) = 0.4 is a kernel's own. Two kernels: √(0.3² + 2 (0.4 / 2)²) = √0.17.
    expect(sum(['gemm', 8, 1], ['softmax', 8, 1]).high).toBeCloseTo(16 * Math.exp(Math.sqrt(0.17)), 10);
    expect(sum(['gemm', 8, 1], ['softmax', 8, 1]).low).toBeCloseTo(16 * Math.exp(-Math.sqrt(0.17)), 10);
    // The same kernel twice is off alike: 0.5 again, and so is one that runs twice.
    expect(sum(['gemm', 8, 1], ['gemm', 8, 1]).high).toBeCloseTo(16 * Math.exp(0.5), 10);
    expect(sum(['gemm', 8, 2]).high).toBeCloseTo(16 * Math.exp(0.5), 10);
    // Of one class, but 4 and 12: 0.3² + (0.25² + 0.75²) 0.4² = 0.19.
    expect(sum(['gemm', 4, 1], ['gemm', 12, 1]).high).toBeCloseTo(16 * Math.exp(Math.sqrt(0.19)), 10);
  });

  it('has a common part also where it is more than all of a kernel', () => {
    const total = new Total();
    total.add('gemm', of(8, 7, 9), 1, { low: 0.5, high: 2 });
    expect(total.get().low).toBeCloseTo(4, 12);
    expect(total.get().high).toBeCloseTo(16, 12);
  });

  it('is never below nothing, and nothing of nothing', () => {
    const total = new Total();
    expect(total.get()).toEqual({ value: 0, low: 0, high: 0, basis: 'calibrated' });
    total.add('gemm', { value: 1, low: -5, high: 2, basis: 'class' });
    expect(total.get()).toEqual({ value: 1, low: 0, high: 2, basis: 'class' });
  });

  it('stands on the least sure part of a tenth or more', () => {
    const basisOf = (...parts: [name: string, value: number, basis: Basis][]): Basis => {
      const total = new Total();
      for (const [name, value, basis] of parts) total.add(name, of(value, value, value, basis));
      return total.get().basis;
    };
    expect(basisOf(['a', 9, 'calibrated'], ['b', 1, 'peak'])).toBe('peak');
    expect(basisOf(['a', 9.1, 'calibrated'], ['b', 0.9, 'peak'])).toBe('calibrated');
    expect(basisOf(['a', 5, 'class'], ['b', 5, 'peak'])).toBe('peak');
    expect(basisOf(['a', 5, 'peak'], ['b', 5, 'class'])).toBe('peak');
    // Within a class the least sure part counts, unless it is nothing.
    expect(basisOf(['a', 9, 'calibrated'], ['a', 0.1, 'peak'])).toBe('peak');
    expect(basisOf(['a', 9, 'calibrated'], ['a', 0, 'peak'])).toBe('calibrated');
    expect(basisOf(['a', 5, 'class'], ['a', 5, 'unknown'], ['b', 5, 'peak'])).toBe('unknown');
  });
});

describe('an estimate', () => {
  it('lies between its ends, also several times', () => {
    expect(of(2, 3, 1)).toEqual({ value: 2, low: 2, high: 2, basis: 'calibrated' });
    expect(scale(of(2, 1, 5, 'class'), 3)).toEqual({ value: 6, low: 3, high: 15, basis: 'class' });
  });
});
