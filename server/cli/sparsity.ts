import { plainJson } from '../../outside/json';
import type { Language } from '../../l10n/language';
import { markdownOf } from '../engine/report/print/markdown';
import { tableOf } from '../engine/report/print/table';
import { sparsityCsv, sparsitySections } from '../engine/report/sparsityReport';
import { uninterrupted } from '../engine/scheduler';
import { reportWords } from '../reportWords';
import { sparseChips, sparsityReport } from '../workspace/sparsityCheck';
import { chipsFor, hostFor, onlyPath } from './analyze';
import type { Arguments } from './arguments';
import { ChipChoice } from './chipChoice';
import type { Outcome } from './failure';
import { otherInputs } from './inputs';
import { refuseTooMuch, roomIn } from './memory';
import { localFiles, openModel } from './openModel';
import { askedFor, prepareAsked, refuseRuntime, settingsFor, settingsNotes } from './workload';

const sparsityFormats = ['table', 'json', 'markdown', 'csv'] as const;

/** `siliconlens sparsity MODEL`: zeros in the weights, and which chips profit. Reads the weights once. */
export async function sparsity(
  words: Arguments,
  language: Language,
  progress: (done: number, all: number) => void,
  heapBytes = Infinity,
): Promise<Outcome> {
  const format = words.choice('format', sparsityFormats) ?? 'table';
  const path = onlyPath(words);
  const choices = await settingsFor(words, path);
  const asked = askedFor(words, choices);
  const choice = await ChipChoice.here(language, choices.customChips);
  const named = await chipsFor(words, choices, choice);
  refuseRuntime(words, named);
  // Unless chips are named, those that know the pattern are shown beside the usual ones.
  const others = words.texts('chip').length > 0 ? [] : sparseChips(asked.runtime);
  const host = await hostFor(words, choices, choice);
  const opened = await openModel(path, language, roomIn(heapBytes));
  const chips = [...new Set([...named, ...others])];
  refuseTooMuch(opened, chips.length, heapBytes);
  const { prepared, remarks } = await prepareAsked(opened.model, asked);
  const input = { modelUri: opened.uri, path, prepared, chips, host };
  const report = await sparsityReport(input, localFiles, uninterrupted, progress);
  const sections = sparsitySections(report, reportWords(language));
  const text = {
    table: () => tableOf(sections),
    markdown: () => markdownOf(sections),
    json: () => `${plainJson(JSON.stringify(report, null, 2))}\n`,
    csv: () => sparsityCsv(report),
  }[format]();
  const notes = settingsNotes(words, remarks, language).join('\n');
  return { text, failure: opened.failure, notes, inputs: await otherInputs(words, [opened], choice) };
}
