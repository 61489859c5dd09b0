import { describe, expect, it } from 'vitest';
import { estimate, scale, Total } from '../../../server/engine/cost/interval';
import type { Basis } from '../../../server/engine/cost/types';

const of = (value: number, low: number, high: number, basis: Basis = 'calibrated') =>
  estimate(value, low, high, basis);

describe('a sum of estimates', () => {
  it('has its ends from each class as often as it runs, and classes in squares', () => {
    const total = new Total();
    // Three times: 6, from 3 to 15.
    total.add('gemm', of(2, 1, 5), 3);
    total.add('softmax', of(10, 6, 14));
    // Below: √(3² + 4²) = 5; above: √(9² + 4²).
    expect(total.get()).toMatchObject({ value: 16, low: 11 });
    expect(total.get().high).toBeCloseTo(16 + Math.sqrt(97), 12);
    // Within a class widths add: 3 + 1 = 4 below, 9 + 3 = 12 above; with 4 and 4: √32 and √160.
    total.add('gemm', of(4, 3, 7));
    expect(total.get().value).toBe(20);
    expect(total.get().low).toBeCloseTo(20 - Math.sqrt(32), 12);
    expect(total.get().high).toBeCloseTo(20 + Math.sqrt(160), 12);
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
