import type { ChipAnalysis } from '../engine/analyse';
import { suggest } from '../engine/mapping/suggest/suggest';
import type { Suggestion } from '../engine/mapping/suggest/types';
import { Query } from '../engine/query';
import type { Scheduler } from '../engine/scheduler';
import type { Analysis } from './analysis';
import { chosenHost } from './chosenChips';

/** Those of a chip, by what is left out. */
const found = new Query<ChipAnalysis, readonly Suggestion[]>();

/** What to do next on the first chip of an analysis; none while that has not been worked out. */
export function knownSuggestions(analysis: Analysis): readonly Suggestion[] {
  const [first] = analysis.chips;
  return (first && isWanted(analysis) && found.known(first, keyOf(analysis))) || [];
}

/** Works out {@link knownSuggestions}, once per chip and workload; rejects with `CancelledError` when the scheduler says so. */
export async function findSuggestions(
  analysis: Analysis,
  scheduler: Scheduler,
): Promise<readonly Suggestion[]> {
  const [first] = analysis.chips;
  if (!first || !isWanted(analysis)) return [];
  return found.wait(first, () => made(analysis, first, scheduler), keyOf(analysis));
}

function made(
  { prepared, catalogue, choices, chips, mapping }: Analysis,
  analysis: ChipAnalysis,
  scheduler: Scheduler,
): Promise<readonly Suggestion[]> {
  const host = chosenHost(choices, catalogue);
  const { prices } = choices;
  const places = { ...(host && { host }), ...(mapping?.kind === 'units' && { pinnedOn: mapping.pinnedOn }) };
  const situation = { prepared, analysis, scheduler, chosen: chips, prices, ...places };
  return suggest(situation, new Set(choices.suggestions.off));
}

/** Beside a split of equal devices there are none: changes would be tried on one of them. */
function isWanted({ refusal, choices, mapping }: Analysis): boolean {
  return refusal === null && choices.suggestions.enable && mapping?.kind !== 'split';
}

function keyOf({ choices, chips }: Analysis): string {
  return JSON.stringify([choices.suggestions.off, choices.prices, chips.map(({ chip }) => chip.id)]);
}
