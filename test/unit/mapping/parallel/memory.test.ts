import { describe, expect, it } from 'vitest';
import {
  noMemory,
  plusMemory,
  type Element,
  type MemoryClasses,
  type RankChain,
} from '../../../../server/engine/mapping/parallel/chain';
import { elementAtPlace, stageFits, stageMemory } from '../../../../server/engine/mapping/parallel/memory';

const element = (count: number, memory: Partial<MemoryClasses> | null): Element => ({
  ...{ count, terms: [], seconds: 0, parts: { compute: 0, memory: 0, overhead: 0 }, updateSeconds: 0 },
  ...{ gradientBytes: 0, calls: [], carriedBytes: 0 },
  memory: memory && { ...noMemory, ...memory },
});

const all = { weights: 1, state: 10, activations: 100, gradients: 2, optimizer: 3, master: 4, saved: 1000 };
/** An embedding, three layers, and a head whose weights the embedding reads too. */
const chain: RankChain = {
  elements: [
    element(1, { weights: 5, activations: 700 }),
    element(3, all),
    element(1, { weights: 7, activations: 50 }),
  ],
  shared: [{ memory: { ...noMemory, weights: 20_000, gradients: 10_000 }, elements: new Set([0, 2]) }],
};
const places = elementAtPlace(chain);
const of = (from: number, to: number, state = 1, saved = 1) =>
  stageMemory(chain, places, { from, to }, { state, saved })!;

describe('memory of a stage', () => {
  it('is that of its elements, one after the other', () => {
    expect([...places]).toEqual([0, 1, 1, 1, 2]);
    // Two layers: twice each, but for activations, of which one works at a time.
    expect(of(1, 3)).toEqual({
      classes: {
        ...{ weights: 2, state: 20, activations: 100, gradients: 4 },
        optimizer: 6,
        master: 8,
        saved: 2000,
      },
      bytes: 2140,
    });
    expect(of(2, 2).bytes).toBe(0);
  });

  it('has caches and what is kept for the way back for each micro-batch on its way', () => {
    // 3 × 10 and 5 × 1,000 beside 1 + 100 + 2 + 3 + 4.
    expect(of(1, 2, 3, 5).bytes).toBe(110 + 30 + 5000);
  });

  it('has one copy of weights that several of its elements read, and none that others read', () => {
    expect(of(0, 1).classes).toEqual({ ...noMemory, weights: 20_005, gradients: 10_000, activations: 700 });
    expect(of(0, 5).classes.weights).toBe(5 + 3 + 7 + 20_000);
    expect(of(4, 5).classes.weights).toBe(20_007);
    expect(of(1, 4).classes.weights).toBe(3);
  });

  it('is unknown where a size is', () => {
    const open: RankChain = { elements: [element(1, null), element(1, all)], shared: [] };
    const at = elementAtPlace(open);
    const load = { state: 1, saved: 1 };
    expect(stageMemory(open, at, { from: 0, to: 2 }, load)).toBeNull();
    expect(stageMemory(open, at, { from: 1, to: 2 }, load)!.bytes).toBe(1120);
  });
});

describe('whether stages fit', () => {
  it('is what their memory says, for every stretch and every room', () => {
    const loads = [
      { state: 1, saved: 2 },
      { state: 3, saved: 0 },
    ];
    const whole = of(0, 5, 3, 2).bytes;
    for (let usable = 0; usable <= whole; usable += 211) {
      const fits = stageFits(chain, places, usable, (stage) => loads[stage]!);
      for (const [stage, load] of loads.entries())
        for (let from = 0; from < 5; from++)
          for (let to = from + 1; to <= 5; to++) {
            const { bytes } = stageMemory(chain, places, { from, to }, load)!;
            expect([usable, stage, from, to, fits(stage, from, to)]).toEqual([
              ...[usable, stage, from, to],
              bytes <= usable,
            ]);
          }
    }
  });

  it('is to the byte', () => {
    const { bytes } = of(0, 3);
    const load = () => ({ state: 1, saved: 1 });
    expect(stageFits(chain, places, bytes, load)(0, 0, 3)).toBe(true);
    expect(stageFits(chain, places, bytes - 1, load)(0, 0, 3)).toBe(false);
  });

  it('leaves nothing out where the room is unknown', () => {
    expect(stageFits(chain, places, null, () => ({ state: 1, saved: 1 }))(0, 0, 5)).toBe(true);
  });
});

it('classes are added one by one, and taken away', () => {
  const twice = plusMemory(all, all);
  expect(twice).toEqual({
    ...{ weights: 2, state: 20, activations: 200, gradients: 4, optimizer: 6, master: 8, saved: 2000 },
  });
  expect(plusMemory(twice, all, -2)).toEqual(noMemory);
});
