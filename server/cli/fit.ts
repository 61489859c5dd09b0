import { csvText } from '../../outside/csv';
import type { Language } from '../../l10n/language';
import type { Bindings } from '../engine/graph/dim';
import { appendAll } from '../engine/lists';
import { fitRows, fitSections, type ChipFit, type FitReport } from '../engine/report/fitReport';
import { bindingsInForce } from '../engine/report/build';
import { uninterrupted } from '../engine/scheduler';
import { whatFits } from '../engine/whatFits';
import type { Phase } from '../engine/workload';
import { reportWords } from '../reportWords';
import { parseBindings, type Arguments } from './arguments';
import { exitCodes, Failure, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { mappedIn, mappingNotes, mappingOf } from './mapping';
import { refuseTooMuch, roomIn } from './memory';
import { openModel } from './openModel';
import { message } from '../../l10n/cli';
import { prepareAsked, settingsNotes } from './workload';
import { inFormat, tableFormats } from './tableFormats';
import { taskOf } from './task';

/** `siliconlens fit MODEL`: whether it fits, how large batch and context may become, and what would make it fit. */
export async function fit(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const given = await mappingOf(words, language);
  const task = await taskOf(words, language);
  const { path, asked, choice, host } = task;
  const opened = await openModel(path, language, roomIn(heapBytes));
  const mapped = given && (await mappedIn(given, task, opened.model.origin.format, language));
  const chips = mapped?.chips ?? task.chips;
  refuseTooMuch(opened, chips.length, heapBytes);
  const options = { ...sizesIn(words, asked.phase), ...asked.options };
  const { prepared, remarks } = await prepareAsked(opened.model, { ...asked, options });
  const fits: ChipFit[] = [];
  const question = { prepared, ...(host && { host }), ...(mapped && { pinnedOn: mapped.pinnedOn }) };
  for (const chip of chips) appendAll(fits, await whatFits(question, chip, uninterrupted));
  const workload = { ...prepared.workload, bindings: bindingsInForce(prepared) };
  const report: FitReport = { schemaVersion: 1, path, workload, chips: fits };
  return {
    text: inFormat(
      format,
      report,
      () => fitSections(report, reportWords(language)),
      () => csvText(fitRows(report)),
    ),
    failure: opened.failure ?? required(words, report),
    notes: [...settingsNotes(words, remarks, language), ...mappingNotes(mapped, prepared, language)].join(
      '\n',
    ),
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

/** With `--require` chips on which it does not fit, or on which it is unknown, are a failure. */
function required(words: Arguments, { chips }: FitReport): Failure | null {
  const others = chips.filter(({ fits }) => fits !== true).map(({ id }) => id);
  if (!words.flag('require') || others.length === 0) return null;
  return new Failure(exitCodes.unmet, (language) =>
    message(language, 'cli.fit.required', { chips: others.join(', ') }),
  );
}
