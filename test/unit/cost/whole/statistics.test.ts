import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../server/engine/random';
import {
  clusteredShare,
  errorOf,
  intervalScore,
  isInside,
  orderOf,
  scoresOf,
  spearman,
  type Pair,
} from '../../../accuracy/whole/statistics';

const pair = (measured: number, estimated: number, low = estimated / 2, high = estimated * 2): Pair => ({
  measured,
  estimated,
  low,
  high,
});

describe('errors', () => {
  it('are the same for twice and for half', () => {
    expect(errorOf(pair(1, 2))).toBe(1);
    expect(errorOf(pair(2, 1))).toBe(1);
  });

  it('count the ends of a range as inside', () => {
    expect([1, 2, 4, 0.99, 4.01].map((m) => isInside(pair(m, 2, 1, 4)))).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('interval score', () => {
  it('is the width in logarithms where the range holds', () => {
    // ln(4 ÷ 1)
    expect(intervalScore(pair(2, 2, 1, 4))).toBeCloseTo(Math.log(4), 12);
  });

  it('adds twenty times the distance outside', () => {
    // ln 4 + 2 ÷ 0.1 × ln(8 ÷ 4) above; the same distance below
    expect(intervalScore(pair(8, 2, 1, 4))).toBeCloseTo(Math.log(4) + 20 * Math.log(2), 12);
    expect(intervalScore(pair(0.5, 2, 1, 4))).toBeCloseTo(Math.log(4) + 20 * Math.log(2), 12);
  });
});

describe('rank correlation', () => {
  it('is 1 for the same order and -1 for the reverse', () => {
    expect(spearman([1, 2, 9], [10, 20, 21])).toBeCloseTo(1, 12);
    expect(spearman([1, 2, 9], [3, 2, 1])).toBeCloseTo(-1, 12);
  });

  it('is what the formula for distinct ranks gives', () => {
    // Ranks 1 2 3 4 5 against 2 1 4 3 5: differences 1 1 1 1 0, 1 − 6 × 4 ÷ (5 × 24) = 0.8
    expect(spearman([1, 2, 3, 4, 5], [20, 10, 40, 30, 50])).toBeCloseTo(0.8, 12);
  });

  it('gives equal values the mean of their ranks', () => {
    // Ranks 1.5 1.5 3 against 1 2 3: (0.5 × 1 + 0.5 × 0 + 1 × 1) ÷ √(1.5 × 2) = 1.5 ÷ √3
    expect(spearman([5, 5, 7], [1, 2, 3])).toBeCloseTo(1.5 / Math.sqrt(3), 12);
  });
});

describe('share inside by clusters', () => {
  it('is what the clusters have where they agree', () => {
    expect(
      clusteredShare([
        { rows: 10, hits: 5 },
        { rows: 20, hits: 10 },
      ]),
    ).toEqual([0.5, 0.5]);
  });

  it('spans all from one cluster to the other where there are two', () => {
    // Draws of two of two: both the first with a chance of a quarter, both the second as well.
    expect(
      clusteredShare([
        { rows: 10, hits: 0 },
        { rows: 10, hits: 10 },
      ]),
    ).toEqual([0, 1]);
  });

  it('says nothing of one cluster, and the same for the same seed', () => {
    expect(clusteredShare([{ rows: 10, hits: 3 }])).toBeNull();
    const clusters = Array.from({ length: 9 }, (_, i) => ({ rows: 10, hits: i + 1 }));
    expect(clusteredShare(clusters)).toEqual(clusteredShare(clusters));
    expect(clusteredShare(clusters)).not.toEqual(clusteredShare(clusters, 2));
  });

  it('is about two standard errors wide for many clusters of one row', () => {
    // 400 coins: 0.5 ± 1.96 × √(0.25 ÷ 400) = 0.451 to 0.549
    const coins = Array.from({ length: 400 }, (_, i) => ({ rows: 1, hits: i % 2 }));
    const [low, high] = clusteredShare(coins)!;
    expect(low).toBeCloseTo(0.451, 1.9);
    expect(high).toBeCloseTo(0.549, 1.9);
  });

  it('draws numbers from 0 to 1 evenly', () => {
    const random = seeded(7);
    const numbers = Array.from({ length: 10_000 }, random);
    expect(Math.min(...numbers)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...numbers)).toBeLessThan(1);
    expect(numbers.reduce((a, b) => a + b, 0) / numbers.length).toBeCloseTo(0.5, 2);
  });
});

describe('scores of a group', () => {
  it('are medians, a quantile, a share and a mean', () => {
    // p/m 0.5, 1, 2, 4, 1.25: errors 0 0.25 1 1 3; ranges of a factor of 2 to both sides hold all but the one of 4.
    const scores = scoresOf([pair(2, 1), pair(1, 1), pair(1, 2), pair(1, 4), pair(4, 5)]);
    expect(scores.rows).toBe(5);
    expect(scores.median).toBe(1);
    // Between the fourth and the fifth at 0.9 × 4 = 3.6: 1 + 0.6 × 2
    expect(scores.p90).toBeCloseTo(2.2, 12);
    expect(scores.bias).toBe(1.25);
    expect(scores.inside).toBe(0.8);
    expect(scores.width).toBe(4);
    // Five widths of ln 4, and one that is ln 2 outside: ln 4 + 20 ln 2 ÷ 5
    expect(scores.interval).toBeCloseTo(Math.log(4) + 4 * Math.log(2), 12);
  });
});

describe('order of two', () => {
  const sure = (measured: number, estimated: number) =>
    pair(measured, estimated, estimated / 1.01, estimated * 1.01);

  it('is right or wrong where the range of the ratio leaves 1 out', () => {
    expect(orderOf(sure(1, 10), sure(2, 20))).toBe(1);
    expect(orderOf(sure(1, 20), sure(2, 10))).toBe(0);
    expect(orderOf(sure(2, 20), sure(1, 10))).toBe(1);
  });

  it('is a tie where it contains 1', () => {
    // Half-widths ln 2 each: √2 × ln 2 = 0.98 against ln 2 = 0.69 between the two; ln 3 = 1.10 is no tie.
    expect(orderOf(pair(1, 10), pair(2, 20))).toBe(0.5);
    expect(orderOf(pair(1, 10), pair(2, 30))).toBe(1);
    expect(orderOf(pair(1, 30), pair(2, 10))).toBe(0);
  });

  it('takes the ends that face each other where ranges are lopsided', () => {
    // Only the lower half of the slower and the upper half of the faster count for a right order.
    const slow = pair(2, 20, 20 / 1.01, 2000);
    const fast = pair(1, 10, 0.1, 10 * 1.01);
    expect(orderOf(fast, slow)).toBe(1);
  });

  it('is not asked where the published values are too near or too far apart', () => {
    expect(orderOf(sure(1, 1), sure(1.19, 2))).toBeNull();
    expect(orderOf(sure(1, 1), sure(3.01, 2))).toBeNull();
    expect(orderOf(sure(1, 1), sure(1.2, 2))).toBe(1);
    expect(orderOf(sure(1, 1), sure(3, 2))).toBe(1);
  });
});
