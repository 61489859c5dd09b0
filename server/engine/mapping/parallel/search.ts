import type { Chip } from '../../chips/chip';
import { scale } from '../../cost/interval';
import { isSurelyLess, sharedError, type Ranged } from '../ratio';
import type { Placed, Refused } from './placement';
import { devicesOf, splitLabel, type Split } from './splits';

/**
 * What is to be best: a step as quick as can be, or as much done per second by all devices, where those that a split leaves idle run
 * further copies of the same step.
 */
export const splitObjectives = ['latency', 'throughput'] as const;
export type SplitObjective = (typeof splitObjectives)[number];

/** A split that fits, held against the best. */
export interface RankedSplit extends Placed {
  /** Its time lies in a range of which nobody can say that the best is better. */
  readonly isTied: boolean;
}

/** Splits of a model over equal devices. */
export interface Ranking {
  /** Best first, by value. */
  readonly ranked: readonly RankedSplit[];
  /** Those that are out, the ones that miss least first. */
  readonly refused: readonly Refused[];
}

/**
 * Orders what was placed. Of equal times the one with fewer devices is first, then the one with less tensor parallelism. Estimates of one model on one
 * chip share half of their error (`ratio.ts`), so splits whose ranges overlap beyond that are tied.
 */
export function rankSplits(
  found: readonly (Placed | Refused)[],
  chip: Chip,
  objective: SplitObjective,
): Ranking {
  const fitting = found.filter((one): one is Placed => !('limit' in one));
  const refused = found.filter((one): one is Refused => 'limit' in one);
  const scoreOf = ({ seconds, split }: Placed): Ranged =>
    objective === 'latency' ? seconds : scale(seconds, devicesOf(split));
  const best = bestOfEach(fitting).sort(
    (a, b) => scoreOf(a).value - scoreOf(b).value || fewer(a.split, b.split),
  );
  const [first] = best;
  const shared = sharedError(chip, chip);
  const ranked = best.map((one) => ({
    ...one,
    isTied: one === first || !isSurelyLess(scoreOf(first!), scoreOf(one), shared),
  }));
  const kept = new Set(ranked.map(({ split }) => splitLabel(split)));
  const out = refused.filter(({ split }) => !kept.has(splitLabel(split)));
  return { ranked, refused: onePerSplit(out).sort((a, b) => missing(a) - missing(b)) };
}

/** Of each split the number of micro-batches that serves it best. */
function bestOfEach(placed: readonly Placed[]): Placed[] {
  const best = new Map<string, Placed>();
  for (const one of placed) {
    const label = splitLabel(one.split);
    const other = best.get(label);
    if (!other || one.seconds.value < other.seconds.value) best.set(label, one);
  }
  return [...best.values()];
}

function onePerSplit(refused: readonly Refused[]): Refused[] {
  const least = new Map<string, Refused>();
  for (const one of refused) {
    const label = splitLabel(one.split);
    const other = least.get(label);
    if (!other || missing(one) < missing(other)) least.set(label, one);
  }
  return [...least.values()];
}

/** Fewer devices, then less tensor parallelism. */
function fewer(a: Split, b: Split): number {
  return devicesOf(a) - devicesOf(b) || a.tp - b.tp;
}

/** By how much a device's memory is too small, as a ratio; what is out for another reason comes last. */
function missing({ limit }: Refused): number {
  return limit.kind === 'memory' ? limit.bytes / limit.usable : Infinity;
}
