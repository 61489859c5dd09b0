import { describe, expect, it } from 'vitest';
import type { Inference, InferredValue } from '../../../server/engine/inference/types';
import { Lifetimes, type HeldBuffers } from '../../../server/engine/memory/training/lifetimes';
import type { Passes, Stretch } from '../../../server/engine/memory/training/passes';
import { chainOf, pass, passesOver } from './passes';

/** What is held where value `id` has 10 to the power of `id` bytes; `constants` are none of it. */
function heldOf(
  graph: Passes,
  {
    stretches = [],
    constants = [],
    unknown = -1,
  }: { stretches?: Stretch[]; constants?: number[]; unknown?: number } = {},
): HeldBuffers {
  const values = Array.from(graph.buffers, (id) => ({
    isConstant: constants.includes(id),
    type: { kind: 'tensor', dtype: 'float', shape: [2, 3] },
  })) as unknown as InferredValue[];
  const sizeOf = (id: number): number | null => (id === unknown ? null : 10 ** id);
  return new Lifetimes({ values } as unknown as Inference, graph, stretches, sizeOf).all();
}

/** Each buffer as `kind bytes from-to`, in order of the bytes. */
function told({ held }: HeldBuffers): string[] {
  return [...held]
    .sort((a, b) => a.bytes - b.bytes || a.from - b.from)
    .map(({ kind, bytes, from, to }) => `${kind} ${bytes} ${from}-${to}`);
}

// Three passes go forward at 0, 1, 2 and back at 3, 4, 5.
describe('lifetimes in a training step', () => {
  it('of what is given, kept, and only passed on', () => {
    const keeps = [[0], [2], [2]];
    const held = heldOf(chainOf(['A', 'B', 'C'], (at) => ({ keeps: keeps[at]! })));
    expect(told(held)).toEqual([
      // Given, and kept by the first pass, which goes back last.
      'saved 1 0-5',
      // Read by the second pass alone; its gradient comes from that one's way back and goes into the first one's.
      'other 10 0-1',
      'other 10 4-5',
      // Made by the second pass and kept by it and the third: until the second goes back.
      'saved 100 1-4',
      'other 100 3-4',
      // The result: there until the way forward ends, its gradient when the way back begins.
      'other 1000 2-2',
      'other 1000 3-3',
    ]);
    expect(held).toMatchObject({ isWhole: true, savedBytes: 101, statisticsBytes: 0 });
  });

  it('of what nobody keeps and of what has no gradient', () => {
    const graph = passesOver([pass([0], [1]), pass([1], [2])], 3, () => false);
    // What is given stays for all four moments, results until the second.
    expect(told(heldOf(graph))).toEqual(['other 1 0-3', 'other 10 0-1', 'other 100 1-1']);
    expect(told(heldOf(graph, { constants: [0] }))).toEqual(['other 10 0-1', 'other 100 1-1']);
  });

  it('of passes that run several times: what they keep is there once for each run', () => {
    const more = { repeat: 3, keeps: [2], masks: 7, statistics: 5 };
    const held = heldOf(chainOf(['A', 'B', 'C'], (at) => (at === 1 ? more : {})));
    // 3 × 100, and 3 × (7 + 5) beside it.
    expect(told(held)).toContain('saved 300 1-4');
    expect(told(held)).toContain('saved 36 1-4');
    expect(held).toMatchObject({ savedBytes: 336, statisticsBytes: 15, isWhole: true });
  });

  it('of x · A beside a product: as many elements as said, each as large as those of x', () => {
    // The value has 2 × 3 elements in 10 bytes.
    const adapter = { weight: 0, input: 1, elements: 8, kept: 12, share: 0.5, dims: [] };
    const held = heldOf(chainOf(['A', 'B'], (at) => (at === 1 ? { adapter } : {})));
    expect(held.savedBytes).toBeCloseTo((12 * 10) / 6, 9);
  });

  it('are not all known where a size or a number of runs is not', () => {
    expect(heldOf(chainOf(['A', 'B']), { unknown: 1 }).isWhole).toBe(false);
    for (const more of [{ masks: null }, { statistics: null }, { repeat: null }, { isUnknown: true }])
      expect(heldOf(chainOf(['A', 'B'], () => more)).isWhole).toBe(false);
  });
});

// Four passes, of which 1 and 2 run again: forward at 0 to 3, back at 4 to 7; both are made again from 5 on.
describe('lifetimes where passes run twice', () => {
  const stretches = [{ from: 1, to: 2 }];
  const all = (at: number) => ({ keeps: [at] });

  it('what comes in from outside stays, what is inside is made again, what goes out is kept by its reader', () => {
    const held = heldOf(chainOf(['A', 'B', 'C', 'D'], all), { stretches });
    expect(told(held).filter((line) => line.startsWith('saved'))).toEqual([
      'saved 1 0-7',
      'saved 10 0-6',
      // Inside: there from the moment at which the stretch runs again to the way back of its reader.
      'saved 100 5-5',
      'saved 1000 2-4',
    ]);
    expect(told(held)).toContain('other 100 1-2');
    // What is made again is none of what the way forward leaves.
    expect(held.savedBytes).toBe(1011);
  });

  it('what comes in is there for the run again also where nobody keeps it', () => {
    const held = heldOf(chainOf(['A', 'B', 'C', 'D']), { stretches });
    // Pass 1, which reads it, goes back at 6.
    expect(told(held).filter((line) => line.startsWith('saved'))).toEqual(['saved 10 0-6']);
  });

  it('what two passes of a stretch read from outside stays until the first of them goes back', () => {
    const passes = [pass([0], [1]), pass([1], [2]), pass([1, 2], [3]), pass([3], [4])];
    const held = heldOf(
      passesOver(passes, 5, () => false),
      { stretches },
    );
    expect(told(held)).toContain('saved 10 0-6');
  });

  it('what a pass makes and keeps itself is there until it goes back', () => {
    const held = heldOf(
      chainOf(['A', 'B', 'C', 'D'], (at) => ({ keeps: [at + 1] })),
      { stretches },
    );
    const saved = told(held).filter((line) => line.startsWith('saved'));
    // Of pass 1: from 5 to its own way back at 6; of pass 2 from 5 to 5.
    expect(saved).toContain('saved 100 5-6');
    expect(saved).toContain('saved 1000 5-5');
  });

  it('masks are made again too', () => {
    const held = heldOf(
      chainOf(['A', 'B', 'C', 'D'], (at) => (at === 1 || at === 3 ? { masks: 7 } : {})),
      { stretches },
    );
    // Of pass 1 from the run again on; of pass 3, which runs once, from the way forward on.
    expect(told(held)).toContain('saved 7 5-6');
    expect(told(held)).toContain('saved 7 3-4');
    expect(held.savedBytes).toBe(7 + 10);
  });
});
