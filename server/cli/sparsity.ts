import type { Language } from '../../l10n/language';
import { sparsityCsv, sparsitySections } from '../engine/report/sparsityReport';
import { uninterrupted } from '../engine/scheduler';
import { reportWords } from '../reportWords';
import { sparseChips, sparsityReport } from '../workspace/sparsityCheck';
import type { Arguments } from './arguments';
import type { Outcome } from './failure';
import { otherInputs } from './inputs';
import { refuseTooMuch, roomIn } from './memory';
import { localFiles, openModel } from './openModel';
import { prepareAsked, settingsNotes } from './workload';
import { inFormat, tableFormats } from './tableFormats';
import { taskOf } from './task';

/** `siliconlens sparsity MODEL`: zeros in the weights, and which chips profit. Reads the weights once. */
export async function sparsity(
  words: Arguments,
  language: Language,
  progress: (done: number, all: number) => void,
  heapBytes = Infinity,
): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const { path, asked, choice, chips: named, host } = await taskOf(words, language);
  // Unless chips are named, those that know the pattern are shown beside the usual ones.
  const others = words.texts('chip').length > 0 ? [] : sparseChips(asked.runtime);
  const opened = await openModel(path, language, roomIn(heapBytes));
  const chips = [...new Set([...named, ...others])];
  refuseTooMuch(opened, chips.length, heapBytes);
  const { prepared, remarks } = await prepareAsked(opened.model, asked);
  const input = { modelUri: opened.uri, path, prepared, chips, host };
  const report = await sparsityReport(input, localFiles, uninterrupted, progress);
  const text = inFormat(
    format,
    report,
    () => sparsitySections(report, reportWords(language)),
    () => sparsityCsv(report),
  );
  const notes = settingsNotes(words, remarks, language).join('\n');
  return { text, failure: opened.failure, notes, inputs: await otherInputs(words, [opened], choice) };
}
