import type { SweepRow } from '../../../engine/report/sweepRow';
import {
  byNumber,
  caseCells,
  caseColumns,
  caseKey,
  column,
  neededBytes,
  numbersIn,
  placeCells,
  placeColumns,
  ratio,
} from '../answer';
import { figureOf, Groups, type Inquiry } from './question';

/** What other precisions save where the same model runs on the same chip, against as-stored, else the first that there is. */
export function precisions(): Inquiry {
  const groups = new Groups<SweepRow[]>();
  return {
    add(row) {
      const key = JSON.stringify([caseKey(row), row.system, row.chip, row.runtime]);
      if (row.error === null) groups.of(key, () => []).push(row);
    },
    answer() {
      const pairs = groups.all().flatMap((rows) => {
        const base = rows.find(({ precision }) => precision === 'as-stored') ?? rows[0]!;
        return rows.filter((row) => row.precision !== base.precision).map((row) => ({ base, row }));
      });
      const times = (pair: (typeof pairs)[number]): number | null =>
        ratio(figureOf(pair.base, 'latency'), figureOf(pair.row, 'latency'));
      return {
        columns: [
          ...caseColumns,
          ...placeColumns,
          column('against'),
          column('faster', 'ratio'),
          column('lessEnergy', 'ratio'),
          column('lessMemory', 'ratio'),
          column('substituted', 'truth'),
          column('fits', 'truth'),
          column('fitsBefore', 'truth'),
        ],
        rows: pairs
          .sort(byNumber(times))
          .map((pair) => [
            ...caseCells(pair.row),
            ...placeCells(pair.row),
            pair.base.precision,
            times(pair),
            ratio(figureOf(pair.base, 'energy'), figureOf(pair.row, 'energy')),
            ratio(pair.base.memoryBytes, pair.row.memoryBytes),
            pair.row.substituted,
            pair.row.fits,
            pair.base.fits,
          ]),
      };
    },
  };
}

/** One size while the others stay, with what was found of each number. */
interface Series {
  readonly row: SweepRow;
  readonly name: string;
  readonly others: string | null;
  readonly found: { readonly number: number; readonly row: SweepRow }[];
}

/** The number at which a chip no longer holds a model, for each name of a dimension. */
export function sizes(): Inquiry {
  const groups = new Groups<Series>();
  return {
    add(row) {
      if (row.error !== null) return;
      const numbers = numbersIn(row.bindings);
      for (const [name, number] of numbers) {
        const rest = numbers.filter(([other]) => other !== name).map(([other, value]) => `${other}=${value}`);
        const others = rest.length === 0 ? null : rest.join(', ');
        const key = JSON.stringify([row.path, row.phase, ...placeCells(row), name, others]);
        groups.of(key, () => ({ row, name, others, found: [] })).found.push({ number, row });
      }
    },
    answer() {
      const stopped = groups.all().flatMap((series) => {
        const found = [...series.found].sort((a, b) => a.number - b.number);
        const stop = found.find(({ row }) => row.fits === false);
        if (!stop) return [];
        const held = found.filter(({ number, row }) => number < stop.number && row.fits === true);
        return [{ series, stop, held: held.at(-1)?.number ?? null }];
      });
      return {
        columns: [
          column('model'),
          column('phase'),
          ...placeColumns,
          column('dimension'),
          column('others'),
          column('holds', 'count'),
          column('stopsAt', 'count'),
          column('memoryBytes', 'bytes'),
          column('capacityBytes', 'bytes'),
        ],
        rows: stopped.map(({ series, stop, held }) => [
          series.row.path,
          series.row.phase,
          ...placeCells(series.row),
          series.name,
          series.others,
          held,
          stop.number,
          neededBytes(stop.row),
          stop.row.capacityBytes,
        ]),
      };
    },
  };
}

/** Rows of models that a chip does not hold, those that are furthest from it first. */
export function unfit(): Inquiry {
  const rows: SweepRow[] = [];
  return {
    add(row) {
      if (row.fits === false) rows.push(row);
    },
    answer: () => ({
      columns: [
        ...caseColumns,
        ...placeColumns,
        column('memoryBytes', 'bytes'),
        column('capacityBytes', 'bytes'),
        column('timesTooLarge', 'ratio'),
      ],
      rows: rows
        .sort(byNumber((row) => ratio(neededBytes(row), row.capacityBytes)))
        .map((row) => [
          ...caseCells(row),
          ...placeCells(row),
          neededBytes(row),
          row.capacityBytes,
          ratio(neededBytes(row), row.capacityBytes),
        ]),
    }),
  };
}
