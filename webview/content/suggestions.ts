import type { Summary } from '../../server/protocol';
import { text } from '../text';
import type { TableData } from './table';
import { termed } from './terms';

/** What to do next on the first chip, what saves most first; null while nothing is known. */
export function suggestionsData({ suggestions, chips }: Summary): TableData | null {
  const [first] = chips;
  if (!first || suggestions.length === 0) return null;
  return {
    caption: text('webview.suggestions', { chip: first.name }),
    columns: [
      termed('webview.suggestions.change'),
      termed('webview.suggestions.saves'),
      termed('webview.suggestions.range'),
      termed('webview.suggestions.why'),
    ],
    numeric: [1, 2],
    wide: [2, 3],
    rows: suggestions.map(({ node, title, change, saving, range, explanation }) => ({
      ...(node !== null && { node }),
      title: [title, ...explanation].join('\n'),
      cells: [change, saving, range, title],
    })),
  };
}

/** The same for the narrow side panel. */
export function shortSuggestions(summary: Summary): TableData | null {
  const all = suggestionsData(summary);
  if (!all) return null;
  return {
    ...all,
    columns: all.columns.slice(0, 2),
    numeric: [1],
    wide: [],
    rows: all.rows.map((row) => ({ ...row, cells: row.cells.slice(0, 2) })),
  };
}
