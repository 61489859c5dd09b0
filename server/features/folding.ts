import { FoldingRangeKind } from 'vscode-languageserver/node';
import type { FoldingRange } from 'vscode-languageserver/node';
import type { ListingMap } from '../workspace/listingMap';
import { outline } from './outline';
import type { OutlineItem } from './outline';
import { symbolLimit } from './symbols';

/** Folds of blocks, subgraphs and modules, the outermost first, at most `limit`. */
export function foldingRanges(map: ListingMap, limit = symbolLimit): FoldingRange[] {
  const folds = new Map<number, number>();
  const add = (line: number, endLine: number): void => {
    if (endLine > line && (folds.get(line) ?? 0) < endLine && (folds.has(line) || folds.size < limit)) {
      folds.set(line, endLine);
    }
  };
  for (const block of map.blocks) add(block.line, block.endLine);
  let level: OutlineItem[] = outline(map);
  while (level.length > 0 && folds.size < limit) {
    for (const item of level) add(item.line, item.endLine);
    level = level.flatMap((item) => item.children);
  }
  const kinds = new Map(
    map.blocks
      .filter((block) => block.kind === 'metadata')
      .map((block) => [block.line, FoldingRangeKind.Comment]),
  );
  return [...folds]
    .sort(([a], [b]) => a - b)
    .map(([startLine, endLine]) => {
      const kind = kinds.get(startLine);
      return kind ? { startLine, endLine, kind } : { startLine, endLine };
    });
}
