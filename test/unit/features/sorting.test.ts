import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runThrough } from '../../../server/engine/scheduler';
import { sorted } from '../../../server/features/sorting';

it('sorts as the language does, equal ones in their order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 50 }), (seeds) => {
      // Runs are 2,048 long: several of them, the last one cut.
      const items = seeds.flatMap((seed, i) =>
        Array.from({ length: 137 }, (_, j) => [(seed * (j + 1)) % 53, i * 137 + j]),
      );
      const compare = (a: number[], b: number[]): number => a[0]! - b[0]!;
      expect(runThrough(sorted(items, compare))).toEqual([...items].sort(compare));
    }),
    { numRuns: 50 },
  );
});
