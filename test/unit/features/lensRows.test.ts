import { describe, expect, it } from 'vitest';
import { joined, placed } from '../../../server/features/lensRows';
import type { Listing } from '../../../server/workspace/analysis';

const text = (columns: number, letter = 'a'): string => letter.repeat(columns);

describe('texts that share lenses', () => {
  it('stand in one as long as a hundred columns have room, with two between', () => {
    // 49 + 2 + 49 are 100.
    expect(joined([text(49), text(49, 'b')])).toEqual([`${text(49)}, ${text(49, 'b')}`]);
    expect(joined([text(49), text(50, 'b')])).toEqual([text(49), text(50, 'b')]);
    expect(joined([])).toEqual([]);
  });

  it('begin anew behind one that is full', () => {
    // 60 and 60 do not share one; the second and 38 do.
    expect(joined([text(60), text(60, 'b'), text(38, 'c'), 'd'])).toEqual([
      text(60),
      `${text(60, 'b')}, ${text(38, 'c')}`,
      'd',
    ]);
    expect(joined([text(300), 'b'])).toEqual([text(300), 'b']);
  });

  it('are measured in columns, of which a Korean letter takes two', () => {
    expect(joined([text(49, '가'), ''])).toEqual([`${text(49, '가')}, `]);
    expect(joined([text(49, '가'), 'b'])).toEqual([text(49, '가'), 'b']);
  });
});

describe('rows of lenses', () => {
  /** A listing of so many lines, of which the weights stand on some, one line behind their bracket. */
  function listing(
    lineCount: number,
    weights: readonly [first: number, last: number] | null = null,
  ): Listing {
    const at = (line: number) => ({ range: { start: { line }, end: { line } } });
    const initializers = weights ? [at(weights[0]), at(weights[1])] : [];
    return {
      lineCount,
      positions: { scopes: [{ inputs: [], outputs: [], initializers }] },
    } as unknown as Listing;
  }
  const command = (title: string) => ({ title, command: 'x' });
  const rows = (groups: readonly (readonly string[])[], of: Listing) =>
    placed(
      groups.map((group) => group.map(command)),
      of,
    ).map(({ range, command: one }) => [range.start.line, one!.title]);

  it('begin at the second line, a group in each, and go on in the next where they are too wide', () => {
    expect(rows([['a', 'b'], ['c']], listing(10))).toEqual([
      [1, 'a'],
      [1, 'b'],
      [2, 'c'],
    ]);
    // 48 + 3 + 49 are 100 columns.
    expect(rows([[text(48), text(49)], ['c']], listing(10)).map(([line]) => line)).toEqual([1, 1, 2]);
    expect(rows([[text(49), text(49)], ['c']], listing(10)).map(([line]) => line)).toEqual([1, 2, 3]);
  });

  it('stand over no line that is folded when the file opens', () => {
    // Weights on lines 3 to 5 fold to the bracket on line 2: 3, 4 and 5 are out of sight.
    const groups = [['a'], ['b'], ['c'], ['d']];
    expect(rows(groups, listing(10, [3, 5])).map(([line]) => line)).toEqual([1, 2, 6, 7]);
  });

  it('all stand over the last line of a shorter text', () => {
    expect(rows([['a'], ['b'], ['c']], listing(3)).map(([line]) => line)).toEqual([1, 2, 2]);
    expect(rows([['a']], listing(1))).toEqual([[0, 'a']]);
    expect(rows([[]], listing(9))).toEqual([]);
  });
});
