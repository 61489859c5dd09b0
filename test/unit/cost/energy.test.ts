import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { kernelJoules } from '../../../server/engine/cost/energy';
import { estimate } from '../../../server/engine/cost/interval';

const l4 = chipById('nvidia-l4')!;
const time = estimate(1e-3, 0.5e-3, 2e-3, 'class');
const work = { matrix: 1e9, vector: 1e6, special: 0 };
const bytes = { main: 1e6, near: 2e6 };

/** Joules of a kernel of 1 ms on an L4: 72 W rated (NVIDIA), idle at the mean share of 0.26 of that. */
function joules(compute: number, memory: number) {
  return kernelJoules(l4, 'bf16', time, { operations: work, bytes }, { compute, memory })!;
}

describe('the energy of a kernel', () => {
  it('is idle power and the used share of the rest: 0.6 of computing, 0.4 of memory', () => {
    const idle = 0.26 * 72;
    expect(joules(0, 0).value).toBeCloseTo(idle * 1e-3, 9);
    expect(joules(1, 0).value).toBeCloseTo((idle + 0.6 * (72 - idle)) * 1e-3, 9);
    expect(joules(0, 1).value).toBeCloseTo((idle + 0.4 * (72 - idle)) * 1e-3, 9);
    // Both together are the rated power, and no more than that.
    expect(joules(1, 1).value).toBeCloseTo(72e-3, 9);
    expect(joules(2, 2).value).toBeCloseTo(72e-3, 9);
  });

  it('is at most the rated power over the longest time', () => {
    expect(joules(0.5, 0.5).high).toBeCloseTo(72 * 2e-3, 9);
  });

  it('is at least what operations, bytes and idling take', () => {
    // TSMC 4N counts at 7 nm: half of 0.21 + 0.11 pJ per bf16 operation, half of 1.31 + 0.38 pJ per FP32 one (Jouppi et
    // al. 2021); GDDR6 6.5 pJ per bit; 14 pJ per 64 bits on the chip; idle power over the shortest time.
    const products = 1e9 * 0.16e-12;
    const others = 1e6 * 0.845e-12;
    const outside = 1e6 * 8 * 6.5e-12;
    const inside = 2e6 * (14e-12 / 8);
    const idle = 0.26 * 72 * 0.5e-3;
    expect(joules(1, 1).low).toBeCloseTo(products + others + outside + inside + idle, 9);
  });

  it('of a chip without a rated power is unknown', () => {
    const unrated = { ...l4, power: {} };
    expect(
      kernelJoules(unrated, 'bf16', time, { operations: work, bytes }, { compute: 1, memory: 1 }),
    ).toBeNull();
  });
});
