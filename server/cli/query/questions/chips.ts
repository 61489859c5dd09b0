import type { SweepRow } from '../../../engine/report/sweepRow';
import { entryOf } from '../../../../outside/table';
import {
  byNumber,
  caseCells,
  caseColumns,
  caseKey,
  column,
  placeCells,
  placeColumns,
  ratio,
} from '../answer';
import type { Answer } from '../answer';
import { figureOf, Groups, type Asked, type Inquiry } from './question';

/** What serves best in one case, and on another chip. */
interface Ranked {
  first: SweepRow;
  second: SweepRow | null;
  rows: number;
}

/**
 * Answers from the best row of each case, and the best one on another chip, among those that fit, or of which it is not known, and whose
 * figure is known.
 */
function ranking({ objective }: Asked, answer: (all: readonly Ranked[]) => Answer): Inquiry {
  const groups = new Groups<Ranked>();
  const isBetter = (row: SweepRow, than: SweepRow): boolean =>
    figureOf(row, objective)! < figureOf(than, objective)!;
  return {
    add(row) {
      if (row.fits === false || figureOf(row, objective) === null) return;
      const group = groups.of(caseKey(row), () => ({ first: row, second: null, rows: 0 }));
      const { first, second } = group;
      group.rows++;
      const isOther = row.chip !== first.chip || row.system !== first.system;
      if (isBetter(row, first)) {
        if (isOther) group.second = first;
        group.first = row;
      } else if (isOther && (second === null || isBetter(row, second))) group.second = row;
    },
    answer: () => answer(groups.all()),
  };
}

/** Which chip serves each model best, and how far the next one is. */
export function best(asked: Asked): Inquiry {
  return ranking(asked, (all) => ({
    columns: [
      ...caseColumns,
      ...placeColumns,
      column('seconds', 'seconds'),
      column('secondsLow', 'seconds'),
      column('secondsHigh', 'seconds'),
      column('joules', 'joules'),
      column('fits', 'truth'),
      column('second'),
      column('secondTimes', 'ratio'),
      column('open', 'truth'),
      column('rows', 'count'),
    ],
    rows: all.map(({ first, second, rows }) => [
      ...caseCells(first),
      ...placeCells(first),
      first.seconds,
      first.secondsLow,
      first.secondsHigh,
      first.joules,
      first.fits,
      second?.chip ?? null,
      second && ratio(figureOf(second, asked.objective), figureOf(first, asked.objective)),
      second && isOpen(first, second, asked),
      rows,
    ]),
  }));
}

/** Whether the ranges of two estimates overlap, so that nobody can say which is better. */
function isOpen(first: SweepRow, second: SweepRow, { objective }: Asked): boolean | null {
  const [high, low] =
    objective === 'latency' ? [first.secondsHigh, second.secondsLow] : [first.joulesHigh, second.joulesLow];
  return high === null || low === null ? null : low <= high;
}

/** Which models cost most, each at the chip that serves it best. */
export function costliest(asked: Asked): Inquiry {
  return ranking(asked, (all) => ({
    columns: [
      ...caseColumns,
      column('seconds', 'seconds'),
      column('joules', 'joules'),
      column('memoryBytes', 'bytes'),
      column('operations', 'operations'),
      column('parameters', 'count'),
      column('nodes', 'count'),
      ...placeColumns,
    ],
    rows: all
      .map(({ first }) => first)
      .sort(byNumber((row) => figureOf(row, asked.objective)))
      .map((row) => [
        ...caseCells(row),
        row.seconds,
        row.joules,
        row.memoryBytes,
        row.operations,
        row.parameters,
        row.nodes,
        ...placeCells(row),
      ]),
  }));
}

/** A row with what is to be little of: seconds, joules and, where prices are given, a price. */
interface Candidate {
  readonly row: SweepRow;
  readonly figures: readonly number[];
}

/** The rows of each case that no other one beats in time, energy and price together. */
export function pareto({ prices }: Asked): Inquiry {
  const hasPrices = Object.keys(prices).length > 0;
  const groups = new Groups<{ front: Candidate[] }>();
  return {
    add(row) {
      const price = hasPrices ? (entryOf(prices, row.chip ?? '') ?? null) : 0;
      const figures = [figureOf(row, 'latency'), figureOf(row, 'energy'), price];
      if (row.fits === false || figures.some((figure) => figure === null)) return;
      const mine: Candidate = { row, figures: figures.map((figure) => figure!) };
      const group = groups.of(caseKey(row), () => ({ front: [] }));
      if (group.front.some((other) => beats(other, mine))) return;
      group.front = [...group.front.filter((other) => !beats(mine, other)), mine];
    },
    answer(): Answer {
      const rows = groups.all().flatMap(({ front }) => front.sort((a, b) => a.figures[0]! - b.figures[0]!));
      return {
        columns: [
          ...caseColumns,
          ...placeColumns,
          column('seconds', 'seconds'),
          column('joules', 'joules'),
          column('price', 'decimal'),
          column('fits', 'truth'),
        ],
        rows: rows.map(({ row, figures }) => [
          ...caseCells(row),
          ...placeCells(row),
          row.seconds,
          row.joules,
          hasPrices ? figures[2]! : null,
          row.fits,
        ]),
      };
    },
  };
}

/** No figure is larger, and one is less. */
function beats(one: Candidate, other: Candidate): boolean {
  const pairs = one.figures.map((figure, i) => [figure, other.figures[i]!] as const);
  return pairs.every(([a, b]) => a <= b) && pairs.some(([a, b]) => a < b);
}
