import { describe, expect, it } from 'vitest';
import { bestOfChain } from '../../../../server/engine/mapping/partition/chain';
import { cutBetween, searched } from '../../../../server/engine/mapping/partition/cut';
import {
  costOf,
  eachAtBest,
  mostlyOn,
  type Moved,
  type PartitionProblem,
} from '../../../../server/engine/mapping/partition/problem';
import { seeded } from '../../../../server/engine/random';
import { runThrough } from '../../../../server/engine/scheduler';

/** Kernels with a few values each, which up to four later ones read; one cost in eight is unknown, but never all of a kernel. */
function randomProblem(seed: number, units: number, most: number): PartitionProblem {
  const next = seeded(seed);
  const whole = (below: number): number => Math.floor(next() * below);
  const kernels = 1 + whole(most);
  const costs = Float64Array.from({ length: kernels * units }, () => (next() < 1 / 8 ? Infinity : next()));
  for (let kernel = 0; kernel < kernels; kernel++) costs[kernel * units + whole(units)] = next();
  const values: Moved[] = [];
  for (let maker = 0; maker < kernels - 1; maker++)
    for (let count = whole(3); count > 0; count--) {
      const readers = new Set<number>();
      for (let reads = 1 + whole(4); reads > 0; reads--) readers.add(maker + 1 + whole(kernels - maker - 1));
      values.push({ maker, readers: [...readers], costs: transfers(units, next) });
    }
  return { kernels, units, costs, values };
}

function transfers(units: number, next: () => number): Float64Array {
  return Float64Array.from({ length: units * units }, (_, at) =>
    at % (units + 1) === 0 ? 0 : next() < 1 / 6 ? 0 : next() / 2,
  );
}

/** The least cost of all assignments, each tried. */
function leastOf(problem: PartitionProblem): number {
  const { kernels, units } = problem;
  let least = Infinity;
  const unitOf = new Uint8Array(kernels);
  for (let number = 0; number < units ** kernels; number++) {
    for (let kernel = 0, rest = number; kernel < kernels; kernel++) {
      unitOf[kernel] = rest % units;
      rest = Math.floor(rest / units);
    }
    least = Math.min(least, costOf(problem, unitOf));
  }
  return least;
}

describe('the cost of an assignment', () => {
  it('is that of its kernels, and of each value once for each unit that reads it', () => {
    // 0 makes a value that 1 and 2 read, on three units: 0 -> 1 costs 5, 0 -> 2 costs 7.
    const costs = Float64Array.from([0, 5, 7, 1, 0, 1, 1, 1, 0]);
    const problem = {
      kernels: 3,
      units: 3,
      costs: Float64Array.from([1, 2, 3, 10, 20, 30, 100, 200, 300]),
      values: [{ maker: 0, readers: [1, 2], costs }],
    };
    expect(costOf(problem, Uint8Array.from([0, 0, 0]))).toBe(111);
    expect(costOf(problem, Uint8Array.from([0, 1, 1]))).toBe(1 + 20 + 200 + 5);
    expect(costOf(problem, Uint8Array.from([0, 1, 2]))).toBe(1 + 20 + 300 + 5 + 7);
  });
});

describe('the best cut', () => {
  it('of a graph done by hand leaves a product on the accelerator and an operator between on the host', () => {
    // Chip and host: 1 and 9, 9 and 1, 1 and 9; a transfer costs 3 each way: 1 + 3 + 1 + 3 + 1 = 9 against 11 on the chip alone.
    const link = Float64Array.from([0, 3, 3, 0]);
    const costs = Float64Array.from([1, 9, 9, 1, 1, 9]);
    const values = [0, 1].map((maker): Moved => ({ maker, readers: [maker + 1], costs: link }));
    const problem = { kernels: 3, units: 2, costs, values };
    expect([...runThrough(cutBetween(problem, new Uint8Array(3), [0, 1]))]).toEqual([0, 1, 0]);
    // At 5 each way the transfers cost more than they save.
    const dear = values.map((value) => ({ ...value, costs: link.map((cost) => (cost * 5) / 3) }));
    expect([...runThrough(cutBetween({ ...problem, values: dear }, new Uint8Array(3), [0, 1]))]).toEqual([
      0, 0, 0,
    ]);
  });

  it('is that of all assignments, on 2,000 graphs of two units', () => {
    for (let seed = 1; seed <= 2000; seed++) {
      const problem = randomProblem(seed, 2, 14);
      const found = runThrough(searched(problem, [eachAtBest(problem)]));
      expect(costOf(problem, found), `seed ${seed}`).toBeCloseTo(leastOf(problem), 9);
    }
  });

  it('with more units is near the best, and never worse than where it began', () => {
    let [exact, all, worst] = [0, 0, 1];
    for (let seed = 1; seed <= 300; seed++) {
      const problem = randomProblem(seed, 3, 7);
      const beginnings = [eachAtBest(problem), ...[0, 1, 2].map((unit) => mostlyOn(problem, unit))];
      const found = costOf(problem, runThrough(searched(problem, beginnings)));
      for (const one of beginnings) expect(found).toBeLessThanOrEqual(costOf(problem, one) + 1e-12);
      const ratio = found / leastOf(problem);
      all++;
      if (ratio < 1 + 1e-9) exact++;
      worst = Math.max(worst, ratio);
    }
    expect(exact / all).toBeGreaterThan(0.95);
    expect(worst).toBeLessThan(1.2);
  });
});

describe('a chain', () => {
  it('has the best of all assignments, on 500 of up to four units', () => {
    for (let seed = 1; seed <= 500; seed++) {
      const next = seeded(seed);
      const units = 2 + Math.floor(next() * 3);
      const { kernels, costs } = randomProblem(seed + 5000, units, 7);
      const values = Array.from({ length: kernels - 1 }, (_, maker): Moved => {
        return { maker, readers: [maker + 1], costs: transfers(units, next) };
      });
      const problem = { kernels, units, costs, values };
      const found = runThrough(bestOfChain(problem));
      expect(costOf(problem, found!), `seed ${seed}`).toBeCloseTo(leastOf(problem), 9);
    }
  });

  it('is one only where each value goes to the next kernel', () => {
    const costs = new Float64Array(6);
    const link = new Float64Array(4);
    const skip = [{ maker: 0, readers: [1, 2], costs: link }];
    expect(runThrough(bestOfChain({ kernels: 3, units: 2, costs, values: skip }))).toBeNull();
  });
});
