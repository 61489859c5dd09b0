import type { RankResult } from '../../server/protocol';
import {
  finderSortedBy,
  type FinderColumn,
  type FinderGroup,
  type FinderOrder,
  type FinderRow,
} from '../content/finder';
import { button, element, tableParts, titled } from '../dom';
import type { KeptFocus } from '../keptFocus';
import { text } from '../text';
import { termed } from '../content/terms';

export interface FinderTableHost {
  readonly sort: (order: FinderOrder) => void;
  readonly use: (chip: string) => void;
  /** A field for the price of a chip. */
  readonly priceField: (chip: string, name: string) => HTMLElement;
  readonly focus: KeptFocus;
}

/** The ranking: a press on a header sorts, one on a chip makes it the first. */
export function finderTable(
  caption: string,
  columns: readonly FinderColumn[],
  groups: readonly FinderGroup[],
  order: FinderOrder,
  host: FinderTableHost,
): HTMLElement {
  const head = columns.map((column) => headerCell(column, order, host));
  return element(
    'table',
    { class: 'ranking' },
    element('caption', {}, caption),
    element('thead', {}, element('tr', {}, head)),
    groups.map(({ heading, rows }) =>
      element(
        'tbody',
        {},
        heading !== null &&
          element(
            'tr',
            { class: 'group' },
            element('th', { colspan: columns.length, scope: 'rowgroup' }, element('span', {}, heading)),
          ),
        rows.map((row) => rowElement(row, columns, host)),
      ),
    ),
  );
}

function headerCell(column: FinderColumn, order: FinderOrder, host: FinderTableHost): HTMLElement {
  const sorted = column.key !== order.key ? 'none' : order.descending ? 'descending' : 'ascending';
  const mark = { none: '', ascending: ' ▲', descending: ' ▼' }[sorted];
  const press = button(column.label + mark, () => host.sort(finderSortedBy(order, column)), {
    class: 'link',
    'data-term': column.term ?? undefined,
  });
  return element(
    'th',
    { scope: 'col', 'aria-sort': sorted, class: classOf(column) },
    host.focus.keep(`sort ${column.key}`, press),
  );
}

function rowElement(row: FinderRow, columns: readonly FinderColumn[], host: FinderTableHost): HTMLElement {
  return element(
    'tr',
    { 'data-chip': row.id, class: row.isTied ? 'tied' : undefined },
    columns.map((column, at) => {
      const cell = row.cells[at]!;
      const attributes = { 'data-column': column.key, class: classOf(column) };
      if (column.key === 'name') return element('td', attributes, chipLink(row, host));
      if (column.key === 'price') return element('td', attributes, host.priceField(row.id, row.name));
      const detail = cell.detail !== undefined && element('span', { class: 'detail' }, cell.detail);
      return element('td', attributes, element('span', { class: 'value' }, cell.text), detail);
    }),
  );
}

function classOf({ key, numeric }: FinderColumn): string {
  return [numeric ? 'number' : '', key === 'name' ? 'name' : ''].filter((one) => one !== '').join(' ');
}

function chipLink({ id, name, chosen }: FinderRow, host: FinderTableHost): (HTMLElement | string)[] {
  const label = text('webview.finder.use', { chip: name });
  const link = host.focus.keep(
    `chip ${id}`,
    button(name, () => host.use(id), { class: 'link', title: label }),
  );
  if (chosen < 0) return [link];
  const said = text(chosen === 0 ? 'webview.finder.first' : 'webview.finder.chosen');
  const mark = element(
    'span',
    { class: 'mark', title: said, 'aria-label': said, role: 'img' },
    chosen === 0 ? '★' : '☆',
  );
  return [link, ' ', mark];
}

/** Why the others are no answer, a line each. */
export function whyNotTable(
  rows: readonly { readonly id: string; readonly cells: readonly string[] }[],
  rejected: RankResult['rejected'],
  priceField: ((chip: string, name: string) => HTMLElement) | null,
): HTMLElement {
  const columns = ['name', 'class', 'where', 'reason', ...(priceField ? ['price' as const] : [])] as const;
  return element(
    'section',
    { id: 'why-not' },
    element('h2', {}, text('webview.finder.whyNot', { count: rejected.length })),
    element(
      'div',
      { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': text('webview.finder.column.reason') },
      element(
        'table',
        {},
        tableParts(
          columns.map((key) =>
            element('th', { scope: 'col' }, titled(termed(`webview.finder.column.${key}`))),
          ),
          rows.map(({ id, cells }) =>
            element(
              'tr',
              { 'data-chip': id },
              cells.map((cell) => element('td', {}, cell)),
              priceField && element('td', {}, priceField(id, cells[0]!)),
            ),
          ),
        ),
      ),
    ),
  );
}
