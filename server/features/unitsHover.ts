import { markdownText } from '../../outside/markdown';
import type { Language } from '../../l10n/language';
import { reportMessage } from '../../l10n/report';
import { message } from '../../l10n/server';
import { nodeOnUnits, unitSites, type OnUnit, type UnitsRun } from '../engine/cost/onUnits';
import type { Refusal } from '../engine/kernels/support/conditions';
import { lettersOfRun } from '../engine/report/letters';
import type { Steps } from '../engine/scheduler';
import type { Analysis } from '../workspace/analysis';
import { boundWord, timeRange } from './format';

/** The run of the first chip, where not all of it runs on its first unit; null elsewhere. */
function runOf({ chips: [first], prepared }: Analysis): { run: UnitsRun; letters: readonly string[] } | null {
  const letters = first ? lettersOfRun(first) : null;
  return letters && { run: { ...prepared, plan: first!.plan, cost: first!.cost }, letters };
}

/** What hovers need of the units, made once per analysis; nothing where the first unit runs all. */
export function* indexUnits(analysis: Analysis): Steps<void> {
  const found = runOf(analysis);
  if (found) yield* unitSites(found.run);
}

/** A row for each unit that runs a part of the model on the first chip: what the node takes there, or why it can't run there. */
export function unitLines(analysis: Analysis, index: number, language: Language): string[] {
  const found = runOf(analysis);
  const rows = found ? nodeOnUnits(found.run, index) : [];
  if (!found || rows.length === 0) return [];
  const head = ['hover.units.unit', 'hover.table.time', 'hover.table.bound', 'hover.units.note'] as const;
  return [
    `| ${head.map((key) => message(language, key)).join(' | ')} |`,
    '| :-- | --: | :-- | :-- |',
    ...rows.map((row, at) => `| ${cellsOf(row, found.letters[at]!, language).join(' | ')} |`),
    '',
  ];
}

function cellsOf(
  { unit, isHere, seconds, bound, refusal }: OnUnit,
  letter: string,
  language: Language,
): string[] {
  const name = `**${letter}** ${markdownText(unit.id)}: ${markdownText(unit.chip.name)}`;
  if (refusal) {
    const reason = refusalText(refusal, unit.profile?.name ?? '', language);
    return [name, '–', '–', markdownText(reason)];
  }
  return [
    name,
    timeRange(seconds, language),
    boundWord(bound, language),
    isHere ? message(language, 'hover.units.here') : '',
  ];
}

/** Why a runtime does not run something on the chip, in words. */
export function refusalText({ code, ...args }: Refusal, runtime: string, language: Language): string {
  return reportMessage(language, `refusal.${code}`, { runtime, ...args });
}
