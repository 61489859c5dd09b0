import { describe, expect, it } from 'vitest';
import type { Chain } from '../../../server/engine/blocks/chain';
import { repeatsOf, type Beginning } from '../../../server/engine/blocks/repeats';
import { runThrough } from '../../../server/engine/scheduler';

/**
 * A chain of kinds by letter, each place of which reads the one before unless `reads` says otherwise (-1: what no place made). What
 * stands at `products` is a product.
 */
function chainOf(
  letters: string,
  { reads = {}, products = 'A' }: { reads?: Record<number, number[]>; products?: string } = {},
): Chain {
  const places = [...letters];
  const makers = places.map((_, place) => reads[place] ?? [place - 1]);
  const starts = [0];
  for (const list of makers) starts.push(starts.at(-1)! + list.length);
  const before = [0];
  for (const letter of places) before.push(before.at(-1)! + (products.includes(letter) ? 1 : 0));
  return {
    steps: Int32Array.from(places.keys()),
    kinds: Int32Array.from(places, (letter) => letter.charCodeAt(0)),
    makers: Int32Array.from(makers.flat()),
    starts: Int32Array.from(starts),
    open: new Int32Array(places.length + 1),
    products: Int32Array.from(before),
    aside: 0,
  };
}

/** Each run as `first: length × count`. */
function runs(chain: Chain, beginning: Beginning = () => 0): string[] {
  return runThrough(repeatsOf(chain, beginning)).map(
    ({ first, length, count }) => `${first}: ${length} × ${count}`,
  );
}

describe('equal stretches of a chain', () => {
  it('follow each other, with the shortest length of those that cover as much', () => {
    expect(runs(chainOf('ABABAB'))).toEqual(['0: 2 × 3']);
    expect(runs(chainOf('XAAAAY'))).toEqual(['1: 1 × 4']);
    expect(runs(chainOf('XABCDEFG'))).toEqual([]);
    expect(runs(chainOf(`X${'ABCDEFGHIJ'.repeat(3)}Y`))).toEqual(['1: 10 × 3']);
  });

  it('are found on both sides of the one that covers the most', () => {
    expect(runs(chainOf('CDCDXABABABYEFEFEF', { products: 'ACE' }))).toEqual([
      '0: 2 × 2',
      '5: 2 × 3',
      '12: 2 × 3',
    ]);
  });

  it('begin where a block would, else as late as can be', () => {
    // Five places: ABAB and a left A, or BABA behind the first.
    expect(runs(chainOf('ABABA'), (place) => (place % 2 === 0 ? 1 : 0))).toEqual(['0: 2 × 2']);
    expect(runs(chainOf('ABABA'), (place) => (place % 2 === 1 ? 1 : 0))).toEqual(['1: 2 × 2']);
    expect(runs(chainOf('ABABA'))).toEqual(['1: 2 × 2']);
  });

  it('have a product each', () => {
    expect(runs(chainOf('BCBCBC'))).toEqual([]);
    expect(runs(chainOf('BCBCBC', { products: 'C' }))).toEqual(['0: 2 × 3']);
  });

  it('read something of the one before: branches are no layers', () => {
    // Both read X and nothing of each other.
    expect(runs(chainOf('XABAB', { reads: { 1: [0], 3: [0] } }))).toEqual([]);
    // The second also reads what the first made.
    expect(runs(chainOf('XABAB', { reads: { 1: [0, 0], 3: [0, 2] } }))).toEqual(['1: 2 × 2']);
  });

  it('read the same places of themselves', () => {
    // Three of three places, each of which reads the one before and, in the last place, the first of its own.
    const own = { 2: [1, 0], 5: [4, 3], 8: [7, 6] };
    expect(runs(chainOf('ABCABCABC', { reads: own }))).toEqual(['0: 3 × 3']);
    // In the third the last place reads the second of its own twice: only the first two are equal.
    expect(runs(chainOf('ABCABCABC', { reads: { ...own, 8: [7, 7] } }))).toEqual(['0: 3 × 2']);
    // Or one value more.
    expect(runs(chainOf('ABCABCABC', { reads: { ...own, 8: [7, 6, 6] } }))).toEqual(['0: 3 × 2']);
    // Or what the one before made, where the others read their own.
    expect(runs(chainOf('ABCABCABC', { reads: { ...own, 8: [7, 3] } }))).toEqual(['0: 3 × 2']);
  });

  it('are the longest part of a run in which they are equal', () => {
    // The second of five differs from the first: four are left behind it.
    const reads = { 1: [0, 0], 3: [2, -1], 5: [4, -1], 7: [6, -1], 9: [8, -1] };
    expect(runs(chainOf('ABABABABAB', { reads }))).toEqual(['2: 2 × 4']);
  });
});
