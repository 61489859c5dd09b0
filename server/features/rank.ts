import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { chipClasses } from '../engine/chips/chip';
import { places } from '../engine/chips/searchWords';
import type { Limits } from '../engine/mapping/limits';
import { parseLimit } from '../engine/mapping/parseLimits';
import {
  notesOf,
  placeText,
  rankReport,
  reasonText,
  verdict,
  type RankRow,
} from '../engine/report/rankReport';
import { known, type Words } from '../engine/report/print/words';
import type { Scheduler } from '../engine/scheduler';
import { whichChip } from '../engine/whichChip';
import { precisionPolicies, type PrecisionPolicy } from '../engine/workload';
import type { RankItem, RankParams, RankResult } from '../protocol';
import { reportWords } from '../reportWords';
import type { Analysis } from '../workspace/analysis';
import { chosenHost } from '../workspace/chosenChips';

/** What was asked for in words. */
interface Asked {
  readonly limits: Limits;
  readonly precisions: readonly PrecisionPolicy[];
}

/** All chips by how well they serve a model, with the reason for each that does not. */
export async function rankItems(
  { prepared, catalogue, choices }: Analysis,
  { objective, limits: text }: RankParams,
  language: Language,
  scheduler: Scheduler,
): Promise<RankResult> {
  const asked = readLimits(text);
  if (typeof asked === 'string') {
    const reason = message(language, 'rank.limit', { limit: asked });
    return { verdict: reason, isRefused: true, ranked: [], rejected: [] };
  }
  const { workload } = prepared;
  const host = chosenHost(choices, catalogue);
  const precisions = asked.precisions.length > 0 ? asked.precisions : [workload.precision];
  const wanted = { objective, limits: asked.limits, precisions, prices: {} };
  const ranking = await whichChip({ prepared, ...(host && { host }) }, catalogue.chips, wanted, scheduler);
  const report = rankReport(ranking, { path: '', workload, objective, limits: asked.limits, precisions });
  const words = reportWords(language);
  return {
    verdict: verdict(report, words),
    isRefused: false,
    ranked: report.ranked.map((row) => rankItem(row, words)),
    rejected: report.rejected.map(({ id, name, broken }) => {
      return { id, name, place: '', figures: '', notes: reasonText(broken, words) };
    }),
  };
}

function rankItem(row: RankRow, words: Words): RankItem {
  const { latency, energy, watts } = row.figures;
  const time = known(
    latency,
    ({ value, low, high }) => `${words.seconds(value)} (${words.seconds(low)} – ${words.seconds(high)})`,
    words,
  );
  const joules = known(energy, ({ value }) => words.joules(value), words);
  const power = known(watts, ({ value }) => words.watts(value), words);
  return {
    id: row.id,
    name: row.name,
    place: placeText(row),
    figures: [time, joules, power, row.precision].join(' · '),
    notes: notesOf(row, words),
  };
}

/** The limits of a text; the first word that is none. */
function readLimits(text: string): Asked | string {
  const lists = new Map<string, readonly string[]>();
  const figures = new Map<string, number>();
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    const at = word.indexOf('=');
    const name = word.slice(0, at);
    const limit = parseLimit(word);
    if (limit && limit.value !== null) figures.set(limit.name, limit.value);
    else if (at > 0 && !limit && isListOf(name, word.slice(at + 1).split(','))) {
      lists.set(name, word.slice(at + 1).split(','));
    } else return word;
  }
  const of = (name: string): readonly string[] => lists.get(name) ?? [];
  return {
    limits: {
      places: places.filter((one) => of('place').includes(one)),
      classes: chipClasses.filter((one) => of('class').includes(one)),
      vendors: of('vendor'),
      countries: of('country').map((code) => code.toUpperCase()),
      figures: Object.fromEntries(figures),
    },
    precisions: precisionPolicies.filter((one) => of('precision').includes(one)),
  };
}

/** What a list may hold; null: anything. */
const listNames = new Map<string, readonly string[] | null>([
  ['place', places],
  ['class', chipClasses],
  ['vendor', null],
  ['country', null],
  ['precision', precisionPolicies],
]);

function isListOf(name: string, values: readonly string[]): boolean {
  const allowed = listNames.get(name);
  if (allowed === undefined || values.includes('')) return false;
  return allowed === null || values.every((value) => allowed.includes(value));
}
