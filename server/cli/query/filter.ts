import { sweepColumns, type SweepColumn, type SweepRow } from '../../engine/report/sweepRow';
import { matchesGlob } from '../../workspace/glob';
import { usage } from '../failure';

/** What `--where COLUMN=VALUE` lets through: rows that have all of them; the value of a path is a glob. */
export function filterOf(conditions: readonly string[]): (row: SweepRow) => boolean {
  const wanted = conditions.map((text) => {
    const at = text.indexOf('=');
    const column = Object.keys(sweepColumns).find((name) => name === text.slice(0, Math.max(0, at)));
    if (column === undefined)
      throw usage('cli.query.where', { value: text, columns: Object.keys(sweepColumns).join(', ') });
    return { column: column as SweepColumn, value: text.slice(at + 1) };
  });
  return (row) =>
    wanted.every(({ column, value }) => {
      const cell = row[column];
      const text = cell === null ? '' : String(cell);
      return column === 'path' ? matchesGlob(value, text) : text === value;
    });
}
