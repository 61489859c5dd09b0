import { csvText } from '../../outside/csv';
import { message } from '../../l10n/cli';
import type { Language } from '../../l10n/language';
import { objectives } from '../engine/mapping/candidate';
import { limitsWith } from '../engine/mapping/needs';
import { bindingsInForce } from '../engine/report/build';
import { rankReport, rankRows, rankSections } from '../engine/report/rankReport';
import { uninterrupted } from '../engine/scheduler';
import { whichChip } from '../engine/whichChip';
import { precisionPolicies } from '../engine/workload';
import { reportWords } from '../reportWords';
import type { Arguments } from './arguments';
import { exitCodes, Failure, usage, type Outcome } from './failure';
import { otherInputs } from './inputs';
import { limitsIn, listed, refuseVendors } from './limits';
import { refuseTooMuch, roomIn } from './memory';
import { neededBy } from './needs';
import { openModel } from './openModel';
import { pricesIn } from './prices';
import { limitedBy, streamsIn } from './streams';
import { inFormat, tableFormats } from './tableFormats';
import { taskOf } from './task';
import { prepareAsked, settingsNotes } from './workload';

/** `siliconlens rank MODEL`: which chips serve an objective best within limits, and why the others do not. */
export async function rank(words: Arguments, language: Language, heapBytes = Infinity): Promise<Outcome> {
  const format = words.choice('format', tableFormats) ?? 'table';
  const objective = words.choice('objective', objectives) ?? 'latency';
  const asOption = listed(words, 'precisions', precisionPolicies);
  const { path, asked, choice, chips, host } = await taskOf(words, language, true);
  const wanting = await neededBy(words, choice, language);
  const asLimits = wanting ? limitsWith(limitsIn(words), wanting) : limitsIn(words);
  refuseVendors(asLimits, choice.all);
  const prices = await pricesIn(words, choice, chips);
  if (objective === 'price' && Object.keys(prices).length === 0) throw usage('cli.rank.noPrice');
  const opened = await openModel(path, language, roomIn(heapBytes));
  refuseTooMuch(opened, 1, heapBytes);
  const { prepared, remarks } = await prepareAsked(opened.model, asked);
  const precisions = asOption.length > 0 ? asOption : [asked.precision];
  const question = { prepared, ...(host && { host }) };
  const streams = streamsIn(words, prepared, asLimits.figures?.latency, wanting);
  const limits = streams ? limitedBy(streams, asLimits) : asLimits;
  const wanted = { objective, limits, precisions, prices };
  const ranking = await whichChip(question, chips, wanted, uninterrupted);
  const workload = { ...prepared.workload, bindings: bindingsInForce(prepared) };
  const report = rankReport(ranking, {
    path,
    workload,
    objective,
    limits,
    precisions,
    ...(streams && { streams }),
  });
  return {
    text: inFormat(
      format,
      report,
      () => rankSections(report, reportWords(language)),
      () => csvText(rankRows(report)),
    ),
    failure: opened.failure ?? (report.ranked.length === 0 ? nothingRanked : null),
    notes: settingsNotes(words, remarks, language).join('\n'),
    inputs: await otherInputs(words, [opened], choice),
  };
}

const nothingRanked = new Failure(exitCodes.unmet, (language) => message(language, 'cli.rank.none'));
