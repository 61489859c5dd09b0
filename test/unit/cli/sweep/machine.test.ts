import { afterEach, expect, it, vi } from 'vitest';
import { parseArguments } from '../../../../server/cli/arguments';
import { heapOf, timeLimitIn, workersIn, type SweepHost } from '../../../../server/cli/sweep/machine';

const words = (...options: string[]): ReturnType<typeof parseArguments> =>
  parseArguments(['sweep', 'plan.json', ...options]);
const host = (heapBytes: number): SweepHost => ({
  workerScript: '',
  environment: {},
  note: () => {},
  heapBytes,
});
afterEach(() => void vi.restoreAllMocks());

it('gives a model seconds and a worker megabytes, as it is told', () => {
  expect(timeLimitIn(words('--time-limit', '7'))).toBe(7_000);
  // Ten minutes.
  expect(timeLimitIn(words())).toBe(600_000);
  expect(heapOf(words('--memory', '500'), 4, host(1e9))).toBe(500e6);
});

it('gives workers three quarters of the memory that there is, and none more than this process has', () => {
  vi.spyOn(process, 'constrainedMemory').mockReturnValue(800e6);
  expect(heapOf(words(), 1, host(Infinity))).toBe(600e6);
  expect(heapOf(words(), 3, host(Infinity))).toBe(200e6);
  expect(heapOf(words(), 3, host(150e6))).toBe(150e6);
});

it('has no more workers than models, and at least one', () => {
  expect([
    workersIn(words('-j', '3')),
    workersIn(words('-j', '3'), 2),
    workersIn(words('-j', '3'), 0),
  ]).toEqual([3, 2, 1]);
});
