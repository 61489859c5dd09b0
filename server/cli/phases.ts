import { csvText } from '../../outside/csv';
import type { Language } from '../../l10n/language';
import { phasesOf, usualSizes } from '../engine/phasesOf';
import {
  phasesRows,
  phasesSections,
  type ChipPhases,
  type PhasesReport,
} from '../engine/report/phasesReport';
import { uninterrupted } from '../engine/scheduler';
import { reportWords } from '../reportWords';
import { parseAmount, parseCount, type Arguments } from './arguments';
import { usage, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { mappedTask, taskNotes } from './mappedTask';
import { inFormat, tableFormats } from './tableFormats';
import { prepareAsked } from './workload';

/** `siliconlens phases MODEL`: prefill and decode of a language model side by side, and how they change with batch and context. */
export async function phases(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const accepted = parseAmount('accepted', words.text('accepted')) ?? 1;
  if (accepted < 1)
    throw usage('cli.error.count', { option: '--accepted', value: String(accepted), least: 1 });
  const sizes = {
    batch: parseCount('batch', words.text('batch')) ?? 1,
    prompt: parseCount('prompt', words.text('prompt')) ?? usualSizes.prompt,
    context: parseCount('context', words.text('context')) ?? usualSizes.context,
    answer: parseCount('answer', words.text('answer')) ?? usualSizes.answer,
  };
  const task = await mappedTask(words, language, heapBytes);
  const { path, asked, choice, opened, chips, places } = task;
  const known = await prepareAsked(opened.model, { ...asked, phase: 'decode' });
  const { prepared } = known;
  const found: ChipPhases[] = [];
  for (const chip of chips)
    found.push(await phasesOf({ prepared, sizes, accepted, ...places }, chip, uninterrupted));
  const { workload } = prepared;
  const report: PhasesReport = { schemaVersion: 1, path, workload, acceptedTokens: accepted, chips: found };
  return {
    text: inFormat(
      format,
      report,
      () => phasesSections(report, reportWords(language)),
      () => csvText(phasesRows(report)),
    ),
    failure: opened.failure,
    notes: taskNotes(words, language, known, task),
    inputs: await otherInputs(words, [opened], choice),
  };
}
