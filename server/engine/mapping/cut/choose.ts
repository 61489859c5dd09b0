import { estimate, Total } from '../../cost/interval';
import type { Estimate } from '../../cost/types';
import { isSurelyLess, sharedError } from '../ratio';
import { cutAt, figureOf, transferAt, type Cut, type Demand, type Places } from './cuts';
import type { PartCosts } from './parts';

/** Every cut, the best, and those of which nobody can say that they are worse. */
export interface Choice {
  /** One for each place of the first cut, with the second that makes it quickest. */
  readonly cuts: readonly Cut[];
  readonly best: Cut | null;
  /** The best among them, by value. */
  readonly tied: readonly Cut[];
}

/** Cuts that are held against the best one at the most, those nearest to it. */
const mostCompared = 200;

/** Tries all cuts: nothing is left out, so the best is the best of the chain. */
export function chooseCut(places: Places, demand: Demand): Choice {
  const cuts: Cut[] = [];
  for (let first = 0; first < places.count; first++)
    cuts.push(cutAt(places, demand, first, secondFor(places, first)));
  const able = cuts.filter(({ refusal }) => refusal === null);
  const figure = (cut: Cut): number => figureOf(cut, demand.objective)!.value;
  able.sort((a, b) => figure(a) - figure(b) || b.first - a.first);
  const best = able[0] ?? null;
  const rivals = able.slice(1, mostCompared + 1);
  const tied = best ? [best, ...rivals.filter((cut) => !isSurelyBetter(places, demand, best, cut))] : [];
  return { cuts, best, tied };
}

/**
 * The second cut that makes a run quickest. What the device spends depends on it by its waiting alone, so this is the best
 * for every objective.
 */
function secondFor({ edge, cloud, count }: Places, first: number): number {
  if (!edge) return first;
  let [best, least] = [count - 1, Infinity];
  for (let second = first; second < count; second++) {
    const { parts } = edge.tier;
    const behind = cloud.parts.behind[second]!;
    if (behind.fits === false || (!parts.holdsAll && parts.between(first, second).fits === false)) continue;
    const seconds =
      parts.secondsBetween(first, second) +
      (edge.tier.ioSeconds(first, second) ?? NaN) +
      (transferAt(edge.crossing, edge.connection, second, count)?.seconds ?? 0) +
      (behind.seconds?.value ?? NaN) +
      (cloud.ioSeconds(second, count - 1) ?? NaN);
    if (seconds < least) [best, least] = [second, seconds];
  }
  return best;
}

/**
 * Whether one cut is surely better than another. Kernels that run at the same place in both cost the same in both,
 * however far off that is, and cancel; so do equal bytes. What only one of them does is held against what only the other does.
 */
export function isSurelyBetter(places: Places, { objective }: Demand, a: Cut, b: Cut): boolean {
  const { device, edge, cloud, count } = places;
  const last = count - 1;
  const isTime = objective === 'latency';
  const of = (parts: PartCosts, x: readonly Range[], y: readonly Range[]): Estimate | null =>
    onlyIn(parts, x, y, isTime ? 'seconds' : 'joules');
  const ofDevice: Sides = [[[0, a.first]], [[0, b.first]]];
  const pairs: { readonly parts: PartCosts; readonly sides: Sides }[] = [
    { parts: device.parts, sides: ofDevice },
  ];
  if (isTime) {
    pairs.push({ parts: cloud.parts, sides: [[[a.second, last]], [[b.second, last]]] });
    if (edge) pairs.push({ parts: edge.tier.parts, sides: [[[a.first, a.second]], [[b.first, b.second]]] });
  }
  const exact = exactOf(a, isTime) - exactOf(b, isTime);
  const mine = joined(
    pairs.map(({ parts, sides: [x, y] }) => of(parts, x, y)),
    Math.max(0, exact),
  );
  const theirs = joined(
    pairs.map(({ parts, sides: [x, y] }) => of(parts, y, x)),
    Math.max(0, -exact),
  );
  if (!mine || !theirs) return false;
  if (mine.value === 0) return theirs.value > 0;
  return theirs.value > 0 && isSurelyLess(mine, theirs, sharedError(device.chip, cloud.chip));
}

type Range = readonly [from: number, to: number];
type Sides = readonly [readonly Range[], readonly Range[]];

/** What is not a matter of a chip's estimate: transfers, and joules of the radio and of waiting. */
function exactOf({ transfer, edgeTransfer, ioSeconds, idleJoules }: Cut, isTime: boolean): number {
  if (isTime) return (transfer?.seconds ?? 0) + (edgeTransfer?.seconds ?? 0) + (ioSeconds ?? 0);
  return (transfer ? (transfer.joules ?? 0) : 0) + (idleJoules ?? 0);
}

/** What a place does in ranges of cuts and not in others. */
function onlyIn(
  parts: PartCosts,
  ranges: readonly Range[],
  others: readonly Range[],
  figure: 'seconds' | 'joules',
): Estimate | null {
  let rest = ranges;
  for (const [from, to] of others)
    rest = rest.flatMap(([a, b]): Range[] =>
      from >= to
        ? [[a, b]]
        : [[a, Math.min(b, from)] as const, [Math.max(a, to), b] as const].filter(([x, y]) => x < y),
    );
  let sum = estimate(0, 0, 0, 'calibrated');
  for (const [from, to] of rest) {
    const part = parts.between(from, to)[figure];
    if (!part) return null;
    // Kernels of one place are off alike.
    sum = estimate(sum.value + part.value, sum.low + part.low, sum.high + part.high, part.basis);
  }
  return sum;
}

/** Figures of several places with what is exact; null while one is unknown. */
function joined(figures: readonly (Estimate | null)[], exact: number): Estimate | null {
  const total = new Total();
  for (const [i, figure] of figures.entries()) {
    if (!figure) return null;
    total.add(String(i), figure, 1, { low: 1, high: 1 });
  }
  total.add('exact', { value: exact, low: exact, high: exact, basis: 'calibrated' }, 1, { low: 1, high: 1 });
  return total.get();
}
