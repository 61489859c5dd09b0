import type { NodeRow, RowsParams, Summary, SummaryChip } from '../../server/protocol';
import { shorten } from '../text';
import { nameOf } from './nodes';
import type { TableData } from './table';
import { termed, type HeadingKey } from './terms';

const longestLabel = 34;
const barRows = 30;

/** What to ask for to fill the bar charts: the costliest nodes, which the summary does not carry. */
export function barsQuery({ revision }: Summary, { id }: SummaryChip): Omit<RowsParams, 'uri'> {
  return { revision, chip: id, sort: 'seconds', descending: true, filter: '', from: 0, count: barRows };
}

/** Of a picture with a bar for each row, in pixels. */
export function heightOf(rows: readonly NodeRow[]): number {
  return Math.max(160, 60 + rows.length * 18);
}

/** The node of a bar with its label. */
export function named(row: NodeRow): { readonly node: number; readonly label: string } {
  return { node: row.node, label: shorten(nameOf(row), longestLabel) };
}

/** The first line of what the pointer brings up. */
export function heading(row: NodeRow): string {
  return `${row.name || row.operator} · ${row.operator}`;
}

/** A table of the same nodes; all columns but the first are of numbers, or as short. */
export function barTable(
  caption: string,
  keys: readonly HeadingKey[],
  rows: readonly (readonly [NodeRow, ...string[]])[],
): TableData {
  return {
    caption,
    columns: keys.map((key) => termed(key)),
    numeric: keys.slice(1).map((_, index) => index + 1),
    rows: rows.map(([row, ...cells]) => ({ node: row.node, cells: [nameOf(row), ...cells] })),
  };
}
