import type { CodeLens, Command } from 'vscode-languageserver';
import { displayWidth } from '../../outside/width';
import type { Listing } from '../workspace/analysis';
import { headFolds } from './folding';

/** Editors show the lenses of one line in one row, and cut what is wider than the window; so wide is half of one. */
const mostColumns = 100;
/** What stands between two lenses of a row. */
const separator = 3;

/** Texts in as few lenses as have room for them. */
export function joined(texts: readonly string[]): string[] {
  return packed(texts, 2, (text) => text).map((row) => row.join(', '));
}

/**
 * Rows of lenses over the first lines that are in sight when the file opens: each group begins a row, and one that is too wide
 * goes on in the next. None is over the very first line: editors keep that line at the top when lenses come, and they above it.
 */
export function placed(
  groups: readonly (readonly Command[])[],
  { positions, lineCount }: Listing,
): CodeLens[] {
  const rows = groups.flatMap(rowsOf);
  const hidden = positions.scopes.slice(0, 1).flatMap(headFolds);
  const lines: number[] = [];
  for (let line = 1; line < lineCount && lines.length < rows.length; line++)
    if (!hidden.some(({ first, last }) => line > first && line <= last)) lines.push(line);
  return rows.flatMap((row, index) => {
    // A text shorter than the rows has the rest over its last line.
    const line = lines[index] ?? lines.at(-1) ?? 0;
    // A line may be empty.
    const place = { line, character: 0 };
    const range = { start: place, end: place };
    return row.map((command) => ({ range, command }));
  });
}

function rowsOf(group: readonly Command[]): Command[][] {
  return packed(group, separator, ({ title }) => title);
}

/** Items in rows as wide as may be, with so many columns between two of them. */
function packed<T>(items: readonly T[], between: number, textOf: (item: T) => string): T[][] {
  const rows: T[][] = [];
  let width = Infinity;
  for (const item of items) {
    const own = displayWidth(textOf(item));
    width += between + own;
    if (width <= mostColumns) rows.at(-1)!.push(item);
    else {
      rows.push([item]);
      width = own;
    }
  }
  return rows;
}
