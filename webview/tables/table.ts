import type { TableData, TableRow } from '../content/table';
import { button, element, tableParts, titled } from '../dom';
import { reveal } from '../host';
import { show, text } from '../text';

/** A table with a caption and a header row. `lead` makes the first cell of a row; at first it leads to the row's node. */
export function table(
  { caption, columns, numeric, wide = [], rows, left = 0 }: TableData,
  lead: (row: TableRow, label: string, index: number) => Node | string = nodeLink,
): HTMLTableElement {
  const align = (column: number) => {
    const classes = [numeric.includes(column) && 'number', wide.includes(column) && 'wide'];
    const named = classes.filter((one) => one !== false).join(' ');
    return named === '' ? {} : { class: named };
  };
  const cellsOf = (row: TableRow, index: number) =>
    row.cells.map((cell, column) =>
      element('td', align(column), column === 0 ? lead(row, cell, index) : cell),
    );
  return element(
    'table',
    {},
    element('caption', {}, caption),
    tableParts(
      columns.map((header, column) => element('th', { scope: 'col', ...align(column) }, titled(header))),
      rows.map((row, index) => element('tr', {}, cellsOf(row, index))),
    ),
    ...(left > 0 ? [foot(left, columns.length)] : []),
  );
}

/** How many rows a table does not show. */
function foot(left: number, columns: number): HTMLElement {
  const said = text('webview.table.left', { count: show.count(left) });
  return element('tfoot', {}, element('tr', {}, element('td', { colspan: `${columns}` }, said)));
}

function nodeLink({ node, title, term = null, parts }: TableRow, label: string): Node | string {
  if (parts) {
    const lines = parts.map((part) => element('li', {}, element('bdi', {}, part)));
    return element('details', { class: 'parts' }, element('summary', {}, label), element('ul', {}, lines));
  }
  return node === undefined
    ? titled({ label, term })
    : button(element('bdi', {}, label), () => reveal(node), { class: 'link', title });
}
