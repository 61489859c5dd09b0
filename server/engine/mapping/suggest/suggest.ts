import { fusedAttention } from './attention';
import { largerBatch } from './batch';
import { betterChip } from './better';
import { sharedCache } from './cache';
import { capturedGraph } from './capture';
import { cheaperChip } from './cheaper';
import { fullConvolutions } from './depthwise';
import { duplicateWeights } from './duplicates';
import { fallbacks } from './fallback';
import { foldableNodes } from './foldable';
import { fitting } from './fitting';
import { oddSizes } from './oddSizes';
import { memoryPeak } from './peak';
import { prunedWeights } from './pruning';
import { removals } from './removals';
import { otherRuntime } from './runtime';
import { fasterPrecision, triedPrecisions } from './precision';
import { shareGained, tightest, type Situation } from './trial';
import type { Option, Suggestion, SuggestionCode } from './types';

/** More than these nobody acts on. */
const mostSuggestions = 7;

/** What takes less of a run's time away is not worth a change: estimates of one kernel are off by more. */
const leastShare = 0.02;

/** From so many nodes on, nothing is tried that needs all shapes anew, nor what another plan of all kernels is made for alone. */
const largeNodes = 6000;

/**
 * What to do next with a model on a chip, what saves most first: at most seven, none of which contradicts another. Each was
 * applied to the workload, the runtime or the graph, and its gain is the difference of the two analyses.
 * Of a mapping, what leaves nodes where it puts them.
 * @param off codes that nobody wants to see
 */
export async function suggest(
  asked: Situation,
  off: ReadonlySet<SuggestionCode> = new Set(),
): Promise<readonly Suggestion[]> {
  const situation = { ...asked, analysis: tightest(asked.analysis) };
  const isMapped = situation.pinnedOn !== undefined;
  const isLarge = situation.prepared.inference.nodes.length > largeNodes;
  const precisions = await triedPrecisions(situation, isLarge);
  const all = [
    ...(await fitting(situation, precisions)),
    ...fasterPrecision(situation, precisions, leastShare),
    ...(await sharedCache(situation, leastShare)),
    ...(await capturedGraph(situation, leastShare)),
    ...(isMapped ? [] : await fallbacks(situation, leastShare, isLarge)),
    ...(isLarge ? [] : await fusedAttention(situation, leastShare)),
    ...(isLarge || isMapped ? [] : await otherRuntime(situation, leastShare)),
    ...(isLarge ? [] : await largerBatch(situation)),
    ...(isLarge ? [] : await foldableNodes(situation, leastShare)),
    ...(isLarge ? [] : await removals(situation, leastShare)),
    ...(isLarge ? [] : await prunedWeights(situation, leastShare)),
    ...(await oddSizes(situation, leastShare)),
    ...(isMapped ? [] : await otherChip(situation, isLarge)),
    ...(isLarge ? [] : await fullConvolutions(situation)),
    ...(isLarge ? [] : await duplicateWeights(situation)),
    ...memoryPeak(situation),
  ];
  return chosen(all.filter(({ code }) => !off.has(code)));
}

/** Who states prices gets the cheaper chip, where there is one, before the faster. */
async function otherChip(situation: Situation, isLarge: boolean): Promise<Suggestion[]> {
  const cheaper = await cheaperChip(situation, isLarge);
  return cheaper.length > 0 ? cheaper : betterChip(situation, isLarge);
}

/** The first of those that say different things about one matter, up to a number; the others are other ways beside it. */
function chosen(all: readonly Suggestion[]): readonly Suggestion[] {
  const kept: Suggestion[] = [];
  for (const one of [...all].sort((a, b) => rankOf(b) - rankOf(a))) {
    const at = kept.findIndex((other) => contradict(one, other));
    const first = kept[at];
    if (first) kept[at] = { ...first, others: withOther(first, one) };
    else if (kept.length < mostSuggestions) kept.push(one);
  }
  return kept;
}

/** What is changed otherwise stands beside what is changed first. */
function withOther(first: Suggestion, { change, gain, seconds, risk }: Suggestion): readonly Option[] {
  const isSame = [first, ...first.others].some(
    (one) => JSON.stringify(one.change) === JSON.stringify(change),
  );
  return isSame || change.kind === 'graph'
    ? first.others
    : [...first.others, { change, gain, seconds, risk }];
}

/** What does not run at all goes first, then by the share of the time, then by bytes. */
function rankOf(one: Suggestion): number {
  if (one.code === 'does-not-fit') return Infinity;
  return shareGained(one) ?? 0;
}

/** Both change the same setting, or both change the same nodes of the graph. */
function contradict(one: Suggestion, other: Suggestion): boolean {
  const [a, b] = [one.change.kind, other.change.kind];
  if (a === 'graph' && b === 'graph') return one.nodes.some((node) => other.nodes.includes(node));
  const matter = (kind: Suggestion['change']['kind']): string => (kind === 'flag' ? 'runtime' : kind);
  return matter(a) === matter(b);
}
