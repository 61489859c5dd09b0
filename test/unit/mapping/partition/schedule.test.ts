import { describe, expect, it } from 'vitest';
import { overlapped, type Job } from '../../../../server/engine/mapping/partition/schedule';
import { runThrough } from '../../../../server/engine/scheduler';

const job = (unit: number, seconds: number, memorySeconds = 0): Job => ({ unit, seconds, memorySeconds });
/** A value from one kernel to others, `seconds` on its way between units. */
const value = (maker: number, readers: readonly number[], seconds = 0) => ({
  maker,
  readers,
  costs: Float64Array.from([0, seconds, seconds, 0]),
});
const scheduled = (
  jobs: readonly Job[],
  values: ReturnType<typeof value>[] = [],
  pools: readonly (string | null)[] = [null, null],
): number | null => runThrough(overlapped(jobs, values, pools));

describe('a list schedule', () => {
  it('lets units work at the same time where nothing waits', () => {
    // 3 + 2 on the one, 4 on the other.
    expect(scheduled([job(0, 3), job(1, 4), job(0, 2)])).toBe(5);
    expect(scheduled([job(0, 3), job(0, 4), job(0, 2)])).toBe(9);
  });

  it('waits for what is read, and for its way between units', () => {
    // A chain over both units gains nothing: 3 + 1 + 4 + 1 + 2.
    const chain = [value(0, [1], 1), value(1, [2], 1)];
    expect(scheduled([job(0, 3), job(1, 4), job(0, 2)], chain)).toBe(11);
    // A fork: 1, then 5 here beside 0.5 + 2 + 0.5 there, then 1.
    const fork = [value(0, [1, 2], 0.5), value(1, [3], 0.5), value(2, [3], 0.5)];
    expect(scheduled([job(0, 1), job(0, 5), job(1, 2), job(0, 1)], fork)).toBe(7);
  });

  it('divides the bandwidth of a pool between units that run at the same time', () => {
    const both = [job(0, 4, 4), job(1, 4, 4)];
    // All bandwidth is asked for twice: each takes twice as long, as if they ran one after another.
    expect(scheduled(both, [], ['lpddr', 'lpddr'])).toBe(8);
    expect(scheduled(both, [], ['lpddr', 'hbm'])).toBe(4);
    expect(scheduled(both)).toBe(4);
    // Half of the bandwidth each is enough for both.
    expect(scheduled([job(0, 4, 2), job(1, 4, 2)], [], ['lpddr', 'lpddr'])).toBe(4);
    // 2 s at half the speed leave the first 3 of 4; the second of 1 s ends, then 3 s alone: 2 + 3.
    expect(scheduled([job(0, 4, 4), job(1, 1, 1)], [], ['lpddr', 'lpddr'])).toBe(5);
    // One and a half of it is asked for: each takes one and a half times as long.
    expect(scheduled([job(0, 4, 2), job(1, 4, 4)], [], ['lpddr', 'lpddr'])).toBe(6);
    // What only computes is not slowed by what the other moves.
    expect(scheduled([job(0, 4, 0), job(1, 4, 4)], [], ['lpddr', 'lpddr'])).toBe(4);
  });

  it('is unknown where nobody knows how long something is on its way', () => {
    const jobs = [job(0, 3), job(1, 4)];
    expect(scheduled(jobs, [value(0, [1], Infinity)])).toBeNull();
    // What no unit waits for does not matter.
    expect(scheduled([job(0, 3), job(0, 4)], [value(0, [1], Infinity)])).toBe(7);
  });

  it('of nothing takes no time', () => {
    expect(scheduled([])).toBe(0);
  });
});
