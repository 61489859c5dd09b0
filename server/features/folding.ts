import { FoldingRangeKind } from 'vscode-languageserver';
import type { FoldingRange } from 'vscode-languageserver';
import type { PositionTable } from '../engine/formats/onnxText/positions';
import { outline } from './outline';
import type { OutlineItem } from './outline';
import { symbolLimit } from './symbols';

/**
 * Folds of graphs, lists of initializers, subgraphs and modules, the outermost first, at most `limit`. Weights are told
 * as imports: `editor.foldingImportsByDefault` then folds them on opening, and the first thing in sight is the graph.
 */
export function foldingRanges(positions: PositionTable, limit = symbolLimit): FoldingRange[] {
  const folds = new Map<number, FoldingRange>();
  const add = (startLine: number, endLine: number, kind?: FoldingRangeKind): void => {
    // Modules that begin on one line share its fold: the outermost has it.
    if (endLine <= startLine || folds.has(startLine) || folds.size >= limit) return;
    folds.set(startLine, { startLine, endLine, ...(kind && { kind }) });
  };
  for (const { range, initializers, name } of positions.scopes) {
    // The closing brace stays in sight.
    add(name.start.line, range.end.line - 1);
    const [first, last] = [initializers[0], initializers.at(-1)];
    if (first && last) add(first.range.start.line - 1, last.range.end.line, FoldingRangeKind.Imports);
  }
  let level: OutlineItem[] = outline(positions).roots.flatMap((item) => item.children);
  while (level.length > 0 && folds.size < limit) {
    for (const item of level) add(item.start.line, item.end.line);
    level = level.flatMap((item) => item.children);
  }
  return [...folds.values()].sort((a, b) => a.startLine - b.startLine);
}
