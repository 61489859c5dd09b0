import type { NodeRow, RowsParams, SummaryChip } from '../../server/protocol';
import { show, text, timeOf, word } from '../text';
import { marks } from './paint';
import { termed, type Heading } from './terms';

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

/** A column of the table of nodes. */
export interface NodeColumn {
  readonly name: Sort | 'shape' | 'share' | 'kernel' | 'unit';
  /** What the server sorts by; null: it does not sort by this column. */
  readonly sort: Sort | null;
  readonly numeric: boolean;
  /** Only wide pages have it. */
  readonly isWide: boolean;
  /** As a track of a grid. */
  readonly width: string;
  readonly cell: (row: NodeRow) => NodeCell;
}

const figure = { numeric: true, isWide: false, width: '84px' } as const;
const wide = { numeric: true, isWide: true, width: '92px' } as const;

const allColumns: readonly NodeColumn[] = [
  { ...figure, name: 'index', sort: 'index', width: '56px', cell: (row) => ({ text: String(row.node) }) },
  {
    name: 'name',
    sort: 'name',
    numeric: false,
    isWide: false,
    width: 'minmax(110px, 3fr)',
    cell: (row) => ({ text: nameOf(row), title: row.scope ? `${row.scope}\n${row.shape}` : row.shape }),
  },
  {
    name: 'operator',
    sort: 'operator',
    numeric: false,
    isWide: false,
    width: 'minmax(70px, 1fr)',
    cell: (row) => ({ text: row.operator }),
  },
  {
    name: 'shape',
    sort: null,
    numeric: false,
    isWide: true,
    width: 'minmax(70px, 1fr)',
    cell: (row) => ({ text: row.shape, title: row.shape }),
  },
  {
    ...figure,
    name: 'seconds',
    sort: 'seconds',
    cell: (row) => ({ text: timeOf(row) }),
  },
  { ...figure, name: 'share', sort: null, width: '56px', cell: (row) => ({ text: show.percent(row.share) }) },
  { ...figure, name: 'measured', sort: 'measured', width: '128px', cell: measuredCell },
  {
    ...figure,
    name: 'bound',
    sort: 'bound',
    numeric: false,
    cell: (row) => ({ text: word('webview.bound', row.bound) }),
  },
  { ...wide, name: 'kernel', sort: null, numeric: false, width: '84px', cell: kernelCell },
  { ...wide, name: 'unit', sort: null, numeric: false, cell: (row) => ({ text: row.unit ?? '–' }) },
  {
    ...wide,
    name: 'operations',
    sort: 'operations',
    cell: (row) => ({ text: show.operations(row.operations) }),
  },
  { ...wide, name: 'bytes', sort: 'bytes', cell: (row) => ({ text: show.bytes(row.bytes) }) },
  {
    ...wide,
    name: 'bandwidth',
    sort: 'bandwidth',
    cell: (row) => ({ text: show.bytesPerSecond(row.bandwidth) }),
  },
];

/** The columns for a chip: measured times only where a profile was imported, units where there are several. */
export function nodeColumns({ measured, costliest }: SummaryChip): readonly NodeColumn[] {
  const hasUnits = costliest.some(({ unit }) => unit !== null);
  return allColumns.filter(({ name }) => (name !== 'measured' || measured) && (name !== 'unit' || hasUnits));
}

/** The widths of columns as tracks of a grid. */
export function tracks(columns: readonly NodeColumn[]): string {
  return columns.map(({ width }) => width).join(' ');
}

/** The kernel of a node: how many run in it, at the node that stands for it; elsewhere which node that is. */
function kernelCell({ node, kernel }: NodeRow): NodeCell {
  if (!kernel) return { text: '–' };
  if (kernel.node !== node) {
    const other = `#${kernel.node}`;
    return { text: text('webview.measured.with', { node: other }), isQuiet: true };
  }
  return { text: kernel.nodes === 1 ? '' : text('webview.nodes.count', { count: show.count(kernel.nodes) }) };
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
  const shown = sort && columns.find((column) => column.sort === sort)?.sort;
  return { sort: shown ?? 'seconds', descending, filter };
}

/** The order after a press on a column's header: the other way round, or by that column; figures fall at first. */
export function sortedBy(order: Order, { sort, numeric }: NodeColumn): Order {
  if (sort === null) return order;
  const descending = sort === order.sort ? !order.descending : numeric && sort !== 'index';
  return { ...order, sort, descending };
}

/** The label of a column's header and its state for screen readers. */
export function headerOf(
  { sort, descending }: Order,
  column: NodeColumn,
): Heading & { readonly sorted: 'ascending' | 'descending' | 'none' } {
  const { label, term } = termed(`webview.nodes.${column.name}`);
  if (column.sort !== sort) return { label, term, sorted: 'none' };
  return descending
    ? { label: `${label} ▼`, term, sorted: 'descending' }
    : { label: `${label} ▲`, term, sorted: 'ascending' };
}

/** How many nodes there are, or are left by the filter. */
export function countText(total: number): string {
  return text('webview.nodes.count', { count: show.count(total) });
}
