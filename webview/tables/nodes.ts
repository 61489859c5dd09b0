import type { NodeRow, RowsParams, Summary, SummaryChip } from '../../server/protocol';
import {
  countText,
  headerOf,
  nodeColumns,
  orderOf,
  sortedBy,
  tracks,
  type NodeCell,
  type NodeColumn,
  type Order,
} from '../content/nodes';
import { Pages } from '../content/pages';
import { button, element, refill, titled } from '../dom';
import { explain, remember, requestRows, reveal, state } from '../host';
import { text } from '../text';
import { viewport } from './viewport';

const filterDelayMilliseconds = 200;

export interface NodeTable {
  readonly root: HTMLElement;
  highlight(node: number | null): void;
}

/** All nodes of one chip: the server sorts, filters and pages; only the rows in view exist in the page. */
export function nodeTable({ revision }: Summary, chip: SummaryChip): NodeTable {
  const columns = nodeColumns(chip);
  let order = orderOf(state(), columns);
  let highlighted: number | null = null;

  const status = element('span', { role: 'status', class: 'status' });
  const header = element('div', { class: 'row header', role: 'row' });
  const say = (said: string): void => {
    status.textContent = said;
  };
  const pages = new Pages(revision, {
    ask: (from, count) => requestRows({ revision, chip: chip.id, ...order, from, count }),
    loaded: (total) => {
      say(countText(total));
      rows.draw();
    },
    failed: say,
  });
  const rows = viewport(
    () => pages.total,
    (index) => rowElement(pages.row(index), columns, { chip: chip.id, highlighted }),
  );
  const change = (next: Order) => {
    order = next;
    remember({ ...order });
    rows.toTop();
    drawHeader();
    pages.restart();
  };
  const drawHeader = () =>
    refill(
      header,
      columns.map((column) => headerCell(order, column, () => change(sortedBy(order, column)))),
    );
  const filter = search(order.filter, (wanted) => change({ ...order, filter: wanted }));

  drawHeader();
  pages.restart();
  return {
    root: section(element('div', { class: 'toolbar' }, filter, status), grid(header, rows.root, columns)),
    highlight(node) {
      highlighted = node;
      rows.draw();
      if (node === null) return;
      void placeOf(node, { revision, chip: chip.id, ...order }).then((place) => {
        if (place !== null && node === highlighted) rows.show(place);
      });
    },
  };
}

/** The place of a node in an order; null where it has none. Why the server did not say is told by the rows themselves. */
function placeOf(node: number, query: Order & Pick<RowsParams, 'revision' | 'chip'>): Promise<number | null> {
  return requestRows({ ...query, from: 0, count: 0, find: node }).then(
    ({ found }) => found,
    () => null,
  );
}

function section(toolbar: HTMLElement, body: HTMLElement): HTMLElement {
  const title = element('h2', {}, text('webview.nodes.title'));
  return element('section', { id: 'nodes' }, title, toolbar, body);
}

function grid(header: HTMLElement, rows: HTMLElement, columns: readonly NodeColumn[]): HTMLElement {
  const made = element(
    'div',
    { role: 'table', class: 'grid', 'aria-label': text('webview.nodes.title') },
    header,
    rows,
  );
  made.style.setProperty('--columns', tracks(columns));
  made.style.setProperty('--narrow-columns', tracks(columns.filter(({ isWide }) => !isWide)));
  return made;
}

/** The field of the filter; it waits for a pause in the typing. */
function search(filter: string, change: (filter: string) => void): HTMLElement {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const field = element('input', {
    type: 'search',
    placeholder: text('webview.nodes.filter'),
    'aria-label': text('webview.nodes.filter'),
    value: filter,
    input: () => {
      clearTimeout(timer);
      timer = setTimeout(() => change(field.value), filterDelayMilliseconds);
    },
  });
  return field;
}

function headerCell(order: Order, column: NodeColumn, press: () => void): HTMLElement {
  const { label, term, sorted } = headerOf(order, column);
  return element(
    'div',
    { role: 'columnheader', class: classOf(column), ...(column.sort !== null && { 'aria-sort': sorted }) },
    column.sort === null
      ? titled({ label, term })
      : button(label, press, { class: 'link', 'data-term': term ?? undefined }),
  );
}

function classOf({ numeric, isWide }: NodeColumn): string {
  return [numeric ? 'number' : 'name', ...(isWide ? ['wide'] : [])].join(' ');
}

/** The chip that the rows are about, and the node that is marked. */
interface Shown {
  readonly chip: string;
  readonly highlighted: number | null;
}

function rowElement(
  row: NodeRow | undefined,
  columns: readonly NodeColumn[],
  { chip, highlighted }: Shown,
): HTMLElement {
  if (!row) return element('div', { class: 'row', role: 'row' }, '…');
  const isHighlighted = row.node === highlighted;
  return element(
    'div',
    {
      class: isHighlighted ? 'row highlighted' : 'row',
      role: 'row',
      'data-node': row.node,
      'aria-selected': String(isHighlighted),
      click: () => reveal(row.node),
    },
    columns.map((column) =>
      element('div', { role: 'cell', class: classOf(column) }, content(row, column, chip)),
    ),
  );
}

function content(row: NodeRow, column: NodeColumn, chip: string): Node | string {
  const cell = column.cell(row);
  if (column.name === 'name') return nameLink(row, cell);
  return column.name === 'seconds' && row.kernel ? timeLink(row, cell, chip) : cellContent(cell);
}

/** Leads to how the time comes about, and not to the node as the row does. */
function timeLink({ node }: NodeRow, cell: NodeCell, chip: string): HTMLElement {
  const press = (event: Event): void => {
    event.stopPropagation();
    explain(node, chip);
  };
  const said = text('webview.explain');
  return element('button', { type: 'button', class: 'figure', title: said, click: press }, cell.text);
}

function nameLink({ node }: NodeRow, cell: NodeCell): HTMLElement {
  return button(cell.text, () => reveal(node), { class: 'link', title: cell.title });
}

function cellContent({ text: shown, title, mark, isQuiet }: NodeCell): Node | string {
  if (title === undefined) return shown;
  return element(
    'span',
    { class: isQuiet ? 'quiet' : undefined, title },
    mark && element('span', { class: 'mark', 'aria-label': mark.label }, `${mark.sign} `),
    shown,
  );
}
