import { SymbolKind } from 'vscode-languageserver';
import type { DocumentSymbol, SymbolInformation } from 'vscode-languageserver';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import type { PositionTable } from '../engine/formats/onnxText/positions';
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
export function documentSymbols(
  positions: PositionTable,
  lineCount: number,
  language: Language,
  limit = symbolLimit,
): DocumentSymbol[] {
  const { items, left } = capped(outline(positions), limit - 1);
  if (left > 0) {
    const end = { line: Math.max(lineCount - 1, 0), character: 0 };
    items.push({
      kind: 'note',
      name: message(language, 'outline.more', { count: formatterOf(language).count(left) }),
      detail: '',
      start: end,
      end,
      selection: { start: end, end },
      children: [],
    });
  }
  return items.map(toSymbol);
}

function toSymbol(item: OutlineItem): DocumentSymbol {
  return {
    // An empty name is refused by editors.
    name: item.name || '·',
    detail: item.detail,
    kind: kinds[item.kind],
    range: { start: item.start, end: item.end },
    selectionRange: item.selection,
    children: item.children.map(toSymbol),
  };
}

/** Editors that name no kinds know those of the protocol's first version, from 1 to this one. */
const lastOldKind = SymbolKind.Array;

/** The same symbols in the kinds that every editor knows. */
export function inKinds(symbols: readonly DocumentSymbol[]): DocumentSymbol[] {
  return symbols.map((symbol) => ({
    ...symbol,
    kind: symbol.kind <= lastOldKind ? symbol.kind : SymbolKind.String,
    children: inKinds(symbol.children ?? []),
  }));
}

/** The same symbols as a list, each with the name of what it stands in. */
export function flatSymbols(
  symbols: readonly DocumentSymbol[],
  uri: string,
  containerName?: string,
): SymbolInformation[] {
  return symbols.flatMap(({ name, kind, range, children }) => [
    { name, kind, location: { uri, range }, ...(containerName !== undefined && { containerName }) },
    ...flatSymbols(children ?? [], uri, name),
  ]);
}
