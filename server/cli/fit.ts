import { csvText } from '../../outside/csv';
import type { Language } from '../../l10n/language';
import { appendAll } from '../engine/lists';
import { fitRows, fitSections, type ChipFit, type FitReport } from '../engine/report/fitReport';
import { streamsRow, type StreamsAsked, type StreamsRow } from '../engine/report/streamsReport';
import { wholeTotal } from '../engine/cost/totals';
import type { Chip } from '../engine/chips/chip';
import { bindingsInForce } from '../engine/report/build';
import { uninterrupted } from '../engine/scheduler';
import { costsAsked, whatFits, type Question } from '../engine/whatFits';
import { reportWords } from '../reportWords';
import type { Arguments } from './arguments';
import { exitCodes, Failure, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { mappedTask, taskNotes } from './mappedTask';
import { sizesIn } from './sizes';
import { message } from '../../l10n/cli';
import { prepareAsked } from './workload';
import { inFormat, tableFormats } from './tableFormats';
import { streamsIn } from './streams';

/** `siliconlens fit MODEL`: whether it fits, how large batch and context may become, and what would make it fit. */
export async function fit(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const task = await mappedTask(words, language, heapBytes);
  const { path, asked, choice, opened, chips, places } = task;
  const options = { ...sizesIn(words, asked.phase), ...asked.options };
  const known = await prepareAsked(opened.model, { ...asked, options });
  const { prepared } = known;
  const fits: ChipFit[] = [];
  const question = { prepared, ...places };
  for (const chip of chips) appendAll(fits, await whatFits(question, chip, uninterrupted));
  const workload = { ...prepared.workload, bindings: bindingsInForce(prepared) };
  const streams = streamsIn(words, prepared, undefined);
  const report: FitReport = {
    schemaVersion: 1,
    path,
    workload,
    chips: fits,
    ...(streams && { streams: { asked: streams, chips: await carriedOn(question, chips, streams) } }),
  };
  return {
    text: inFormat(
      format,
      report,
      () => fitSections(report, reportWords(language)),
      () => csvText(fitRows(report)),
    ),
    failure: opened.failure ?? required(words, report),
    notes: taskNotes(words, language, known, task),
    inputs: await otherInputs(words, [opened], choice),
  };
}

/** How each chip carries streams, or how the units of a mapping do together. */
async function carriedOn(
  question: Question,
  chips: readonly Chip[],
  streams: StreamsAsked,
): Promise<readonly StreamsRow[]> {
  const rows: StreamsRow[] = [];
  for (const chip of chips) {
    const { cost } = await costsAsked(question, question.prepared, chip, uninterrupted);
    rows.push(streamsRow(chip.id, wholeTotal(cost.total.latencySeconds), streams));
  }
  return rows;
}

/** With `--require` chips on which it does not fit, or on which it is unknown, are a failure. */
function required(words: Arguments, { chips, streams }: FitReport): Failure | null {
  const late = streams?.chips.filter(({ carried }) => carried?.carries !== true).map(({ id }) => id) ?? [];
  const others = [...new Set([...chips.filter(({ fits }) => fits !== true).map(({ id }) => id), ...late])];
  if (!words.flag('require') || others.length === 0) return null;
  return new Failure(exitCodes.unmet, (language) =>
    message(language, 'cli.fit.required', { chips: others.join(', ') }),
  );
}
