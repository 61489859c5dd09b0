import { describe, expect, it } from 'vitest';
import type { Scored } from '../../../accuracy/whole/estimate';
import type { Asked } from '../../../accuracy/whole/interpret';
import { scoreSplit, type Fit } from '../../../accuracy/whole/splits';

const chips = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const asked = chips.flatMap((chip, i) => [
  { chip, measured: i + 1 } as unknown as Asked,
  { chip, measured: 2 * (i + 1) } as unknown as Asked,
]);

describe('scores of what was left out', () => {
  it('come from constants that have not seen the chip', async () => {
    let seen: readonly string[] | null = null;
    const fit: Fit = {
      name: 'toy',
      install: (figures) => {
        seen = figures.map(({ chip }) => chip);
        return Promise.resolve(() => (seen = null));
      },
    };
    const visible: string[] = [];
    const results = await scoreSplit(
      asked,
      ({ chip }) => chip,
      (list) => {
        for (const { chip } of list) {
          expect(seen).not.toContain(chip);
          // All others but those of its own fifth are there.
          expect(seen!.length).toBe(asked.length - list.length);
          visible.push(chip);
        }
        return Promise.resolve(list.map((one) => ({ asked: one }) as unknown as Scored));
      },
      [fit],
    );
    expect(results).toHaveLength(asked.length);
    expect([...new Set(visible)].sort()).toEqual(chips);
    // The shipped constants are back.
    expect(seen).toBeNull();
  });
});
