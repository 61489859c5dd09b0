import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import { prepare, type Prepared } from '../engine/analyse';
import { chipClasses } from '../engine/chips/chip';
import { countryCodes } from '../engine/chips/countries';
import { places } from '../engine/chips/searchWords';
import { objectives } from '../engine/mapping/candidate';
import { Query } from '../engine/query';
import { notesOf, rankReport, reasonText } from '../engine/report/rankReport';
import type { Scheduler } from '../engine/scheduler';
import { orderOf, whichChip } from '../engine/whichChip';
import { phases, precisionPolicies } from '../engine/workload';
import type { OwnOrder, RankChoices, RankParams, RankResult } from '../protocol';
import { reportWords } from '../reportWords';
import type { Analysis } from '../workspace/analysis';
import { chosenHost } from '../workspace/chosenChips';

/** All chips by how well they serve a model, with the reason for each that does not. */
export async function rankItems(
  analysis: Analysis,
  { objective, limits, precisions: allowed, phase, prices }: RankParams,
  language: Language,
  scheduler: Scheduler,
): Promise<RankResult> {
  const { catalogue, choices } = analysis;
  const prepared = await inPhase(analysis.prepared, phase, scheduler);
  const { workload } = prepared;
  const host = chosenHost(choices, catalogue);
  const precisions = allowed.length > 0 ? allowed : [workload.precision];
  const wanted = { objective, limits, precisions, prices };
  const ranking = await whichChip({ prepared, ...(host && { host }) }, catalogue.chips, wanted, scheduler);
  const report = rankReport(ranking, { path: '', workload, objective, limits, precisions });
  const words = reportWords(language);
  return {
    revision: analysis.revision,
    objective,
    ranked: report.ranked.map((row) => ({ ...row, notes: notesOf(row, words) })),
    best: report.best,
    rejected: report.rejected.map(({ id, name, class: ofClass, places: where, broken }) => {
      return { id, name, class: ofClass, places: where, reason: reasonText(broken, words) };
    }),
    choices: rankChoices(language),
  };
}

function rankChoices(language: Language): RankChoices {
  return {
    objectives,
    places: places.map((id) => ({ id, name: message(language, `place.${id}`) })),
    classes: chipClasses.map((id) => ({ id, name: message(language, `class.${id}`) })),
    countries: countryCodes,
    phases,
    precisions: precisionPolicies,
  };
}

const ownShown = 3;

/** The best of the chosen chips, of which the costs are known. */
export function ownOrder({ prepared, chips }: Analysis, language: Language): OwnOrder {
  const { ranked, rejected } = orderOf(prepared, chips);
  const words = reportWords(language);
  return {
    best: ranked.slice(0, ownShown).flatMap(({ chip: { id, name }, place, fits, figures: { latency } }) => {
      return latency ? [{ id, name, place, fits, seconds: latency }] : [];
    }),
    outside: rejected.map(({ chip: { name }, broken }) => ({ name, reason: reasonText(broken, words) })),
  };
}

/** The model in other phases than its own, so that other limits there compute nothing again. */
const otherPhases = new Query<Prepared, Prepared>(4);

async function inPhase(
  prepared: Prepared,
  phase: RankParams['phase'],
  scheduler: Scheduler,
): Promise<Prepared> {
  const { model, workload } = prepared;
  if (phase === null || phase === workload.phase) return prepared;
  return otherPhases.wait(prepared, () => prepare(model, { ...workload, phase }, scheduler), phase);
}
