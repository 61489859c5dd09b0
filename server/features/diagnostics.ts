import { DiagnosticSeverity } from 'vscode-languageserver';
import type { Diagnostic, Range } from 'vscode-languageserver';
import { messageOf } from '../../l10n/messages';
import type { Language } from '../../l10n/language';
import type { Problem, Severity } from '../engine/problem';
import type { Analysis, PlacedProblem } from '../workspace/analysis';
import { headingOf, positionOf } from '../workspace/nodeIndex';

/** More entries than anyone reads; the last one says how many are left out. */
const limit = 1000;

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** Problems at the lines they concern: a node's operator, a value's definition, else the heading. */
export function diagnostics(
  analysis: Analysis,
  language: Language,
  problems: readonly PlacedProblem[] = analysis.problems,
): Diagnostic[] {
  const heading = headingOf(analysis);
  const seen = new Set<string>();
  const list: Diagnostic[] = [];
  for (const problem of problems) {
    const range = rangeOf(analysis, problem) ?? heading;
    const text = problemText(problem, language);
    // Three chips that lack the same type say so in the same words at the same place.
    const key = `${range.start.line}:${range.start.character}:${text}`;
    if (seen.has(key)) continue;
    seen.add(key);
    list.push({
      range,
      severity: severities[problem.severity],
      source: 'siliconlens',
      code: problem.code,
      message: text,
    });
  }
  if (list.length <= limit) return list;
  list.sort((a, b) => (a.severity ?? 0) - (b.severity ?? 0));
  const left = messageOf(language, 'diagnostics.more', { count: list.length - limit + 1 });
  const more = {
    range: heading,
    severity: DiagnosticSeverity.Information,
    source: 'siliconlens',
    message: left,
  };
  return [...list.slice(0, limit - 1), more];
}

/** The place that the problem states, the operator of its node, else where its value is defined. */
function rangeOf(analysis: Analysis, { node, value, range }: PlacedProblem): Range | undefined {
  if (range) return range;
  const { positions } = analysis.listing;
  const position = node === null ? undefined : positionOf(analysis, node);
  if (position) return position.operator;
  const main = positions.scopes.find((scope) => scope.kind === 'graph');
  return value === undefined || !main ? undefined : positions.value(main, value)?.definitions[0];
}

/** A problem in words, with the offset in the file where that helps. */
export function problemText(problem: Problem, language: Language): string {
  const text = messageOf(language, problem.code, problem.args);
  return problem.offset === undefined
    ? text
    : messageOf(language, 'diagnostics.atOffset', { text, offset: problem.offset });
}
