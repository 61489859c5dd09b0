import { DiagnosticSeverity } from 'vscode-languageserver';
import type { Diagnostic, Range } from 'vscode-languageserver';
import { problemMessage } from '../../l10n/problems';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import type { NodePosition } from '../engine/formats/onnxText/positions';
import { problem } from '../engine/problem';
import type { NodePart, Problem, Severity } from '../engine/problem';
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
  for (const found of problems) {
    const range = placeOf(analysis, found) ?? heading;
    const text = problemText(found, language);
    // Three chips that lack the same type say so in the same words at the same place.
    const key = `${range.start.line}:${range.start.character}:${text}`;
    if (seen.has(key)) continue;
    seen.add(key);
    list.push({
      range,
      severity: severities[found.severity],
      source: 'siliconlens',
      code: found.code,
      message: text,
    });
  }
  if (list.length <= limit) return list;
  list.sort((a, b) => (a.severity ?? 0) - (b.severity ?? 0));
  const left = problem('information', 'diagnostics.more', { count: list.length - limit + 1 });
  const more = {
    range: heading,
    severity: DiagnosticSeverity.Information,
    source: 'siliconlens',
    message: problemMessage(language, left),
  };
  return [...list.slice(0, limit - 1), more];
}

/** The place that the problem states, the part of its node or its operator, else where its value is defined. */
function placeOf(analysis: Analysis, { node, part, value, range }: PlacedProblem): Range | undefined {
  if (range) return range;
  const { positions } = analysis.listing;
  const position = node === null ? undefined : positionOf(analysis, node);
  if (position) return partRange(position, part);
  const main = positions.scopes.find((scope) => scope.kind === 'graph');
  return value === undefined || !main ? undefined : positions.value(main, value)?.definitions[0];
}

/** A part of a statement, or its operator where the problem is of the whole or the part is not written out. */
export function partRange(position: NodePosition, part: NodePart | undefined): Range {
  return (part && position[part.side][part.index]) ?? position.operator;
}

/** A problem in words, with the offset in the file where that helps. */
export function problemText(found: Problem, language: Language): string {
  const text = problemMessage(language, found);
  return found.offset === undefined
    ? text
    : message(language, 'diagnostics.atOffset', { text, offset: found.offset });
}
