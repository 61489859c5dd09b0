import type { ChipAnalysis } from '../../analyse';
import { estimate, spreadsOf, weaker } from '../../cost/interval';
import { wholeTotal } from '../../cost/totals';
import type { Estimate, KernelCost } from '../../cost/types';

/**
 * Share of the variance of what all kernels of a run are off alike that stays when the run computes in another format.
 * Assumption: software and clock are the same, how well it fills the units in that format is not. Kernels' own errors are
 * not shared: over products of 900 sizes each on the H100 and the L40S those in bf16 and in fp8 (aiconfigurator's tables
 * against the estimates of 2026-11-30) correlate by 0.04 and 0.03.
 */
const sharedVariance = 0.5;

/** Share of the time from which on a format counts among those that a run computes in. */
const tellingShare = 0.1;

type Side = Pick<ChipAnalysis, 'plan' | 'cost'>;

/** Half-widths in seconds. */
interface Widths {
  below: number;
  above: number;
}

/** Kernels that are off alike: the same operation with the same time. */
interface Alike {
  /** Seconds before the change less those after it. */
  net: number;
  /** Shares of the time by which it may be less and more. */
  readonly below: number;
  readonly above: number;
}

/** A run with the part of its range that all of its kernels have in common. */
interface Run extends Widths {
  seconds: number;
  readonly secondsOf: Map<string, number>;
}

/**
 * Seconds that a run takes less after a change than before it; null while either is unknown. An estimate is off by a factor that all
 * kernels have in common and by one of each kernel's own (cost/interval.ts). The common one is the same before and after,
 * in part where the run computes in another format: with half-widths b and a it is off by b − a where it is shared and by √(b² + a²) where it is not. Own
 * ones cancel for kernels that stay as they are, and add in squares for all others.
 */
export function secondsGained(before: Side, after: Side): Estimate | null {
  return differenceOf(before, after, 1, 1);
}

/** As {@link secondsGained}, for each of the samples that a run has on either side. */
export function secondsGainedPerSample(
  before: Side,
  after: Side,
  samples: { readonly before: number; readonly after: number },
): Estimate | null {
  return differenceOf(before, after, 1 / samples.before, 1 / samples.after);
}

function differenceOf(before: Side, after: Side, ofBefore: number, ofAfter: number): Estimate | null {
  const first = wholeTotal(before.cost.total.latencySeconds);
  const second = wholeTotal(after.cost.total.latencySeconds);
  if (!first || !second) return null;
  const own = new Map<string, Alike>();
  const [b, a] = [runOf(before, ofBefore, own), runOf(after, -ofAfter, own)];
  const shared = sameFormats(b, a) ? 1 : sharedVariance;
  const [low, high] = [b.below - a.below, b.above - a.above];
  let below = shared * Math.max(0, low, -high) ** 2 + (1 - shared) * (b.below ** 2 + a.above ** 2);
  let above = shared * Math.max(0, high, -low) ** 2 + (1 - shared) * (b.above ** 2 + a.below ** 2);
  for (const { net, ...part } of own.values()) {
    below += (net * (net > 0 ? part.below : part.above)) ** 2;
    above += (net * (net > 0 ? part.above : part.below)) ** 2;
  }
  const value = first.value * ofBefore - second.value * ofAfter;
  const basis = weaker(first.basis, second.basis);
  return estimate(value, value - Math.sqrt(below), value + Math.sqrt(above), basis);
}

/**
 * What a run's kernels have in common; their own parts are added to `own`.
 * @param factor of the time: negative after the change
 */
function runOf({ plan, cost }: Side, factor: number, own: Map<string, Alike>): Run {
  const run: Run = { seconds: 0, below: 0, above: 0, secondsOf: new Map() };
  for (const one of cost.kernels) {
    const kernel = plan.kernels[one.kernel];
    const { seconds } = one;
    if (!seconds || seconds.value <= 0) continue;
    const time = seconds.value * (kernel?.repeat ?? 1) * Math.abs(factor);
    const shares = sharesOf(seconds, one.common);
    run.seconds += time;
    run.below += time * shares.common.below;
    run.above += time * shares.common.above;
    run.secondsOf.set(one.precision, (run.secondsOf.get(one.precision) ?? 0) + time);
    const key = `${kernel?.operatorClass ?? 'link'} ${one.precision} ${seconds.value}`;
    const alike = own.get(key) ?? { net: 0, ...shares.own };
    alike.net += factor > 0 ? time : -time;
    own.set(key, alike);
  }
  return run;
}

/** By which shares of itself a time may be less and more, with others and on its own. */
function sharesOf(
  seconds: Estimate,
  common: KernelCost['common'],
): { readonly common: Widths; readonly own: Widths } {
  const { low, high, below, above } = spreadsOf(seconds, common);
  return {
    common: { below: 1 - Math.exp(low), above: Math.exp(high) - 1 },
    own: { below: 1 - Math.exp(-below), above: Math.exp(above) - 1 },
  };
}

/** The formats in which a run spends its time are the same. */
function sameFormats(one: Run, other: Run): boolean {
  const formats = ({ secondsOf, seconds }: Run): string[] =>
    [...secondsOf].filter(([, time]) => time >= tellingShare * seconds).map(([format]) => format);
  return formats(one).sort().join() === formats(other).sort().join();
}

/** What is gained of something that is known as one figure with its range, such as energy; errors move together. */
export function figureGained(before: Estimate | null, after: Estimate | null): Estimate | null {
  if (!before || !after) return null;
  const value = before.value - after.value;
  const [low, high] = [before.low - after.low, before.high - after.high];
  return estimate(value, Math.min(low, high), Math.max(low, high), weaker(before.basis, after.basis));
}
