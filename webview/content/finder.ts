import type { RankItem, RankResult, RejectedItem } from '../../server/protocol';
import { show, text, word } from '../text';
import type { Wish } from './finderWish';
import { termed, type Heading } from './terms';

interface FinderCell {
  readonly text: string;
  /** A second line, such as a range. */
  readonly detail?: string;
}

/** What a column is sorted by; null comes last whichever way. */
type Rank = number | string | null;
type Ranged = NonNullable<RankItem['figures']['latency']>;

export interface FinderColumn extends Heading {
  readonly key: string;
  readonly numeric: boolean;
  readonly cell: (item: RankItem) => FinderCell;
  readonly rank: (item: RankItem) => Rank;
}

/** Names of classes and places, as the server says them. */
type Choices = RankResult['choices'];

/** In what order, and which of the chips are shown. */
export interface FinderOrder {
  readonly key: string;
  readonly descending: boolean;
  readonly filter: string;
}

/** The order of the ranking. */
export const ranked: FinderOrder = { key: 'place', descending: false, filter: '' };

const words = (list: readonly string[]): string => list.join(', ');

/** Columns of figures: how they are written, and whether they have a range. */
const figureColumns = {
  latency: { write: show.seconds, hasRange: true },
  energy: { write: show.joules, hasRange: true },
  throughput: { write: show.decimal, hasRange: true },
  tokens: { write: show.decimal, hasRange: true },
  watts: { write: show.watts, hasRange: false },
  memory: { write: show.bytes, hasRange: false },
  price: { write: show.decimal, hasRange: false },
} as const;
type Figure = keyof typeof figureColumns;
type PlainColumn = 'place' | 'name' | 'class' | 'where' | 'precision' | 'basis' | 'pareto' | 'notes';

/** The columns for what is asked: rates and prices where they are asked for. */
export function finderColumns(wish: Wish, choices: Choices): FinderColumn[] {
  const isAsked = (name: Figure): boolean => wish.objective === name || wish.figures[name] !== undefined;
  const figures: Figure[] = ['latency', 'energy'];
  for (const name of ['throughput', 'tokens'] as const) if (isAsked(name)) figures.push(name);
  figures.push('watts', 'memory');
  if (wish.hasPrices) figures.push('price');
  return [
    {
      ...plain('place', ({ place }) =>
        place.best === place.worst ? String(place.best) : `${place.best}–${place.worst}`,
      ),
      numeric: true,
      rank: () => null,
    },
    plain('name', ({ name }) => name),
    plain('class', ({ class: id }) => nameIn(choices.classes, id)),
    plain('where', ({ places }) => words(places.map((id) => nameIn(choices.places, id)))),
    ...figures.map(figureColumn),
    plain('precision', ({ precision }) => precision),
    plain('basis', ({ basis }) => word('webview.basis', basis ?? 'unknown')),
    plain('pareto', ({ isPareto }) =>
      isPareto === null
        ? text('webview.unknown')
        : text(isPareto ? 'webview.finder.yes' : 'webview.finder.no'),
    ),
    plain('notes', ({ notes }) => notes),
  ];
}

function plain(key: PlainColumn, say: (item: RankItem) => string): FinderColumn {
  return {
    key,
    ...termed(`webview.finder.column.${key}`),
    numeric: false,
    cell: (item) => ({ text: say(item) }),
    rank: say,
  };
}

function figureColumn(name: Figure): FinderColumn {
  const { write, hasRange } = figureColumns[name];
  const of = ({ figures }: RankItem): Ranged | null => figures[name];
  return {
    key: name,
    ...termed(`webview.finder.column.${name}`),
    numeric: true,
    cell: (item) => {
      const figure = of(item);
      const said = write(figure?.value);
      if (name === 'memory') return { text: said, detail: fitText(item) };
      return figure && hasRange
        ? { text: said, detail: `${write(figure.low)}–${write(figure.high)}` }
        : { text: said };
    },
    rank: (item) => of(item)?.value ?? null,
  };
}

function fitText({ fits }: RankItem): string {
  return fits === null ? text('webview.unknown') : text(fits ? 'webview.fits.yes' : 'webview.fits.no');
}

function nameIn(choices: Choices['places'], id: string): string {
  return choices.find((one) => one.id === id)?.name ?? id;
}

/** A chip in the table. */
export interface FinderRow {
  readonly id: string;
  readonly name: string;
  /** Nobody can say that another is better. */
  readonly isTied: boolean;
  /** Its place among the chosen chips, from 0; -1: it is none. */
  readonly chosen: number;
  readonly cells: readonly FinderCell[];
}

/** Rows under a heading; without one where they stand in another order than that of the ranking. */
export interface FinderGroup {
  readonly heading: string | null;
  readonly rows: readonly FinderRow[];
}

/** The ranking as it is sorted and filtered: those that cannot be told apart from the best stand together. */
export function finderGroups(
  { ranked: items, best }: Pick<RankResult, 'ranked' | 'best'>,
  columns: readonly FinderColumn[],
  order: FinderOrder,
  chosen: readonly string[],
): FinderGroup[] {
  const tied = new Set(best);
  const rows = sorted(items, columns, order)
    .map((item): FinderRow => {
      const { id, name } = item;
      const cells = columns.map((column) => column.cell(item));
      return { id, name, isTied: tied.has(id), chosen: chosen.indexOf(id), cells };
    })
    .filter(({ id, cells }) => isFound([id, ...cells.map((cell) => cell.text)], order.filter));
  if (order.key !== 'place' || order.descending || best.length < 2) return [{ heading: null, rows }];
  const groups = [
    { key: 'groupTied', rows: rows.filter(({ isTied }) => isTied) },
    { key: 'groupBehind', rows: rows.filter(({ isTied }) => !isTied) },
  ] as const;
  return groups
    .filter((group) => group.rows.length > 0)
    .map((group) => {
      return { heading: text(`webview.finder.${group.key}`, { count: group.rows.length }), rows: group.rows };
    });
}

function sorted(
  items: readonly RankItem[],
  columns: readonly FinderColumn[],
  { key, descending }: FinderOrder,
): readonly RankItem[] {
  const column = columns.find((one) => one.key === key);
  if (!column || key === 'place') return descending ? [...items].reverse() : items;
  return [...items].sort((a, b) => compared(column.rank(a), column.rank(b), descending ? -1 : 1));
}

function compared(a: Rank, b: Rank, direction: 1 | -1): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return (a - b) * direction;
  return String(a).localeCompare(String(b)) * direction;
}

/** Whether texts have each word of a filter. */
function isFound(texts: readonly string[], filter: string): boolean {
  const all = texts.join(' ').toLowerCase();
  return filter
    .toLowerCase()
    .split(/\s+/)
    .every((one) => all.includes(one));
}

/** The order after a press on a column's header. */
export function finderSortedBy(order: FinderOrder, { key }: FinderColumn): FinderOrder {
  return { ...order, key, descending: key === order.key && !order.descending };
}

/** The rejected that the filter leaves: chip, class, place, and the first limit that it breaks. */
export function rejectedRows(
  rejected: readonly RejectedItem[],
  choices: Choices,
  filter: string,
): { readonly id: string; readonly cells: readonly string[] }[] {
  return rejected
    .map(({ id, name, class: ofClass, places, reason }) => {
      const where = words(places.map((place) => nameIn(choices.places, place)));
      return { id, cells: [name, nameIn(choices.classes, ofClass), where, reason] };
    })
    .filter(({ id, cells }) => isFound([id, ...cells], filter));
}

/** Chips that the verdict names; the others are counted. */
const namedChips = 5;

/** What the ranking says in a sentence: which is best, or that several cannot be told apart. */
export function finderVerdict({ ranked: items, best }: Pick<RankResult, 'ranked' | 'best'>): string {
  if (items.length === 0) return text('webview.finder.none');
  const names = items.filter(({ id }) => best.includes(id)).map(({ name }) => name);
  if (names.length === 1) return text('webview.finder.best', { chip: names[0]! });
  const named = words(names.slice(0, namedChips));
  const more = names.length - namedChips;
  const chips = more > 0 ? text('webview.finder.andMore', { chips: named, count: more }) : named;
  return text('webview.finder.tied', { count: names.length, chips });
}

/** How many chips are shown. */
export function finderCount(groups: readonly FinderGroup[], all: number): string {
  return text('webview.finder.count', { shown: groups.reduce((sum, { rows }) => sum + rows.length, 0), all });
}
