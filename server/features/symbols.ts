import { SymbolKind } from 'vscode-languageserver/node';
import type { DocumentSymbol } from 'vscode-languageserver/node';
import { message } from '../../l10n/messages';
import type { Language } from '../../l10n/messages';
import { count } from '../../l10n/format';
import type { ListingMap } from '../workspace/listingMap';
import { rangeOf } from './navigation';
import { capped, outline } from './outline';
import type { OutlineItem } from './outline';

/** 100,000 flat symbols freeze the window (design §4). */
export const symbolLimit = 5000;

const kinds: Readonly<Record<OutlineItem['kind'], SymbolKind>> = {
  graph: SymbolKind.Module,
  function: SymbolKind.Function,
  module: SymbolKind.Namespace,
  node: SymbolKind.Method,
  note: SymbolKind.Null,
};

/** The outline as the editor wants it; the last entry says so when some are left out. */
export function documentSymbols(map: ListingMap, language: Language, limit = symbolLimit): DocumentSymbol[] {
  const { items, left } = capped(outline(map), limit - 1);
  if (left > 0) {
    const line = Math.max(map.lineCount - 1, 0);
    items.push({
      kind: 'note',
      name: message(language, 'outline.more', { count: count(left, language) }),
      detail: '',
      line,
      endLine: line,
      selection: { line, start: 0, end: 0 },
      children: [],
    });
  }
  return items.map(toSymbol);
}

function toSymbol(item: OutlineItem): DocumentSymbol {
  return {
    name: item.name || '·',
    detail: item.detail,
    kind: kinds[item.kind],
    // The end is the beginning of the line after: line lengths are not kept.
    range: {
      start: { line: item.line, character: 0 },
      end: { line: item.endLine + (item.kind === 'note' ? 0 : 1), character: 0 },
    },
    selectionRange: rangeOf(item.selection),
    children: item.children.map(toSymbol),
  };
}
