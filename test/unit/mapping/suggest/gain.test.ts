import { expect, it } from 'vitest';
import { wholeTotal } from '../../../../server/engine/cost/totals';
import type { Basis, ChipCost, Estimate, Spread } from '../../../../server/engine/cost/types';
import type { KernelPlan } from '../../../../server/engine/kernels/types';
import type { OperatorClass } from '../../../../server/engine/operators/rule';
import {
  figureGained,
  secondsGained,
  secondsGainedPerSample,
} from '../../../../server/engine/mapping/suggest/gain';

interface Part {
  readonly operatorClass: OperatorClass;
  readonly format: string;
  readonly seconds: Estimate;
  /** Left out: all of its range is common. */
  readonly common?: Spread;
}

const between = (value: number, low: number, high: number, basis: Basis = 'class'): Estimate => {
  return { value, low, high, basis };
};
const gemm = (seconds: Estimate, format = 'fp32'): Part => ({ operatorClass: 'gemm', format, seconds });

/** A run of these kernels. */
function side(...parts: readonly Part[]): { plan: KernelPlan; cost: ChipCost } {
  const value = parts.reduce((sum, { seconds }) => sum + seconds.value, 0);
  const total = { ...between(value, 0, 2 * value), isLowerBound: false, unknownNodes: 0, atMost: null };
  const kernels = parts.map(({ operatorClass }, index) => ({ index, operatorClass, repeat: 1 }));
  const costs = parts.map(({ seconds, format, common = null }, kernel) => ({
    kernel,
    seconds,
    common,
    precision: format,
    bound: 'memory',
  }));
  return {
    plan: { kernels } as unknown as KernelPlan,
    cost: { kernels: costs, nodes: [{}], total: { latencySeconds: total } } as unknown as ChipCost,
  };
}

it('what stays as it is adds nothing to the range', () => {
  const kept = gemm(between(10, 5, 30));
  const gone: Part = { operatorClass: 'elementwise', format: 'fp32', seconds: between(4, 3, 6) };
  // Only the elementwise kernel goes: 4 s, between 3 and 6.
  expect(secondsGained(side(kept, gone), side(kept))).toMatchObject({ value: 4, low: 3, high: 6 });
});

it('errors in the same format move together', () => {
  // 10 (5 to 30) becomes 4 (2 to 12): if all is half as long, 5 − 2 = 3, if three times as long, 30 − 12 = 18.
  const found = secondsGained(side(gemm(between(10, 5, 30))), side(gemm(between(4, 2, 12))));
  expect(found).toMatchObject({ value: 6, low: 3, high: 18 });
});

it('in another format half of the variance of what they have in common is shared', () => {
  // b − a = 3 − 4 = −1 where it is shared, 25 where it is not: √(0.5 × 1 + 0.5 × 25) = √13.
  const found = secondsGained(side(gemm(between(20, 17, 23))), side(gemm(between(10, 6, 14), 'int8')));
  expect(found!.low).toBeCloseTo(10 - Math.sqrt(13), 9);
  expect(found!.high).toBeCloseTo(10 + Math.sqrt(13), 9);
});

it('what each kernel is off by itself adds in squares, and cancels where it stays', () => {
  // Of ±50 % are 30 % common. Its own factors are e^−√(ln² 0.5 − ln² 0.7) = 1 − 0.44807 and e^√(ln² 1.5 − ln² 1.3) = 1 + 0.36225.
  // 10 becomes 5: common 3 − 1.5 = 1.5; own less than 10 and more than 5, or the other way round.
  const own = (value: number): Part => ({
    ...gemm(between(value, 0.5 * value, 1.5 * value)),
    common: { low: 0.7, high: 1.3 },
  });
  const found = secondsGained(side(own(10), own(8)), side(own(5), own(8)));
  expect(found!.value).toBe(5);
  expect(found!.low).toBeCloseTo(5 - Math.sqrt(1.5 ** 2 + 4.4807 ** 2 + 1.8112 ** 2), 3);
  expect(found!.high).toBeCloseTo(5 + Math.sqrt(1.5 ** 2 + 3.6224 ** 2 + 2.24035 ** 2), 3);
});

it('of a larger batch a sample has its part', () => {
  // 10 s for one, 16 s for eight: 10 − 2 = 8 s for each.
  const [before, after] = [side(gemm(between(10, 5, 20))), side(gemm(between(16, 8, 32)))];
  expect(secondsGainedPerSample(before, after, { before: 1, after: 8 })).toMatchObject({
    value: 8,
    low: 4,
    high: 16,
  });
});

it('is unknown where one of the two is, and where one is a lower bound', () => {
  const known = side(gemm(between(10, 5, 20)));
  const unknown = { ...known, cost: { ...known.cost, total: { ...known.cost.total, latencySeconds: null } } };
  const part = {
    ...known,
    cost: {
      ...known.cost,
      total: {
        ...known.cost.total,
        latencySeconds: { ...wholeTotal(known.cost.total.latencySeconds)!, isLowerBound: true },
      },
    },
  };
  expect(secondsGained(known, unknown)).toBeNull();
  expect(secondsGained(part, known)).toBeNull();
});

it('figures that are bounded by the same two ways are subtracted bound by bound', () => {
  // 5 − 2, 8 − 3 and 20 − 9: bottom-up, measured, at the rated power.
  expect(figureGained(between(8, 5, 20), between(3, 2, 9))).toMatchObject({ value: 5, low: 3, high: 11 });
  expect(figureGained(null, between(3, 2, 9))).toBeNull();
});
