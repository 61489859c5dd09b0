import type { FoldingRange } from 'vscode-languageserver/node';
import type { PositionTable } from '../engine/formats/onnxText/positions';
import { outline } from './outline';
import type { OutlineItem } from './outline';
import { symbolLimit } from './symbols';

/** Folds of graphs, lists of initializers, subgraphs and modules, the outermost first, at most `limit`. */
export function foldingRanges(positions: PositionTable, limit = symbolLimit): FoldingRange[] {
  const folds = new Map<number, number>();
  const add = (line: number, endLine: number): void => {
    // Modules that begin on one line share its fold: the outermost has it.
    if (endLine > line && !folds.has(line) && folds.size < limit) folds.set(line, endLine);
  };
  for (const { range, initializers, name } of positions.scopes) {
    // The closing brace stays in sight.
    add(name.start.line, range.end.line - 1);
    const [first, last] = [initializers[0], initializers.at(-1)];
    if (first && last) add(first.range.start.line - 1, last.range.end.line);
  }
  let level: OutlineItem[] = outline(positions).flatMap((item) => item.children);
  while (level.length > 0 && folds.size < limit) {
    for (const item of level) add(item.start.line, item.end.line);
    level = level.flatMap((item) => item.children);
  }
  return [...folds].sort(([a], [b]) => a - b).map(([startLine, endLine]) => ({ startLine, endLine }));
}
