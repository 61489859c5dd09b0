import type { SweepRow } from '../../../engine/report/sweepRow';
import {
  byNumber,
  caseCells,
  caseColumns,
  column,
  placeCells,
  placeColumns,
  ratio,
  wholeKey,
  type Cell,
} from '../answer';
import { figureOf, Groups, type Asked, type Inquiry } from './question';

/** What is compared of a row. */
interface Figures {
  readonly path: string | null;
  readonly row: readonly Cell[];
  readonly seconds: number | null;
  readonly joules: number | null;
  readonly memoryBytes: number | null;
  readonly fits: boolean | null;
  readonly isFailed: boolean;
}

/** What got worse: more time, energy or memory than the tolerance allows, fits no longer, fails, or is gone. */
export function regressions({ tolerance }: Asked): Inquiry {
  const [before, after] = [new Groups<Figures>(), new Groups<Figures>()];
  /** Models that have one row now, which says why there are no others. */
  const failed = new Set<string | null>();
  return {
    addBefore: (row) => void before.of(wholeKey(row), () => figuresOf(row)),
    add(row) {
      after.of(wholeKey(row), () => figuresOf(row));
      if (row.chip === null) failed.add(row.path);
    },
    answer() {
      const worse = [...before].flatMap(([key, old]) => {
        const now = after.get(key) ?? null;
        const what =
          now || !failed.has(old.path) ? whatIsWorse(old, now, tolerance) : old.isFailed ? [] : ['error'];
        return what.length === 0 ? [] : [{ old, now, what: what.join(', ') }];
      });
      return {
        columns: [
          ...caseColumns,
          ...placeColumns,
          column('worse'),
          column('secondsBefore', 'seconds'),
          column('seconds', 'seconds'),
          column('joulesBefore', 'joules'),
          column('joules', 'joules'),
          column('memoryBefore', 'bytes'),
          column('memoryBytes', 'bytes'),
        ],
        rows: worse
          .sort(byNumber(({ old, now }) => ratio(now?.seconds ?? null, old.seconds)))
          .map(({ old, now, what }) => [
            ...old.row,
            what,
            old.seconds,
            now?.seconds ?? null,
            old.joules,
            now?.joules ?? null,
            old.memoryBytes,
            now?.memoryBytes ?? null,
          ]),
      };
    },
  };
}

function figuresOf(row: SweepRow): Figures {
  return {
    path: row.path,
    row: [...caseCells(row), ...placeCells(row)],
    seconds: figureOf(row, 'latency'),
    joules: figureOf(row, 'energy'),
    memoryBytes: row.memoryBytes,
    fits: row.fits,
    isFailed: row.error !== null,
  };
}

/** Names of what is worse, as in the columns of results; a figure that is not known any more is worse, too. */
function whatIsWorse(old: Figures, now: Figures | null, tolerance: number): string[] {
  if (!now) return old.isFailed ? [] : ['gone'];
  if (now.isFailed) return old.isFailed ? [] : ['error'];
  const figures = (['seconds', 'joules', 'memoryBytes'] as const).filter((name) => {
    const [was, is] = [old[name], now[name]];
    return was !== null && (is === null || is > was * (1 + tolerance));
  });
  return [...figures, ...(old.fits === true && now.fits !== true ? ['fits'] : [])];
}
