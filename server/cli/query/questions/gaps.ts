import type { SweepRow } from '../../../engine/report/sweepRow';
import { byNumber, column, listIn, placeCells, placeColumns, type Cell, type AnswerColumn } from '../answer';
import { Groups, type Inquiry } from './question';

/** Counts rows that have the same cells, those of which there are most first. */
function counted(
  columns: readonly AnswerColumn[],
  cellsOf: (row: SweepRow) => readonly Cell[] | null,
): Inquiry {
  const groups = new Groups<{ readonly cells: readonly Cell[]; rows: number }>();
  return {
    add(row) {
      const cells = cellsOf(row);
      if (cells !== null) groups.of(JSON.stringify(cells), () => ({ cells, rows: 0 })).rows++;
    },
    answer: () => ({
      columns: [...columns, column('rows', 'count')],
      rows: groups
        .all()
        .sort(byNumber(({ rows }) => rows))
        .map(({ cells, rows }) => [...cells, rows]),
    }),
  };
}

/** Models of which a chip's runtime leaves a part to other units. */
export function offloaded(): Inquiry {
  const columns = [column('model'), column('phase'), ...placeColumns, column('otherUnits')];
  return counted(columns, (row) => {
    const others = listIn(row.otherUnits);
    return others === null ? null : [row.path, row.phase, ...placeCells(row), others];
  });
}

/** Rows that say only a part, with what is not known: lower bounds, sizes that nobody gave, whether it fits. */
export function unknown(): Inquiry {
  const columns = [
    column('model'),
    column('phase'),
    column('isLowerBound', 'truth'),
    column('unknownNodes', 'count'),
    column('assumed'),
    column('unusedBindings'),
    column('fitsUnknown'),
  ];
  return counted(columns, (row) => {
    if (row.error !== null) return null;
    const isLowerBound = row.seconds === null ? null : row.secondsIsLowerBound === true;
    const [assumed, unused] = [listIn(row.assumed), listIn(row.unusedBindings)];
    const isWhole = isLowerBound === false && row.fits !== null && assumed === null && unused === null;
    if (isWhole && row.joules !== null) return null;
    return [row.path, row.phase, isLowerBound, row.secondsUnknownNodes, assumed, unused, row.fitsUnknown];
  });
}

/** Why models have no costs, or only those of a part. */
export function errors(): Inquiry {
  const columns = [column('model'), column('error')];
  return counted(columns, (row) => (row.error === null ? null : [row.path, row.error]));
}
