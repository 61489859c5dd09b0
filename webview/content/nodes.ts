import type { NodeRow, RowsParams, SummaryChip } from '../../server/protocol';
import { show, text, word } from '../text';
import { marks } from './paint';

type Sort = RowsParams['sort'];

export interface NodeCell {
  readonly text: string;
  /** What is said while the pointer rests on it. */
  readonly title?: string;
  /** A sign before the text, and what it means. */
  readonly mark?: { readonly sign: string; readonly label: string };
  /** It stands for a figure that is elsewhere. */
  readonly isQuiet?: boolean;
}

/** A column of the table of nodes; the server sorts by it. */
export interface NodeColumn {
  readonly sort: Sort;
  readonly numeric: boolean;
  readonly cell: (row: NodeRow) => NodeCell;
}

const allColumns: readonly NodeColumn[] = [
  { sort: 'index', numeric: true, cell: (row) => ({ text: String(row.node) }) },
  {
    sort: 'name',
    numeric: false,
    cell: (row) => ({ text: nameOf(row), title: row.scope ? `${row.scope}\n${row.shape}` : row.shape }),
  },
  { sort: 'operator', numeric: false, cell: (row) => ({ text: row.operator }) },
  { sort: 'seconds', numeric: true, cell: (row) => ({ text: show.seconds(row.seconds?.value) }) },
  { sort: 'measured', numeric: true, cell: measuredCell },
  { sort: 'bound', numeric: false, cell: (row) => ({ text: word('webview.bound', row.bound) }) },
  { sort: 'operations', numeric: true, cell: (row) => ({ text: show.operations(row.operations) }) },
  { sort: 'bytes', numeric: true, cell: (row) => ({ text: show.bytes(row.bytes) }) },
  { sort: 'bandwidth', numeric: true, cell: (row) => ({ text: show.bytesPerSecond(row.bandwidth) }) },
];

/** The columns for a chip: measured times only where a profile was imported. */
export function nodeColumns({ measured }: SummaryChip): readonly NodeColumn[] {
  return allColumns.filter(({ sort }) => sort !== 'measured' || measured);
}

/** A name to show: the file's own, else operator and number. */
export function nameOf({ name, operator, node }: NodeRow): string {
  return name || `${operator} ${node}`;
}

/** The measured time of the row's kernel with its ratio to the estimate, at the node that stands for the kernel. */
function measuredCell({ node, measured }: NodeRow): NodeCell {
  if (!measured) return { text: '–' };
  if (measured.node !== node) {
    const other = `#${measured.node}`;
    return {
      text: text('webview.measured.with', { node: other }),
      title: text('webview.measured.withTitle', { node: other }),
      isQuiet: true,
    };
  }
  const { seconds, ratio, inside, nodes } = measured;
  const verdict =
    inside === null || ratio === null ? null : inside ? 'inside' : ratio > 1 ? 'slower' : 'faster';
  const said = text(verdict ? `webview.residuals.${verdict}` : 'webview.measured.notCompared');
  const sign = verdict === 'slower' ? marks.triangle : verdict === 'faster' ? marks.rectRot : null;
  return {
    text: ratio === null ? show.seconds(seconds) : `${show.seconds(seconds)} ${show.ratio(ratio)}`,
    title: text('webview.measured.cellTitle', { nodes: show.count(nodes), verdict: said }),
    ...(sign === null ? {} : { mark: { sign, label: said } }),
  };
}

/** In what order, and which of the nodes are shown. */
export type Order = Pick<RowsParams, 'sort' | 'descending' | 'filter'>;

/** What the page remembers, as far as there is such a column; at first the costliest come first. */
export function orderOf(remembered: Partial<Order>, columns: readonly NodeColumn[]): Order {
  const { sort, descending = true, filter = '' } = remembered;
  const shown = columns.find((column) => column.sort === sort)?.sort;
  return { sort: shown ?? 'seconds', descending, filter };
}

/** The order after a press on a column's header: the other way round, or by that column; figures fall at first. */
export function sortedBy(order: Order, { sort, numeric }: NodeColumn): Order {
  const descending = sort === order.sort ? !order.descending : numeric && sort !== 'index';
  return { ...order, sort, descending };
}

/** The label of a column's header and its state for screen readers. */
export function headerOf(
  { sort, descending }: Order,
  column: NodeColumn,
): { readonly label: string; readonly sorted: 'ascending' | 'descending' | 'none' } {
  const label = text(`webview.nodes.${column.sort}`);
  if (column.sort !== sort) return { label, sorted: 'none' };
  return descending
    ? { label: `${label} ▼`, sorted: 'descending' }
    : { label: `${label} ▲`, sorted: 'ascending' };
}

/** How many nodes there are, or are left by the filter. */
export function countText(total: number): string {
  return text('webview.nodes.count', { count: show.count(total) });
}
