import { describe, expect, it } from 'vitest';
import {
  Budget,
  keptChips,
  mostChips,
  unitsOfAnalysis,
  unitsOfHeap,
  unitsOfListing,
  unitsOfTrials,
} from '../../../server/workspace/budget';

describe('units of memory, 700 bytes each', () => {
  it('are 60 % of the heap behind 32 MB of its own, in whole ones', () => {
    // 0.6 × (4e9 − 32e6) / 700
    expect(unitsOfHeap(4e9)).toBe(3_401_142);
  });

  it('of a listing are begun ones', () => {
    expect([0, 1, 700, 701].map(unitsOfListing)).toEqual([0, 1, 1, 2]);
  });

  it('are kept for 60,000 costs of nodes beside the chosen chips, for 12 chips at most', () => {
    expect(keptChips(1000, 2)).toBe(12);
    // 60,000 / 7,000 = 8.6
    expect(keptChips(7000, 2)).toBe(8);
    expect(keptChips(7000, 9)).toBe(9);
    expect(keptChips(100_000, 0)).toBe(0);
    expect(keptChips(0, 1)).toBe(12);
  });

  it('of an analysis are three for each node and one for each of its chips', () => {
    expect(unitsOfAnalysis(1000, 2)).toBe(1000 * (3 + 12));
    expect(unitsOfAnalysis(100_000, 4)).toBe(700_000);
  });

  it('suffice for so many chips', () => {
    expect(mostChips(100_000, 700_000)).toBe(4);
    expect(mostChips(100_000, 699_999)).toBe(3);
    expect(mostChips(100_000, 100_000)).toBe(0);
    expect(mostChips(0, 10)).toBe(7);
  });
});

describe('a budget of 100 units', () => {
  it('sums what models hold, and lets a model be read a quarter beyond it', () => {
    const budget = new Budget<string>(100);
    budget.touch('a');
    budget.touch('b');
    budget.hold('a', 'listing', 60);
    budget.hold('a', 'analysis', 5);
    budget.hold('b', 'listing', 60);
    expect(budget.used).toBe(125);
    expect(budget.free).toBe(-25);
    expect(budget.mayRead).toBe(true);
    budget.hold('b', 'listing', 61);
    expect(budget.mayRead).toBe(false);
    budget.release('a', 'analysis');
    expect([budget.held('a', 'listing'), budget.held('a', 'analysis')]).toEqual([60, 0]);
    budget.release('a');
    expect(budget.used).toBe(61);
    // What was released holds nothing, even if work on it goes on.
    budget.hold('a', 'listing', 5);
    expect(budget.held('a', 'listing')).toBe(0);
  });

  it('knows who was asked about least lately, and who rests', () => {
    const budget = new Budget<string>(100, 1e9);
    budget.touch('a');
    budget.touch('b');
    budget.touch('a');
    expect(budget.leastRecent()).toEqual(['b', 'a']);
    expect(budget.isResting('a')).toBe(false);
    const impatient = new Budget<string>(100, 0);
    impatient.touch('a');
    expect(impatient.isResting('a')).toBe(true);
  });
});

it('trying other workloads takes two sets of shapes with one chip each', () => {
  // 2 × 4,000 nodes × (3 for shapes + 1 for a chip)
  expect(unitsOfTrials(4_000)).toBe(32_000);
});
