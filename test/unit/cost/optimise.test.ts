import { describe, expect, it } from 'vitest';
import { foldOf, minimise, quantile, type Free } from '../../../server/engine/cost/calibrate/optimise';

const free = (name: string, start: number, low: number, high: number): Free => ({ name, start, low, high });

describe('the search for constants', () => {
  it('finds the bottom of a bowl over logarithms', () => {
    // Least where a = 3 and b = 0.02.
    const loss = ({ a, b }: Record<string, number>): number =>
      Math.log(a! / 3) ** 2 + 10 * Math.log(b! / 0.02) ** 2 + Math.log(a! / 3) * Math.log(b! / 0.02);
    const found = minimise([free('a', 1, 0.1, 100), free('b', 0.5, 0.001, 1)], loss, 900);
    expect(found['a']! / 3).toBeCloseTo(1, 2);
    expect(found['b']! / 0.02).toBeCloseTo(1, 2);
  });

  it('stays inside the bounds, and reaches them', () => {
    const tried: number[] = [];
    const fall = ({ a }: Record<string, number>): number => {
      tried.push(a!);
      return -a!;
    };
    const { a } = minimise([free('a', 2, 1, 4)], fall, 600);
    expect(Math.max(...tried)).toBeLessThanOrEqual(4);
    expect(Math.min(...tried)).toBeGreaterThanOrEqual(1);
    expect(a).toBeGreaterThan(3.9);
  });

  it('begins at the start, which is moved inside where it stands at a bound', () => {
    const tried: number[] = [];
    const note = ({ a }: Record<string, number>): number => {
      tried.push(a!);
      return 1;
    };
    minimise([free('a', 3, 1, 9)], note, 3);
    expect(tried[0]).toBeCloseTo(3, 9);
    tried.length = 0;
    minimise([free('a', 9, 1, 9)], note, 3);
    // 98 % of the way between the logarithms: 9 ^ 0.98.
    expect(tried[0]).toBeCloseTo(9 ** 0.98, 9);
    tried.length = 0;
    minimise([free('a', 1, 1, 9)], note, 3);
    expect(tried[0]).toBeCloseTo(9 ** 0.02, 9);
  });

  it('asks about as often as it may', () => {
    let asked = 0;
    const rough = ({ a, b }: Record<string, number>): number => {
      asked++;
      return Math.sin(50 * a!) + Math.cos(70 * b!);
    };
    minimise([free('a', 1, 0.1, 10), free('b', 1, 0.1, 10)], rough, 300);
    // A step asks four times at the most beyond the limit, in each of three rounds.
    expect(asked).toBeLessThan(300 + 3 * 8);
  });

  it('gives back the best point, never a worse one than the start', () => {
    const values: number[] = [];
    const loss = ({ a, b, c }: Record<string, number>): number => {
      const y = Math.abs(Math.log(a!)) + Math.abs(Math.log(b! / 2)) * 3 + Math.sin(9 * c!);
      values.push(y);
      return y;
    };
    const all = ['a', 'b', 'c'].map((name) => free(name, 1, 0.1, 10));
    const found = minimise(all, loss, 200);
    const least = Math.min(...values);
    expect(loss(found)).toBeCloseTo(least, 9);
  });
});

describe('quantiles', () => {
  it('lie between neighbours in proportion', () => {
    // Places 0 to 4: 90 % is place 3.6.
    expect(quantile([10, 20, 30, 40, 60], 0.9)).toBeCloseTo(40 + 0.6 * 20, 9);
    expect(quantile([10, 20, 30, 40, 60], 0.5)).toBe(30);
    expect(quantile([10, 20, 30], 0)).toBe(10);
    expect(quantile([10, 20, 30], 1)).toBe(30);
    expect(quantile([7], 0.9)).toBe(7);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('folds', () => {
  it('are the same for the same key, and as large as each other', () => {
    const counts = [0, 0, 0, 0, 0];
    for (let key = 0; key < 5000; key++) {
      const fold = foldOf(`gemm ${key}`, 5);
      expect(foldOf(`gemm ${key}`, 5)).toBe(fold);
      counts[fold]!++;
    }
    // 1,000 each; a standard deviation is 28.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});
