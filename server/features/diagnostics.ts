import { DiagnosticSeverity } from 'vscode-languageserver/node';
import type { Diagnostic, Range } from 'vscode-languageserver/node';
import { messageOf } from '../../l10n/messages';
import type { Language } from '../../l10n/messages';
import type { Problem, Severity } from '../engine/problem';
import type { ListingMap } from '../workspace/listingMap';
import { placeOfNode } from '../workspace/listingMap';
import { rangeOf } from './navigation';

/** More entries than anyone reads; the last one says how many are left out. */
const limit = 1000;

const severities: Readonly<Record<Severity, DiagnosticSeverity>> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

/** Problems at the lines they concern: a node's operator, a value's definition, else the heading. */
export function diagnostics(problems: readonly Problem[], map: ListingMap, language: Language): Diagnostic[] {
  const definitions = new Map<string, Range>();
  for (const place of map.values) {
    if (place.definition && !definitions.has(place.name)) definitions.set(place.name, rangeOf(place));
  }
  const graph = map.blocks.find((block) => block.kind === 'graph');
  const start = { line: 0, character: 0 };
  const heading = graph ? rangeOf(graph.heading) : { start, end: { line: 0, character: 1 } };
  const seen = new Set<string>();
  const list: Diagnostic[] = [];
  for (const problem of problems) {
    const place = problem.node === null ? undefined : placeOfNode(map, problem.node);
    const value = problem.value === undefined ? undefined : definitions.get(problem.value);
    const range = (place && rangeOf(place.operatorSpan)) ?? value ?? heading;
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

/** A problem in words, with the offset in the file where that helps. */
export function problemText(problem: Problem, language: Language): string {
  const text = messageOf(language, problem.code, problem.args);
  return problem.offset === undefined
    ? text
    : messageOf(language, 'diagnostics.atOffset', { text, offset: problem.offset });
}
