import { describe, expect, it } from 'vitest';
import {
  devicesOf,
  divisorsOf,
  splitLabel,
  splitsOf,
  type SplitLimits,
} from '../../../../server/engine/mapping/parallel/splits';

const limits: SplitLimits = { devices: 8, elements: 82, batch: 32, hasContext: false, hasExperts: false };
const found = (over: Partial<SplitLimits>) => [...splitsOf({ ...limits, ...over })];

describe('splits', () => {
  it('has the divisors of a number in order', () => {
    expect(divisorsOf(1)).toEqual([1]);
    expect(divisorsOf(36)).toEqual([1, 2, 3, 4, 6, 9, 12, 18, 36]);
    expect(divisorsOf(13)).toEqual([1, 13]);
  });

  it('are all ways to write a divisor of the devices as a product', () => {
    // Ordered products of three factors: of 8 there are C(5,2) = 10, of 4 C(4,2) = 6, of 2 three, of 1 one.
    const all = found({});
    expect(all).toHaveLength(20);
    expect(all.slice(0, 10).every((one) => devicesOf(one) === 8)).toBe(true);
    // With a fourth factor C(6,3) = 20, C(5,3) = 10, 4 and 1.
    expect(found({ hasContext: true })).toHaveLength(35);
    // Twelve devices: 18 ways for 12 = 2² × 3, 6 × 3 … summed over its divisors 1, 2, 3, 4, 6, 12: 1 + 3 + 3 + 6 + 9 + 18.
    expect(found({ devices: 12 })).toHaveLength(40);
  });

  it('has no more copies than sequences and no more stages than elements', () => {
    expect(found({ batch: 1 }).every(({ dp }) => dp === 1)).toBe(true);
    expect(found({ batch: null }).some(({ dp }) => dp === 8)).toBe(true);
    expect(found({ elements: 1 }).every(({ pp }) => pp === 1)).toBe(true);
    // tp x dp of 8, 4, 2 and 1.
    expect(found({ elements: 1 })).toHaveLength(4 + 3 + 2 + 1);
  });

  it('shares experts out among the devices of a layer', () => {
    const eps = (hasExperts: boolean) =>
      found({ hasExperts, elements: 1, batch: 1 })
        .filter((one) => one.tp === 8)
        .map(({ ep }) => ep);
    expect(eps(true)).toEqual([1, 2, 4, 8]);
    expect(eps(false)).toEqual([1]);
  });

  it('is named as frameworks do', () => {
    expect(splitLabel({ tp: 4, pp: 2, dp: 1, ep: 1, cp: 1 })).toBe('tp 4 pp 2');
    expect(splitLabel({ tp: 1, pp: 1, dp: 8, ep: 1, cp: 1 })).toBe('tp 1 dp 8');
  });
});
