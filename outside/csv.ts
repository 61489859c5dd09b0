import { visible } from './hidden';

/** What stands in a cell; empty where it is not known. */
export type CsvCell = string | number | null;

/**
 * A row by RFC 4180. Spreadsheets run texts that begin like a formula, so these get an apostrophe; terminals obey hidden
 * letters, so these are spelled out.
 */
export function csvRow(cells: readonly CsvCell[]): string {
  return cells
    .map((cell) => {
      if (cell === null) return '';
      if (typeof cell === 'number') return String(cell);
      const plain = visible(cell);
      // Some programs trim cells, and some take full-width signs for plain ones.
      const text = /^\s*[=+\-@＝＋－＠]/.test(plain) ? `'${plain}` : plain;
      return /[",]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
    })
    .join(',');
}

/** Rows as a text, each with its end. */
export function csvText(rows: readonly (readonly CsvCell[])[]): string {
  return rows.map((cells) => `${csvRow(cells)}\r\n`).join('');
}
