import { CodeActionKind, DiagnosticSeverity } from 'vscode-languageserver';
import type { CodeAction, Command, Diagnostic, Range } from 'vscode-languageserver';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { largest } from '../engine/lists';
import { shareGained } from '../engine/mapping/suggest/trial';
import type { Suggestion } from '../engine/mapping/suggest/types';
import { changeText, savingText, suggestionTitle } from '../engine/report/suggestTexts';
import { linkedCommands } from '../protocol';
import { reportWords } from '../reportWords';
import type { Analysis } from '../workspace/analysis';
import { headingOf, positionOf } from '../workspace/nodeIndex';
import { knownSuggestions } from '../workspace/suggestions';
import { overlaps } from './ranges';

const levels = {
  information: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
} as const;

/** What to do next, each at the first node that it is about, else at the heading. */
export function suggestionDiagnostics(analysis: Analysis, language: Language): Diagnostic[] {
  const words = reportWords(language);
  return knownSuggestions(analysis).map((one) => ({
    range: placeOf(analysis, one),
    severity: levels[one.level],
    source: 'siliconlens',
    code: one.code,
    message: message(language, 'suggestion.problem', {
      title: suggestionTitle(one, words),
      change: changeText(one.change, words),
      saving: savingText(one, words),
    }),
  }));
}

function placeOf(analysis: Analysis, { nodes: [first] }: Suggestion): Range {
  const position = first === undefined ? undefined : positionOf(analysis, first);
  return position?.operator ?? headingOf(analysis);
}

/** What can be done with each suggestion in a range: make it, see why, copy the command that shows it, hide it. */
export function suggestionActions(
  analysis: Analysis,
  range: Range,
  shown: readonly Diagnostic[],
  language: Language,
): CodeAction[] {
  const words = reportWords(language);
  return knownSuggestions(analysis)
    .filter((one) => overlaps(placeOf(analysis, one), range))
    .flatMap((one) => {
      const { code, change } = one;
      const diagnostics = shown.filter((diagnostic) => diagnostic.code === code);
      const isSetting = change.kind !== 'flag' && change.kind !== 'graph';
      const apply = message(language, 'suggestion.apply', { change: changeText(change, words) });
      const action = (title: string, command: string): CodeAction => ({
        title,
        kind: CodeActionKind.QuickFix,
        diagnostics,
        command: { title, command, arguments: [analysis.listing.uri, code] },
      });
      return [
        ...(isSetting ? [{ ...action(apply, linkedCommands.applySuggestion), isPreferred: true }] : []),
        action(message(language, 'suggestion.explain', { code }), linkedCommands.showSuggestions),
        action(message(language, 'suggestion.copy'), linkedCommands.copySuggestion),
        action(message(language, 'suggestion.hide', { code }), linkedCommands.hideSuggestion),
      ];
    });
}

/** How many there are and what the best of them saves of a run; null where there are none. */
export function suggestionLens(analysis: Analysis, language: Language): Command | null {
  const found = knownSuggestions(analysis);
  if (found.length === 0) return null;
  const runs = found.filter(({ gain }) => !gain.isPerSample);
  const share = largest(
    runs.map((one) => shareGained(one) ?? 0),
    0,
  );
  const title = message(language, share > 0 ? 'lens.suggestions' : 'lens.suggestionsOnly', {
    count: found.length,
    share: formatterOf(language).percent(share),
  });
  const words = reportWords(language);
  const tooltip = found.map((one) => suggestionTitle(one, words)).join('\n');
  return { title, tooltip, command: linkedCommands.showSuggestions, arguments: [analysis.listing.uri] };
}
