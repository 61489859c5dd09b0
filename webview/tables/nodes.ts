import type { NodeRow, RowsParams, Summary, SummaryChip } from '../../server/protocol';
import { button, element, refill } from '../dom';
import { remember, requestRows, reveal, state } from '../host';
import { show, text, word } from '../text';

type Sort = RowsParams['sort'];
const allColumns: readonly { readonly sort: Sort; readonly numeric: boolean }[] = [
  { sort: 'index', numeric: true },
  { sort: 'name', numeric: false },
  { sort: 'operator', numeric: false },
  { sort: 'seconds', numeric: true },
  { sort: 'measured', numeric: true },
  { sort: 'bound', numeric: false },
  { sort: 'operations', numeric: true },
  { sort: 'bytes', numeric: true },
  { sort: 'bandwidth', numeric: true },
];
const rowHeight = 24;
const pageSize = 100;
const viewportRows = 20;
const filterDelayMilliseconds = 200;

export interface NodeTable {
  readonly root: HTMLElement;
  highlight(node: number | null): void;
}

/** All nodes of one chip: the server sorts, filters and pages; only the rows in view exist in the page. */
export function nodeTable(summary: Summary, chip: SummaryChip): NodeTable {
  const remembered = state();
  const columns = allColumns.filter((column) => column.sort !== 'measured' || chip.measured);
  const isShown = columns.some((column) => column.sort === remembered.sort);
  let sort: Sort = (isShown && remembered.sort) || 'seconds';
  let descending = remembered.descending ?? true;
  let filter = remembered.filter ?? '';
  let total = 0;
  let highlighted: number | null = null;
  let generation = 0;
  const pages = new Map<number, readonly NodeRow[] | 'loading'>();

  const status = element('span', { role: 'status', class: 'status' });
  const spacer = element('div', { class: 'spacer' });
  const body = element('div', { class: 'rows', role: 'rowgroup' });
  const viewport = element(
    'div',
    { class: 'viewport', tabindex: 0, role: 'presentation', scroll: () => render() },
    spacer,
    body,
  );
  viewport.style.height = `${viewportRows * rowHeight}px`;
  const header = element('div', { class: 'row header', role: 'row' });
  const grid = element(
    'div',
    {
      role: 'table',
      class: chip.measured ? 'grid measured' : 'grid',
      'aria-label': text('webview.nodes.title'),
    },
    header,
    viewport,
  );

  function drawHeader(): void {
    refill(
      header,
      columns.map((column) => {
        const chosen = column.sort === sort;
        const arrow = chosen ? (descending ? ' ▼' : ' ▲') : '';
        return element(
          'div',
          {
            role: 'columnheader',
            class: column.numeric ? 'number' : 'name',
            'aria-sort': chosen ? (descending ? 'descending' : 'ascending') : 'none',
          },
          button(text(`webview.nodes.${column.sort}`) + arrow, () => sortBy(column.sort, column.numeric), {
            class: 'link',
          }),
        );
      }),
    );
  }

  function sortBy(next: Sort, numeric: boolean): void {
    descending = next === sort ? !descending : numeric && next !== 'index';
    sort = next;
    restart();
  }

  function restart(): void {
    remember({ sort, descending, filter });
    generation++;
    pages.clear();
    viewport.scrollTop = 0;
    drawHeader();
    load(0);
  }

  function load(page: number): void {
    if (pages.has(page)) return;
    pages.set(page, 'loading');
    const asked = generation;
    requestRows({
      revision: summary.revision,
      chip: chip.id,
      sort,
      descending,
      filter,
      from: page * pageSize,
      count: pageSize,
    })
      .then((result) => {
        if (asked !== generation || result.revision !== summary.revision) return;
        pages.set(page, result.rows);
        total = result.total;
        status.textContent = text('webview.nodes.count', { count: show.count(total) });
        render();
      })
      .catch((error: Error) => {
        // A stale revision is followed by a new summary; anything else is said.
        pages.delete(page);
        if (asked === generation) status.textContent = error.message;
      });
  }

  function render(): void {
    const first = Math.floor(viewport.scrollTop / rowHeight);
    const last = Math.min(total, first + viewportRows + 2);
    spacer.style.height = `${total * rowHeight}px`;
    body.style.transform = `translateY(${first * rowHeight}px)`;
    const rows: HTMLElement[] = [];
    for (let index = first; index < last; index++) {
      const page = Math.floor(index / pageSize);
      const loaded = pages.get(page);
      if (loaded === undefined) load(page);
      const row = Array.isArray(loaded) ? (loaded as readonly NodeRow[])[index % pageSize] : undefined;
      rows.push(
        row
          ? rowElement(row, row.node === highlighted, chip.measured !== null)
          : element('div', { class: 'row', role: 'row' }, '…'),
      );
    }
    refill(body, rows);
  }

  let timer: ReturnType<typeof setTimeout> | undefined;
  const search = element('input', {
    type: 'search',
    placeholder: text('webview.nodes.filter'),
    'aria-label': text('webview.nodes.filter'),
    value: filter,
    input: () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        filter = search.value;
        restart();
      }, filterDelayMilliseconds);
    },
  });

  drawHeader();
  load(0);
  return {
    root: element(
      'section',
      { id: 'nodes' },
      element('h2', {}, text('webview.nodes.title')),
      element('div', { class: 'toolbar' }, search, status),
      grid,
    ),
    highlight(node) {
      highlighted = node;
      render();
    },
  };
}

function rowElement(row: NodeRow, highlighted: boolean, hasMeasured: boolean): HTMLElement {
  const cell = (content: string | Node, kind: 'number' | 'name') =>
    element('div', { role: 'cell', class: kind }, content);
  const name = row.name || `${row.operator} ${row.node}`;
  return element(
    'div',
    {
      class: highlighted ? 'row highlighted' : 'row',
      role: 'row',
      'data-node': row.node,
      'aria-selected': String(highlighted),
      click: () => reveal(row.node),
    },
    cell(String(row.node), 'number'),
    cell(
      button(name, () => reveal(row.node), {
        class: 'link',
        title: row.scope ? `${row.scope}\n${row.shape}` : row.shape,
      }),
      'name',
    ),
    cell(row.operator, 'name'),
    cell(show.seconds(row.seconds?.value), 'number'),
    ...(hasMeasured ? [cell(measuredCell(row), 'number')] : []),
    cell(word('webview.bound', row.bound), 'name'),
    cell(show.operations(row.operations), 'number'),
    cell(show.bytes(row.bytes), 'number'),
    cell(show.bandwidth(row.bandwidth), 'number'),
  );
}

/** The measured time of the row's kernel with its ratio to the estimate, at the node that stands for the kernel. */
function measuredCell({ node, measured }: NodeRow): string | HTMLElement {
  if (!measured) return '–';
  if (measured.node !== node) {
    const other = `#${measured.node}`;
    const title = text('webview.measured.withTitle', { node: other });
    return element('span', { class: 'quiet', title }, text('webview.measured.with', { node: other }));
  }
  const { seconds, ratio, inside, nodes } = measured;
  const verdict =
    inside === null || ratio === null ? null : inside ? 'inside' : ratio > 1 ? 'slower' : 'faster';
  const said = text(verdict ? `webview.residuals.${verdict}` : 'webview.measured.notCompared');
  const mark = verdict === 'slower' ? '▲ ' : verdict === 'faster' ? '◆ ' : '';
  const shown = ratio === null ? show.seconds(seconds) : `${show.seconds(seconds)} ${show.ratio(ratio)}`;
  return element(
    'span',
    { title: text('webview.measured.cellTitle', { nodes: show.count(nodes), verdict: said }) },
    mark && element('span', { class: 'mark', 'aria-label': said }, mark),
    shown,
  );
}
