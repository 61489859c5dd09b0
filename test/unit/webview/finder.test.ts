import { describe, expect, it } from 'vitest';
import {
  finderColumns,
  finderCount,
  finderGroups,
  finderSortedBy,
  finderVerdict,
  ranked,
  rejectedRows,
} from '../../../webview/content/finder';
import {
  figureFields,
  figureText,
  noWish,
  phaseNote,
  priceText,
  rankParams,
  withFigure,
  withPrice,
  withPrices,
} from '../../../webview/content/finderWish';
import { rankingOf, rankItemOf } from './made';

const result = rankingOf({
  ranked: [
    rankItemOf('a', { place: { best: 1, worst: 2 }, seconds: 0.001, watts: 300 }),
    rankItemOf('b', { place: { best: 1, worst: 2 }, seconds: 0.002, watts: null, notes: 'quick' }),
    rankItemOf('c', { place: { best: 3, worst: 3 }, seconds: 0.004, watts: 25 }),
  ],
  best: ['a', 'b'],
});
const columns = finderColumns(noWish, result.choices);
const ids = (key: string, descending = false, filter = ''): string[] =>
  finderGroups(result, columns, { key, descending, filter }, []).flatMap(({ rows }) =>
    rows.map(({ id }) => id),
  );

describe('the table of the finder', () => {
  it('shows places with ties, times with ranges, and classes and places by their names', () => {
    const [tied] = finderGroups(result, columns, ranked, ['b', 'a']);
    const said = Object.fromEntries(columns.map(({ key }, at) => [key, tied!.rows[0]!.cells[at]!]));
    expect(said.place!.text).toBe('1–2');
    expect(said.latency).toEqual({ text: '1 ms', detail: '500 µs–2 ms' });
    expect([said.class!.text, said.where!.text]).toEqual(['Graphics', 'Somewhere, else']);
    expect(said.memory).toEqual({ text: '2 GB', detail: 'fits' });
    expect(said.watts!.text).toBe('300 W');
    expect(tied!.rows.map(({ chosen }) => chosen)).toEqual([1, 0]);
  });

  it('keeps apart those that cannot be told apart and those surely behind, in the order of the ranking alone', () => {
    const headings = (key: string, descending = false) =>
      finderGroups(result, columns, { key, descending, filter: '' }, []).map(({ heading, rows }) => [
        heading,
        rows.length,
      ]);
    expect(headings('place')).toEqual([
      ['Cannot be told apart as the best: 2', 2],
      ['Surely behind one of them: 1', 1],
    ]);
    expect(headings('place', true)).toEqual([[null, 3]]);
    expect(headings('watts')).toEqual([[null, 3]]);
    const one = { ...result, best: ['a'] };
    expect(finderGroups(one, columns, ranked, []).map(({ heading }) => heading)).toEqual([null]);
  });

  it('sorts by figures and words, what is unknown last either way', () => {
    expect(ids('watts')).toEqual(['c', 'a', 'b']);
    expect(ids('watts', true)).toEqual(['a', 'c', 'b']);
    expect(ids('latency', true)).toEqual(['c', 'b', 'a']);
    expect(ids('name', true)).toEqual(['c', 'b', 'a']);
    expect(ids('place', true)).toEqual(['c', 'b', 'a']);
    expect(ids('no such column')).toEqual(['a', 'b', 'c']);
    const watts = columns.find(({ key }) => key === 'watts')!;
    const up = finderSortedBy(ranked, watts);
    expect([up, finderSortedBy(up, watts).descending]).toEqual([
      { key: 'watts', descending: false, filter: '' },
      true,
    ]);
  });

  it('filters by each word', () => {
    expect(ids('place', false, 'graphics CHIP')).toEqual(['a', 'b', 'c']);
    expect(ids('place', false, 'chip quick')).toEqual(['b']);
    expect(ids('place', false, 'chip nowhere')).toEqual([]);
    const groups = finderGroups(result, columns, { ...ranked, filter: 'quick' }, []);
    expect(finderCount(groups, 3)).toBe('1 of 3 chips');
  });

  it('has columns for rates and prices where they are asked for', () => {
    const keys = (change: Partial<typeof noWish>) =>
      finderColumns({ ...noWish, ...change }, result.choices).map(({ key }) => key);
    expect(keys({})).not.toContain('throughput');
    expect(keys({ objective: 'throughput' })).toContain('throughput');
    expect(keys({ figures: { tokens: 5 } })).toContain('tokens');
    expect([keys({}).includes('price'), keys({ hasPrices: true }).includes('price')]).toEqual([false, true]);
  });

  it('says which is the best, or that several cannot be told apart', () => {
    expect(finderVerdict(result)).toMatch(/^2 chips cannot be told apart as the best: Chip a, Chip b\. /);
    expect(finderVerdict({ ...result, best: ['a'] })).toBe(
      "Chip a is surely the best: no other's range reaches it.",
    );
    expect(finderVerdict({ ranked: [], best: [] })).toMatch(/^No chip keeps all limits/);
    const many = [...'abcdefgh'].map((id) => rankItemOf(id));
    expect(finderVerdict({ ranked: many, best: many.map(({ id }) => id) })).toContain(
      'Chip a, Chip b, Chip c, Chip d, Chip e and 3 more',
    );
  });

  it('lists the rejected with the first limit that each breaks', () => {
    const rejected = [
      { id: 'k', name: 'Old', class: 'gpu', places: ['place'], reason: 'discontinued' },
      { id: 'l', name: 'Large', class: 'gpu', places: [], reason: 'Rated power: 25 W, limit 10 W (2.5×)' },
    ];
    expect(rejectedRows(rejected, result.choices, '').map(({ cells }) => cells)).toEqual([
      ['Old', 'Graphics', 'Somewhere', 'discontinued'],
      ['Large', 'Graphics', '', 'Rated power: 25 W, limit 10 W (2.5×)'],
    ]);
    expect(rejectedRows(rejected, result.choices, 'rated').map(({ id }) => id)).toEqual(['l']);
  });
});

describe('what is asked of chips', () => {
  const field = (name: string, hasPrices = false) =>
    figureFields({ hasPrices }).find(({ figure }) => figure === name)!;

  it('is written in units of people and asked in SI units', () => {
    const wish = withFigure(withFigure(noWish, field('latency'), '10'), field('memory'), ' 2.5 ');
    // 10 ms, 2.5 MB.
    expect(rankParams(wish).limits.figures).toEqual({ latency: 0.01, memory: 2.5e6 });
    expect(figureText(wish, field('latency'))).toBe('10');
    expect(figureText(withFigure(noWish, field('energy'), '0.3'), field('energy'))).toBe('0.3');
    expect(figureText(wish, field('watts'))).toBe('');
  });

  it.each(['', '0', '-3', 'ten', 'Infinity'])('%j limits nothing', (written) => {
    const wish = withFigure({ ...noWish, figures: { watts: 10 } }, field('watts'), written);
    expect(rankParams(wish).limits.figures).toEqual({});
  });

  it('asks for nothing at first but the time', () => {
    expect(rankParams(noWish)).toEqual({
      objective: 'latency',
      limits: { places: [], classes: [], countries: [], anyStatus: false, figures: {} },
      precisions: [],
      phase: null,
      prices: {},
    });
    const wish = { ...noWish, class: 'npu', country: 'KR', phase: 'decode', places: ['device'] };
    expect(rankParams(wish)).toMatchObject({
      limits: { classes: ['npu'], countries: ['KR'], places: ['device'] },
      phase: 'decode',
    });
  });

  it('has prices only while they are shown', () => {
    const priced = withPrice({ ...noWish, hasPrices: true }, 'a', '90');
    expect(rankParams(priced).prices).toEqual({ a: 90 });
    expect([priceText(priced, 'a'), priceText(priced, 'constructor')]).toEqual(['90', '']);
    expect(rankParams(withPrice(priced, 'a', '')).prices).toEqual({});
    expect(field('price')).toBeUndefined();
    const limited = withFigure({ ...priced, objective: 'price' }, field('price', true), '100');
    const without = withPrices(limited, false);
    expect([without.objective, without.figures, rankParams(without).prices]).toEqual(['latency', {}, {}]);
    // They come back with it.
    expect(rankParams(withPrices(without, true)).prices).toEqual({ a: 90 });
  });

  it('says where another phase is looked at', () => {
    expect(phaseNote(noWish, 'inference')).toBeNull();
    expect(phaseNote({ ...noWish, phase: 'inference' }, 'inference')).toBeNull();
    expect(phaseNote({ ...noWish, phase: 'decode' }, 'inference')).toBe(
      "Compared in the phase decode; the model's own stays inference.",
    );
  });
});
