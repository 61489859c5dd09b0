import { csvRow } from '../../outside/csv';
import { plainJson } from '../../outside/json';
import type { Language } from '../../l10n/language';
import type { Bindings } from '../engine/graph/dim';
import { markdownOf } from '../engine/report/print/markdown';
import { tableOf } from '../engine/report/print/table';
import {
  fitRows,
  fitSections,
  workloadInForce,
  type ChipFit,
  type FitReport,
} from '../engine/report/fitReport';
import { uninterrupted } from '../engine/scheduler';
import { whatFits } from '../engine/whatFits';
import type { Phase } from '../engine/workload';
import { reportWords } from '../reportWords';
import { chipsFor, hostFor, onlyPath } from './analyze';
import { parseBindings, type Arguments } from './arguments';
import { ChipChoice } from './chipChoice';
import { exitCodes, Failure, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { refuseTooMuch, roomIn } from './memory';
import { openModel } from './openModel';
import { message } from '../../l10n/cli';
import { askedFor, prepareAsked, refuseRuntime, settingsFor, settingsNotes } from './workload';

const fitFormats = ['table', 'json', 'markdown', 'csv'] as const;

/** `siliconlens fit MODEL`: whether it fits, how large batch and context may become, and what would make it fit. */
export async function fit(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const format = words.choice('format', fitFormats) ?? 'table';
  const path = onlyPath(words);
  const choices = await settingsFor(words, path);
  const asked = askedFor(words, choices);
  const choice = await ChipChoice.here(language, choices.customChips);
  const chips = await chipsFor(words, choices, choice);
  refuseRuntime(words, chips);
  const host = await hostFor(words, choices, choice);
  const opened = await openModel(path, language, roomIn(heapBytes));
  refuseTooMuch(opened, chips.length, heapBytes);
  const options = { ...sizesIn(words, asked.phase), ...asked.options };
  const { prepared, remarks } = await prepareAsked(opened.model, { ...asked, options });
  const fits: ChipFit[] = [];
  for (const chip of chips)
    fits.push(await whatFits({ prepared, ...(host && { host }) }, chip, uninterrupted));
  const report: FitReport = { schemaVersion: 1, path, workload: workloadInForce(prepared), chips: fits };
  return {
    text: textOf(report, format, language),
    failure: opened.failure ?? required(words, report),
    notes: settingsNotes(words, remarks, language).join('\n'),
    inputs: await otherInputs(words, [opened], choice),
  };
}

/** `--batch` and `--context`, by the names of the roles that they stand for. */
function sizesIn(words: Arguments, phase: Phase): Bindings {
  const [batch, context] = [words.text('batch'), words.text('context')];
  const grown = phase === 'decode' ? 'past' : 'sequence';
  return parseBindings([
    ...(batch === undefined ? [] : [`batch=${batch}`]),
    ...(context === undefined ? [] : [`${grown}=${context}`]),
  ]);
}

function textOf(report: FitReport, format: (typeof fitFormats)[number], language: Language): string {
  if (format === 'json') return `${plainJson(JSON.stringify(report, null, 2))}\n`;
  if (format === 'csv') return `${fitRows(report).map(csvRow).join('\r\n')}\r\n`;
  const sections = fitSections(report, reportWords(language));
  return format === 'table' ? tableOf(sections) : markdownOf(sections);
}

/** With `--require` chips on which it does not fit, or on which nobody can tell, are a failure. */
function required(words: Arguments, { chips }: FitReport): Failure | null {
  const others = chips.filter(({ fits }) => fits !== true).map(({ id }) => id);
  if (!words.flag('require') || others.length === 0) return null;
  return new Failure(exitCodes.unmet, (language) =>
    message(language, 'cli.fit.required', { chips: others.join(', ') }),
  );
}
