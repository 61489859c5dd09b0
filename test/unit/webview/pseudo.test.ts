import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openPage, type Element, type Page } from './browser';
import { chipOf, memoryPointOf, measuredOf, pointOf, rankingOf, rankItemOf, rowOf, summaryOf } from './made';

/** English in letters of full width, so that what is written in ordinary letters came past the texts; places stay. */
function pseudo(texts: Readonly<Record<string, string>>): Record<string, string> {
  const wide = (text: string): string =>
    text.replace(/\{[^}]*\}|[A-Za-z]/g, (found) =>
      found.length > 1 ? found : String.fromCharCode(found.charCodeAt(0) + 0xfee0),
    );
  return Object.fromEntries(Object.entries(texts).map(([key, text]) => [key, wide(text)]));
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  for (const area of ['webview', 'totals', 'glossary'])
    vi.doMock(`../../../l10n/ko/${area}.json`, async () => {
      const { default: texts } = (await import(`../../../l10n/en/${area}.json`)) as {
        default: Record<string, string>;
      };
      return { default: pseudo(texts) };
    });
});
afterEach(() => {
  for (const area of ['webview', 'totals', 'glossary']) vi.doUnmock(`../../../l10n/ko/${area}.json`);
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

/** Everything that can be seen or is read out. */
function said(element: Element): string[] {
  const own = ['title', 'aria-label', 'placeholder', 'alt'].flatMap((name) => element.attributes[name] ?? []);
  return [
    ...own,
    ...element.children.flatMap((child) => (typeof child === 'string' ? [child] : said(child))),
  ];
}

/** Names that are the same in every language: of chips, nodes, operators, precisions, runtimes and files, made for these tests. */
const names =
  /Chip [ABab]\b|MatMul|eager|fp16|int8|\bbig\b|\blayer\b|\brun\b|\bOld\b|Graphics|Somewhere|\belse\b|quick|discontinued|\bh\.\d/g;
/** Numbers with their units. */
const quantities = /[\d.,]+\s?[A-Za-z%/²·]+/g;

/** What stands in ordinary letters and is neither a name nor a quantity. */
function plain(page: Page): string[] {
  const all = [...said(page.main()), ...said(page.banner())];
  const left = all.map((one) => one.replace(names, '').replace(quantities, ''));
  return [...new Set(left.filter((one) => /[A-Za-z]{2,}/.test(one)))].sort();
}

const chip = chipOf({
  points: [pointOf(3, 1000, 100, 10, 'compute'), pointOf(4, 50, 100, 10, 'memory')],
  kernels: 5,
  byOperator: [{ name: 'MatMul', seconds: 0.003, nodes: 2 }],
  byScope: [{ name: 'h.0', seconds: 0.002, nodes: 4, alike: { count: 2, names: ['h.0', 'h.1'] } }],
  byBound: [{ name: 'memory', seconds: 0.003, nodes: 2 }],
  costliest: [rowOf(5, { name: 'big', scope: 'layer' })],
  measured: measuredOf(),
  memory: { points: [memoryPointOf(3, 1e9), memoryPointOf(4, 5e8)] },
});
const summary = summaryOf({ chips: [chip, chipOf({ id: 'b', name: 'Chip B' })] });

it('the report says nothing past the texts of its language', async () => {
  const page = await openPage('report', undefined, 'ko');
  page.send({ type: 'summary', summary });
  expect(
    said(page.main())
      .join()
      .match(/[\uff21-\uff5a]/g)?.length,
  ).toBeGreaterThan(200);
  expect(plain(page)).toEqual([]);
});

it('the side panel does not', async () => {
  const page = await openPage('panel', undefined, 'ko');
  page.send({ type: 'summary', summary });
  expect(
    said(page.main())
      .join()
      .match(/[\uff21-\uff5a]/g)?.length,
  ).toBeGreaterThan(200);
  expect(plain(page)).toEqual([]);
});

it('the chip finder does not', async () => {
  const page = await openPage('finder', undefined, 'ko');
  page.send({ type: 'summary', summary });
  const { request } = page.posted.find((one) => one.type === 'rank')!;
  const rejected = [
    { id: 'k', name: 'Old', class: 'gpu', places: ['place'], reason: 'discontinued' },
  ] as never;
  page.send({
    type: 'ranking',
    request,
    result: rankingOf({
      ranked: [rankItemOf('a', { place: { best: 1, worst: 2 }, notes: 'quick' })],
      best: ['a'],
      rejected,
    }),
  });
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  expect(page.main().classed('ranking')).toHaveLength(1);
  expect(
    said(page.main())
      .join()
      .match(/[\uff21-\uff5a]/g)?.length,
  ).toBeGreaterThan(200);
  expect(plain(page)).toEqual([]);
});
