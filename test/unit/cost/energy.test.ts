import { describe, expect, it } from 'vitest';
import { chipById } from '../../../server/engine/chips/catalogue';
import { joulesPerByte, kernelEnergy, transferEnergy } from '../../../server/engine/cost/energy';
import { estimate } from '../../../server/engine/cost/interval';

const l4 = chipById('nvidia-l4')!;
const time = estimate(1e-3, 0.5e-3, 2e-3, 'class');
const work = { matrix: 1e9, vector: 1e6, special: 0 };
const bytes = { main: 1e6, near: 2e6, link: 0 };

/** Joules of a kernel of 1 ms on an L4: 72 W rated (NVIDIA), idle at the mean share of 0.26 of that. */
function energy(compute: number, memory: number, own = bytes) {
  return kernelEnergy(l4, 'bf16', time, { operations: work, bytes: own }, { compute, memory })!;
}
const joules = (compute: number, memory: number) => energy(compute, memory).joules;

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
      kernelEnergy(unrated, 'bf16', time, { operations: work, bytes }, { compute: 1, memory: 1 }),
    ).toBeNull();
  });
});

describe('the parts of the energy of a kernel', () => {
  const idle = 0.26 * 72e-3;

  it('add up to it', () => {
    for (const [compute, memory] of [
      [0, 0],
      [1, 0],
      [0.3, 0.9],
      [1, 1],
      [2, 2],
    ] as const) {
      const { joules: whole, parts } = energy(compute, memory);
      expect(parts.compute + parts.memory + parts.link + parts.idle).toBeCloseTo(whole.value, 12);
      expect(Object.values(parts).every((part) => part >= 0)).toBe(true);
    }
  });

  it('are idle power × time, and of the rest as much as each raises the power', () => {
    // 0.6 x 0.5 = 0.3 of computing and 0.4 x 1 of memory: 3 to 4.
    const { parts } = energy(0.5, 1);
    const rest = 0.7 * (72e-3 - idle);
    expect(parts.idle).toBeCloseTo(idle, 12);
    expect(parts.compute).toBeCloseTo((rest * 3) / 7, 12);
    expect(parts.memory).toBeCloseTo((rest * 4) / 7, 12);
    expect(energy(0, 0).parts).toEqual({ compute: 0, memory: 0, link: 0, idle: energy(0, 0).joules.value });
  });

  it('are never less than nothing, not by a rounding either', () => {
    for (let at = 1; at < 400; at++) expect(energy(1e-17, at / 400).parts.compute).toBeGreaterThanOrEqual(0);
  });

  it('have waiting for streamed weights as that of the link', () => {
    const { parts } = energy(0.5, 1, { ...bytes, link: 1e6 });
    expect(parts.memory).toBe(0);
    expect(parts.link).toBeCloseTo(energy(0.5, 1).parts.memory, 12);
  });

  it('are within the measured power of a chip that was measured', () => {
    // TPU v1: 75 W rated, 28 W idle, 40 W busy (Jouppi et al. 2017).
    const tpu = chipById('google-tpu-v1')!;
    const { joules: whole, parts } = kernelEnergy(
      tpu,
      'int8',
      time,
      { operations: work, bytes },
      { compute: 1, memory: 0 },
    )!;
    expect(whole.value).toBeCloseTo(40e-3, 9);
    expect(parts.idle).toBeCloseTo(28e-3, 9);
    expect(parts.compute).toBeCloseTo(12e-3, 9);
  });
});

describe('the energy of a transfer', () => {
  const waiting = estimate(1e-3, 0.6e-3, 2e-3, 'class');

  it('is idle power × time where nobody states what a byte takes', () => {
    const { joules: whole, parts } = transferEnergy(l4, waiting, 1e6)!;
    expect(parts).toEqual({ compute: 0, memory: 0, link: 0, idle: whole.value });
    expect(whole.value).toBeCloseTo(0.26 * 72 * 1e-3, 9);
    expect(whole.low).toBeCloseTo(0.26 * 72 * 0.6e-3, 9);
    expect(whole.high).toBeCloseTo(72 * 2e-3, 9);
  });

  it('has the bits of a link whose energy is published', () => {
    // NVLink-C2C: 1.3 pJ per bit.
    const { parts } = transferEnergy(chipById('nvidia-gh200')!, waiting, 1e9)!;
    expect(parts.link).toBeCloseTo(1e9 * 8 * 1.3e-12, 12);
  });

  it('of blocks that share their memory crosses it twice', () => {
    // LPDDR5 takes what the table of memories has of it, a copy twice that.
    const orin = chipById('nvidia-jetson-agx-orin-64gb')!;
    const { parts } = transferEnergy(orin, waiting, 1e9)!;
    expect(parts.link).toBeCloseTo(2 * 1e9 * joulesPerByte(orin), 12);
  });

  it('of a chip without a rated power is unknown', () => {
    expect(transferEnergy({ ...l4, power: {} }, waiting, 1e6)).toBeNull();
  });
});
