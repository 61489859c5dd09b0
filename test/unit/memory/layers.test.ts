import { describe, expect, it } from 'vitest';
import { layersOf } from '../../../server/engine/memory/training/layers';
import type { Passes } from '../../../server/engine/memory/training/passes';
import { runThrough } from '../../../server/engine/scheduler';
import { chainOf, pass, passesOver } from './passes';

/** The stretches as `first-last`. */
function layers(graph: Passes): string[] {
  return runThrough(layersOf(graph)).map(({ from, to }) => `${from}-${to}`);
}

const letters = (text: string): Passes => chainOf([...text]);

describe('layers that run twice', () => {
  it('are what repeats, with the shortest period', () => {
    expect(layers(letters('ABABAB'))).toEqual(['0-1', '2-3', '4-5']);
    expect(layers(letters('AAAA'))).toEqual(['0-0', '1-1', '2-2', '3-3']);
    // Two whole periods of three, and the beginning of a third one.
    expect(layers(letters('XABCABCA'))).toEqual(['1-3', '4-6']);
  });

  it('are the longest of several stretches that repeat', () => {
    expect(layers(letters('AABCBCBC'))).toEqual(['2-3', '4-5', '6-7']);
    expect(layers(letters('BCBCBCAA'))).toEqual(['0-1', '2-3', '4-5']);
  });

  it('cover half of the model at the least, else it is √n stretches of equal length', () => {
    // Four of eight passes are half.
    expect(layers(letters('AAAABCDE'))).toEqual(['0-0', '1-1', '2-2', '3-3']);
    // Four of nine are less: √9 stretches of three.
    expect(layers(letters('AAAABCDEF'))).toEqual(['0-2', '3-5', '6-8']);
    expect(layers(letters('ABCDEFGHI'))).toEqual(['0-2', '3-5', '6-8']);
    // √10 is nearest to 3: 10 × 1/3 and 10 × 2/3 rounded down are 3 and 6.
    expect(layers(letters('ABCDEFGHIJ'))).toEqual(['0-2', '3-5', '6-9']);
  });

  it('have at most twelve stretches each', () => {
    expect(layers(letters('ABCDEFGHIJKL'.repeat(2)))).toEqual(['0-11', '12-23']);
    // Thirteen are none: √26 is nearest to 5.
    expect(layers(letters('ABCDEFGHIJKLM'.repeat(2)))).toHaveLength(5);
  });

  it('end where one value alone goes on', () => {
    // Each block adds its input to what it makes of it: x -> A -> B -> Add(x, ·), three times.
    const passes = [0, 1, 2].flatMap((block) => {
      const x = 3 * block;
      return [
        pass([x], [x + 1], { operator: 'A' }),
        pass([x + 1], [x + 2], { operator: 'B' }),
        pass([x, x + 2], [x + 3], { operator: 'Add' }),
      ];
    });
    // The first block's input has no gradient: one value that has one goes on behind each of its passes, three stretches.
    // What repeats is [A B Add] from the second block on, six of nine passes.
    expect(layers(passesOver(passes, 10, (id) => id > 0))).toEqual(['3-5', '6-8']);
    // Where it has one, as behind a layer that is trained, a pass before them makes it.
    const before = [pass([10], [0], { operator: 'Stem' }), ...passes];
    expect(layers(passesOver(before, 11, (id) => id < 10))).toEqual(['1-3', '4-6', '7-9']);
  });

  it('are cut by values with a gradient alone', () => {
    // A mask is made first and read by each pass.
    const passes = [pass([0], [1]), ...[2, 3, 4, 5].map((id) => pass([1, id === 2 ? 0 : id - 1], [id]))];
    // Without its gradient the first two are one stretch, and the three behind them one each, which repeat.
    expect(layers(passesOver(passes, 6, (id) => id > 1))).toEqual(['2-2', '3-3', '4-4']);
    // With it nothing ends between the first and the last: of two stretches that differ √2 is nearest to 1.
    expect(layers(passesOver(passes, 6, (id) => id > 0))).toEqual(['0-4']);
  });
});
