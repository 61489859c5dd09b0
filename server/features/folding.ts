import { FoldingRangeKind } from 'vscode-languageserver';
import type { FoldingRange } from 'vscode-languageserver';
import type { Named, Scope } from '../engine/formats/onnxText/places';
import type { PositionTable } from '../engine/formats/onnxText/positions';
import { runThrough, type Steps } from '../engine/scheduler';
import { indexOutline } from './outline';
import type { OutlineItem } from './outline';
import { plumbing, type Lines } from './plumbing';
import { symbolLimit } from './symbols';

/** A signature of fewer inputs or outputs stays in sight. */
const longSignature = 8;
/** Fewer lines are not worth a fold. */
const longPlumbing = 3;

/** {@link foldSteps} at once. */
export function foldingRanges(positions: PositionTable, limit = symbolLimit): FoldingRange[] {
  return runThrough(foldSteps(positions, limit));
}

/**
 * Folds of graphs, lists of initializers, long signatures, subgraphs, modules, and of stretches that say nothing about cost;
 * the outermost first, at most `limit`. What is not about cost is told as imports: `editor.foldingImportsByDefault` then
 * folds it on opening, and what costs something comes into sight.
 */
export function* foldSteps(positions: PositionTable, limit = symbolLimit): Steps<FoldingRange[]> {
  const { roots } = yield* indexOutline(positions);
  const modules = yield* levels(roots);
  const stretches = between(yield* plumbing(positions), modules).slice(0, limit / 2);
  const folds = new Map<number, FoldingRange>();
  // Of folds that begin on one line the first that is told is left.
  const add = (lines: readonly Lines[], most: number, kind?: FoldingRangeKind): void => {
    for (const { first, last } of lines)
      if (last > first && !folds.has(first) && folds.size < most)
        folds.set(first, { startLine: first, endLine: last, ...(kind && { kind }) });
  };
  for (const scope of positions.scopes) {
    // The closing brace stays in sight.
    add([{ first: scope.name.start.line, last: scope.range.end.line - 1 }], limit - stretches.length);
    add(headFolds(scope), limit - stretches.length, FoldingRangeKind.Imports);
  }
  const ofModules = modules.map(({ start, end }) => ({ first: start.line, last: end.line }));
  add(ofModules, limit - stretches.length);
  add(stretches, limit, FoldingRangeKind.Imports);
  return [...folds.values()].sort((a, b) => a.startLine - b.startLine);
}

/** What stands before the nodes of a scope and is folded on opening: long lists of inputs and outputs, and the weights. */
export function headFolds({ inputs, outputs, initializers }: Scope): Lines[] {
  const ofLists = [inputs, outputs].flatMap((list) => {
    const lines = linesOf(list);
    return lines && lines.last - lines.first >= longSignature ? [lines] : [];
  });
  const weights = linesOf(initializers);
  return weights ? [...ofLists, { ...weights, first: weights.first - 1 }] : ofLists;
}

function linesOf(list: readonly Named[]): Lines | null {
  const [first, last] = [list[0], list.at(-1)];
  return first && last ? { first: first.range.start.line, last: last.range.end.line } : null;
}

/** Modules and what holds subgraphs, as far as they are longer than a line, the outermost first. */
function* levels(roots: readonly OutlineItem[]): Steps<OutlineItem[]> {
  const all: OutlineItem[] = [];
  let level = roots.flatMap(({ children }) => children);
  while (level.length > 0) {
    for (const item of level) {
      yield;
      if (item.end.line > item.start.line) all.push(item);
    }
    level = level.flatMap(({ children }) => children);
  }
  return all;
}

/** Stretches cut where a module begins or ends, since folds lie in each other; the line that begins a module is its own fold's. */
function between(stretches: readonly Lines[], modules: readonly OutlineItem[]): Lines[] {
  const begins = new Set(modules.map(({ start }) => start.line));
  const ends = new Set(modules.map(({ end }) => end.line));
  const cut: Lines[] = [];
  for (const { first, last } of stretches) {
    let from = first;
    const close = (to: number): void => {
      if (to - from + 1 >= longPlumbing) cut.push({ first: from, last: to });
    };
    for (let line = first; line <= last; line++) {
      if (begins.has(line)) {
        close(line - 1);
        from = line + 1;
      }
      if (ends.has(line)) {
        close(line);
        from = line + 1;
      }
    }
    close(last);
  }
  return cut;
}
