import { MarkupKind, type CodeLens, type Hover, type Position, type Range } from 'vscode-languageserver';
import { message } from '../../../l10n/server';
import type { Language } from '../../../l10n/language';
import { labelText } from '../../../outside/label';
import { markdownCode, markdownText } from '../../../outside/markdown';
import type { Figure } from '../../engine/budgets/figures';
import { judgeLimit, type Status } from '../../engine/budgets/judge';
import type { Budget, Limit, Tolerance } from '../../engine/budgets/load';
import { figureIn, isMeantOn } from '../../engine/budgets/snapshot';
import { figureText, metricText, placeText } from '../../engine/report/check/texts';
import type { Words } from '../../engine/report/print/words';
import { reportWords } from '../../reportWords';
import type { PresentFigures } from '../../workspace/budgetFigures';
import type { PresentBudgets } from './budgets';

/** Rows of a hover. */
const mostRows = 8;

/** A figure of a model in one place, held against a limit; of a tolerance, which has no limit, null. */
interface Row {
  readonly of: PresentFigures;
  readonly figure: Figure;
  readonly status: Status | null;
}

/** A limit or tolerance with its place in the text and what it is held against, the largest first. */
interface Held {
  readonly of: Limit | Tolerance;
  readonly range: Range;
  readonly rows: readonly Row[];
}

/** Over each limit what the model that takes most takes now. */
export function budgetLenses(present: PresentBudgets, language: Language): CodeLens[] {
  const words = reportWords(language);
  return heldIn(present).map(({ of, range, rows }) => ({
    range,
    command: { title: labelText(lensText(of, rows, words, language)), command: '' },
  }));
}

function lensText(of: Limit | Tolerance, rows: readonly Row[], words: Words, language: Language): string {
  const [first] = rows;
  if (!first) return message(language, 'budget.none');
  const args = {
    value: figureText(first.figure, of.name, words),
    model: first.of.model,
    place: place(first.of, words),
  };
  const now = message(language, 'budget.now', args);
  const status = first.status === null ? [] : [words.text(`print.check.status.${first.status}`)];
  const more = rows.length > 1 ? [message(language, 'budget.more', { count: rows.length })] : [];
  return [...status, now, ...more].join(' · ');
}

/** What each model takes of the figure at a place of the text; null elsewhere. */
export function budgetHover(present: PresentBudgets, position: Position, language: Language): Hover | null {
  const words = reportWords(language);
  const held = heldIn(present).find(({ range }) => isIn(position, range));
  if (!held || held.rows.length === 0) return null;
  const { of, range, rows } = held;
  const heads = ['check.path', 'check.place', 'check.now', 'check.status'] as const;
  const lines = [
    `**${markdownText(metricText({ metric: of.name, level: of.level }, words))}**`,
    '',
    `| ${heads.map((key) => markdownText(words.text(`print.${key}`))).join(' | ')} |`,
    '| :-- | :-- | --: | :-- |',
    ...rows
      .slice(0, mostRows)
      .map(({ of: one, figure, status }) =>
        [
          '',
          markdownCode(one.model),
          markdownText(place(one, words)),
          markdownText(figureText(figure, of.name, words)),
          status === null ? '' : markdownText(words.text(`print.check.status.${status}`)),
          '',
        ]
          .join(' | ')
          .trim(),
      ),
  ];
  return { contents: { kind: MarkupKind.Markdown, value: lines.join('\n') }, range };
}

function isIn({ line, character }: Position, { start, end }: Range): boolean {
  const isAfter = line > start.line || (line === start.line && character >= start.character);
  return isAfter && (line < end.line || (line === end.line && character <= end.character));
}

function place({ target, runtime }: PresentFigures, words: Words): string {
  return placeText({ chip: target?.chip.id ?? null, system: target?.system ?? null, runtime }, words);
}

function heldIn({ loaded, json, document, figures }: PresentBudgets): Held[] {
  return (loaded?.budgets ?? []).flatMap((budget) =>
    [...budget.limits, ...budget.tolerances].map((of): Held => {
      const key = json.spanOf(of.path, true);
      const value = json.spanOf(of.path);
      const range = { start: document.positionAt(key.start), end: document.positionAt(value.end) };
      return { of, range, rows: rowsOf(of, budget, figures) };
    }),
  );
}

/** What is unknown first, then the largest. */
function rowsOf(of: Limit | Tolerance, budget: Budget, figures: readonly PresentFigures[]): Row[] {
  const rows = figures.flatMap((one): Row[] => {
    const { target, figures } = one;
    if (one.budget !== budget || !figures || !isMeantOn(of, target)) return [];
    const figure = figureIn({ figures }, of);
    const status = 'most' in of ? judgeLimit(of, figure, null, budget).status : null;
    return [{ of: one, figure, status }];
  });
  const size = ({ figure }: Row): number => (budget.isUpper ? figure.high : figure.value) ?? Infinity;
  return rows.sort((a, b) => size(b) - size(a));
}
