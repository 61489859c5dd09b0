// Scores of groups of figures, with what was left out beside them.
import { isScored, sourceOf, type Scored } from './estimate';
import type { Excluded, Reason } from './interpret';
import { textOf } from './published';
import {
  clusteredShare,
  isInside,
  median,
  orderOf,
  scoresOf,
  spearman,
  type Order,
  type Scores,
} from './statistics';

type Result = Scored | Excluded;

/** The scores of one group; null where no row has one. */
export interface Group {
  readonly name: string;
  readonly chips: number;
  readonly excluded: number;
  readonly scores: Scores | null;
  /** Of the share inside, over chips; null: one chip tells nothing of others. */
  readonly insideRange: readonly [number, number] | null;
}

const groupBy = <T>(list: readonly T[], key: (item: T) => string): Map<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const item of list) {
    const of = groups.get(key(item));
    if (of) of.push(item);
    else groups.set(key(item), [item]);
  }
  return groups;
};

export function groupOf(name: string, results: readonly Result[]): Group {
  const scored = results.filter(isScored);
  const chips = [...groupBy(scored, ({ asked }) => asked.chip).values()];
  const clusters = chips.map((rows) => ({ rows: rows.length, hits: rows.filter(isInside).length }));
  return {
    name,
    chips: chips.length,
    excluded: results.length - scored.length,
    scores: scored.length === 0 ? null : scoresOf(scored),
    insideRange: clusteredShare(clusters),
  };
}

/** Groups of fewer scored rows are not shown by themselves: they would tell single figures of others. */
const leastRows = 5;

/** Groups by a key, the largest first. */
function groupsBy(results: readonly Result[], key: (result: Result) => string): Group[] {
  return [...groupBy(results, key)]
    .map(([name, members]) => groupOf(name, members))
    .filter(({ scores }) => scores !== null && scores.rows >= leastRows)
    .sort((a, b) => b.scores!.rows - a.scores!.rows || (a.name < b.name ? -1 : 1));
}

/** Rows by width of their range: the narrow third, the middle one, the wide one. */
function terciles(results: readonly Result[]): Group[] {
  const scored = results.filter(isScored).sort((a, b) => a.high / a.low - b.high / b.low);
  const third = Math.ceil(scored.length / 3);
  return ['narrow', 'middle', 'wide']
    .map((name, i) => groupOf(name, scored.slice(i * third, (i + 1) * third)))
    .filter(({ scores }) => scores !== null);
}

/** The same model, size, length and kind of figure (at one batch, for latencies): what chips are compared in. */
function task({ asked }: Scored): string {
  const { graph, quantity, phase, bindings } = asked;
  const { batch, ...sizes } = bindings;
  const of = quantity === 'latency' ? { ...sizes, batch } : sizes;
  return JSON.stringify([graph.name ?? graph.id, graph.size, quantity, phase, of]);
}

/** Of each chip the fastest published row. */
function bestOfEachChip(rows: readonly Scored[]): Scored[] {
  return [...groupBy(rows, ({ asked }) => asked.chip).values()].map((own) =>
    own.reduce((best, row) => (row.measured < best.measured ? row : best)),
  );
}

/** How often chips stand in the right order. */
interface Ranking {
  readonly name: string;
  readonly pairs: number;
  /** Ties count half. */
  readonly right: number;
  readonly ties: number;
}

/** Rank correlations: of how many series, and their median. */
interface Correlation {
  readonly name: string;
  readonly series: number;
  readonly median: number;
}

/** One series: the chips of one task. */
interface Series extends Ranking {
  readonly chips: number;
  readonly correlation: number;
}

const leastOfSeries = 5;

function rankingOf(name: string, orders: readonly Order[]): Ranking {
  const right = orders.reduce((sum: number, order) => sum + order, 0) / orders.length;
  return { name, pairs: orders.length, right, ties: orders.filter((order) => order === 0.5).length };
}

type Side = 'within' | 'across';

/** The orders of all pairs of rows that say something, by whether both chips are of one class. */
function ordersOf(chips: readonly Scored[]): (readonly [Side, Order])[] {
  return chips.flatMap((a, i) =>
    chips.slice(i + 1).flatMap((b): (readonly [Side, Order])[] => {
      const order = orderOf(a, b);
      return order === null ? [] : [[a.chipClass === b.chipClass ? 'within' : 'across', order]];
    }),
  );
}

/** All pairs of chips for each task that at least five chips have figures of. */
function rankings(tasks: readonly (readonly Scored[])[]): Ranking[] {
  const orders = tasks.flatMap(ordersOf);
  const of = (side: Side) => orders.filter(([name]) => name === side).map(([, order]) => order);
  return [
    rankingOf('within one class', of('within')),
    rankingOf('across classes', of('across')),
    rankingOf(
      'all',
      orders.map(([, order]) => order),
    ),
  ];
}

const correlation = (rows: readonly Scored[]): number =>
  spearman(
    rows.map(({ estimated }) => estimated),
    rows.map(({ measured }) => measured),
  );

function correlationOf(name: string, series: readonly (readonly Scored[])[]): Correlation {
  const list = series
    .filter((rows) => rows.length >= leastOfSeries)
    .map(correlation)
    .filter((value) => !Number.isNaN(value));
  return { name, series: list.length, median: median(list) };
}

/** Of one chip the models under one software, precision and kind of figure (at one batch, for latencies). */
function conditions({ asked }: Scored): string {
  const { chip, quantity, precision, cores, bindings, figure } = asked;
  const batch = quantity === 'latency' ? bindings['batch'] : null;
  return JSON.stringify([chip, quantity, precision, cores, batch, textOf(figure, 'software')]);
}

function seriesOf(chips: readonly Scored[]): Series {
  const { graph, quantity, bindings } = chips[0]!.asked;
  const { batch, ...sizes } = bindings;
  const at = [
    graph.size?.join(' × '),
    ...Object.entries(sizes).map(([name, size]) => `${name} ${size}`),
    quantity,
    quantity === 'latency' && `batch ${batch}`,
  ];
  const name = [graph.name ?? graph.id, ...at.filter((part) => part)].join(', ');
  const ranking = rankingOf(
    name,
    ordersOf(chips).map(([, order]) => order),
  );
  return { ...ranking, chips: chips.length, correlation: correlation(chips) };
}

/** Everything that the page shows. */
export interface Summary {
  readonly total: number;
  readonly reasons: readonly { readonly reason: Reason; readonly rows: number }[];
  readonly families: readonly Group[];
  /** Scores of what the fits had not seen. */
  readonly splits: readonly Group[];
  readonly classes: readonly Group[];
  readonly sources: readonly Group[];
  readonly chips: readonly Group[];
  readonly models: readonly Group[];
  readonly terciles: readonly Group[];
  readonly rankings: readonly Ranking[];
  /** Tasks that at least five chips have figures of, the most chips first. */
  readonly tasks: readonly Series[];
  readonly correlations: readonly Correlation[];
}

/**
 * @param placed where figures without a score belong, as far as that is known
 */
export function summaryOf(
  results: readonly Result[],
  splits: readonly Group[],
  placed: (excluded: Excluded) => Placed,
): Summary {
  const scored = results.filter(isScored);
  const tasks = [...groupBy(scored, task).values()]
    .map(bestOfEachChip)
    .filter((chips) => chips.length >= leastOfSeries);
  const by = (of: (one: Placed) => string) => (one: Result) =>
    of(
      isScored(one)
        ? { family: one.family, chipClass: one.chipClass, chip: one.asked.chip, model: one.asked.graph.id }
        : placed(one),
    );
  const reasons = [
    ...groupBy(
      results.filter((one): one is Excluded => !isScored(one)),
      (one) => one.reason,
    ),
  ];
  return {
    total: results.length,
    reasons: reasons
      .map(([reason, rows]) => ({ reason: reason as Reason, rows: rows.length }))
      .sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1)),
    families: [
      ...(scored.length > 0 ? [groupOf('all', results)] : []),
      ...groupsBy(
        results,
        by((p) => p.family),
      ),
    ],
    splits,
    classes: groupsBy(
      results,
      by((p) => p.chipClass),
    ),
    sources: groupsBy(results, sourceOf),
    chips: groupsBy(
      results,
      by((p) => p.chip),
    ),
    models: groupsBy(
      results,
      by((p) => p.model),
    ),
    terciles: terciles(results),
    rankings: rankings(tasks),
    tasks: tasks.map(seriesOf).sort((a, b) => b.chips - a.chips || (a.name < b.name ? -1 : 1)),
    correlations: [
      correlationOf('models on one chip', [...groupBy(scored, conditions).values()]),
      correlationOf('chips for one model', tasks),
    ],
  };
}

/** Where a figure belongs. */
export interface Placed {
  readonly family: string;
  readonly chipClass: string;
  readonly chip: string;
  readonly model: string;
}
