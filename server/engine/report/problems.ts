import { problem, severityRank } from '../problem';
import type { TextProblem } from '../formats/onnxText/cursor';
import type { Problem } from '../problem';
import type { Report } from './types';

/** More entries than anyone reads; the last one says how many are left out. */
const mostProblems = 1000;

/** All problems once: those that several chips share say so only once. Of too many the gravest stay, in their order. */
export function reportProblems(
  all: readonly Problem[],
  textOf: (problem: Problem) => string,
): Report['problems'] {
  const seen = new Set<string>();
  const list = all.flatMap((problem) => {
    const message = textOf(problem);
    const place = placeOf(problem);
    const key = `${problem.code}\0${problem.node}\0${place.line}:${place.column}\0${message}`;
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ severity: problem.severity, code: problem.code, message, node: problem.node, ...place }];
  });
  if (list.length <= mostProblems) return list;
  list.sort((a, b) => severityRank[a.severity] - severityRank[b.severity]);
  const more = problem('information', 'diagnostics.more', { count: list.length - mostProblems + 1 });
  const { severity, code, node } = more;
  return [...list.slice(0, mostProblems - 1), { severity, code, message: textOf(more), node }];
}

/** Where a hand-written text is wrong, counted from 1 as editors show it; nothing where only the node is known. */
function placeOf(problem: Problem | TextProblem): { readonly line?: number; readonly column?: number } {
  if (!('range' in problem)) return {};
  const { line, character } = problem.range.start;
  return { line: line + 1, column: character + 1 };
}
