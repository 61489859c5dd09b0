import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FromWebview, RankResult } from '../../../server/protocol';
import { openPage, type Element, type Page } from './browser';
import { chipOf, rankingOf, rankItemOf, summaryOf } from './made';

afterEach(() => vi.unstubAllGlobals());

const summary = summaryOf({ chips: [chipOf({ id: 'b', name: 'Chip b' })] });
const ranking = rankingOf({
  ranked: [
    rankItemOf('a', { place: { best: 1, worst: 2 }, notes: 'quick' }),
    rankItemOf('b', { place: { best: 1, worst: 2 }, seconds: 0.002 }),
  ],
  best: ['a', 'b'],
  rejected: [{ id: 'k', name: 'Old', class: 'gpu', places: ['place'], reason: 'discontinued' }],
});
type Asked = Extract<FromWebview, { type: 'rank' }>;
const asked = (page: Page): Asked[] => page.posted.filter((one): one is Asked => one.type === 'rank');
const settled = () => new Promise<void>((done) => setTimeout(done));

async function answer(page: Page, result: RankResult = ranking): Promise<void> {
  page.send({ type: 'ranking', request: asked(page).at(-1)!.request, result });
  await settled();
}
async function opened(before?: object, language?: string): Promise<Page> {
  const page = await openPage('finder', before, language);
  page.send({ type: 'summary', summary });
  return page;
}
const rows = (page: Page): Element[] =>
  page
    .main()
    .classed('ranking')[0]!
    .tagged('tr')
    .filter((row) => 'data-chip' in row.attributes);
const field = (page: Page, id: string): Element => page.main().byId(`finder-${id}`);
const write = (one: Element, value: string, event: 'input' | 'change' = 'input'): void => {
  one.value = value;
  one.happens(event);
};

describe('the page that finds a chip', () => {
  it('asks at once, and shows the ranking when it comes', async () => {
    const page = await opened();
    expect(asked(page).map(({ params }) => params.objective)).toEqual(['latency']);
    expect(page.main().classed('verdict')[0]!.textContent).toBe('Ranking the chips…');
    await answer(page);
    expect(rows(page).map((row) => row.attributes['data-chip'])).toEqual(['a', 'b']);
    expect(page.main().classed('verdict')[0]!.textContent).toMatch(/^2 chips cannot be told apart/);
    expect(page.main().classed('tied')).toHaveLength(2);
    expect(page.main().byId('why-not').textContent).toContain('OldGraphicsSomewherediscontinued');
    // The one that is chosen bears a mark that is no colour.
    expect(rows(page).map((row) => row.classed('mark').map((one) => one.attributes['aria-label']))).toEqual([
      [],
      ['the first of your chips'],
    ]);
  });

  it('asks anew when a limit changes, one question at a time, and remembers it', async () => {
    const page = await opened();
    await answer(page);
    write(field(page, 'most-watts'), '1');
    write(field(page, 'most-watts'), '10');
    write(field(page, 'objective'), 'energy', 'change');
    expect(asked(page)).toHaveLength(2);
    await answer(page);
    // What changed while the server was at it is asked together.
    expect(asked(page)).toHaveLength(3);
    expect(asked(page)[2]!.params).toMatchObject({ objective: 'energy', limits: { figures: { watts: 10 } } });
    await answer(page);
    expect(asked(page)).toHaveLength(3);
    expect(page.remembered()).toMatchObject({ wish: { objective: 'energy', figures: { watts: 10 } } });
  });

  it('takes several places and precisions', async () => {
    const page = await opened();
    await answer(page);
    for (const id of ['place', 'precisions']) {
      const [first, second] = field(page, id).tagged('input');
      for (const box of [first!, second!]) {
        box.checked = true;
        box.happens('change');
      }
      first!.checked = false;
      first!.happens('change');
    }
    await answer(page);
    expect(asked(page).at(-1)!.params).toMatchObject({ limits: { places: ['else'] }, precisions: ['fp16'] });
  });

  it('makes a chip the first by a press', async () => {
    const page = await opened();
    await answer(page);
    page.main().press('Chip a');
    expect(page.posted.at(-1)).toEqual({ type: 'useChip', chip: 'a' });
    // The answer before stands until the next one is there.
    page.send({ type: 'summary', summary: { ...summary, revision: 8, chips: [chipOf({ id: 'a' })] } });
    expect(rows(page)[0]!.classed('mark')[0]!.textContent).toBe('★');
  });

  it('sorts by a press on a header and filters both lists', async () => {
    const page = await opened();
    await answer(page);
    const times = (): string[] =>
      page
        .main()
        .tagged('th')
        .map((one) => one.attributes['aria-sort']!);
    page.main().press('Time');
    page.main().press('Time ▲');
    expect(rows(page).map((row) => row.attributes['data-chip'])).toEqual(['b', 'a']);
    expect(times().filter((sort) => sort === 'descending')).toHaveLength(1);
    const [filter] = page.main().all((one) => one.attributes.type === 'search');
    write(filter!, 'quick');
    expect(rows(page).map((row) => row.attributes['data-chip'])).toEqual(['a']);
    expect(page.main().byId('why-not').tagged('td')).toEqual([]);
    expect(asked(page)).toHaveLength(1);
    expect(page.remembered()).toMatchObject({
      finder: { key: 'latency', descending: true, filter: 'quick' },
    });
  });

  it('takes prices in both lists', async () => {
    const page = await opened({ wish: { hasPrices: true, prices: { b: 7 } } });
    expect(asked(page)[0]!.params.prices).toEqual({ b: 7 });
    await answer(page);
    const prices = page.main().all((one) => (one.attributes['aria-label'] ?? '').startsWith('Price of'));
    expect(prices.map((one) => [one.attributes['aria-label'], one.value])).toEqual([
      ['Price of Chip a', ''],
      ['Price of Chip b', '7'],
      ['Price of Old', ''],
    ]);
    write(prices[2]!, '5', 'change');
    expect(asked(page)[1]!.params.prices).toEqual({ b: 7, k: 5 });
    expect(field(page, 'objective').textContent).toContain('price');
  });

  it('says what failed, and shows what it knew', async () => {
    const page = await opened();
    await answer(page);
    write(field(page, 'most-watts'), '1');
    page.send({ type: 'failed', request: asked(page)[1]!.request, message: 'No more.' });
    await settled();
    expect(page.main().classed('verdict')[0]!.textContent).toBe('The chips could not be ranked: No more.');
    expect(rows(page)).toHaveLength(2);
  });

  it('speaks Korean, countries too', async () => {
    const page = await opened(undefined, 'ko');
    await answer(page);
    expect(field(page, 'country').textContent).toBe('모두대한민국미국');
    expect(page.main().classed('verdict')[0]!.textContent).toContain('구별할 수 없습니다: Chip a, Chip b.');
  });
});
