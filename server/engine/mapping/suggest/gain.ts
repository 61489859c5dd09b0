import type { ChipAnalysis } from '../../analyse';
import { estimate, weaker } from '../../cost/interval';
import { wholeTotal } from '../../cost/totals';
import type { Estimate } from '../../cost/types';

/**
 * Share of the variance that the errors of one class of kernels have in common when it computes in another format, on a
 * chip that was not measured in both. Assumption: laws and clock are the same, the constants of the format are not. On measured chips it is
 * none: over products of 900 sizes each on the H100 and the L40S the errors in bf16 and in fp8 (aiconfigurator's tables against the
 * estimates of 2026-11-30) correlate by 0.03 and 0.04.
 */
const sharedVariance = 0.5;

type Side = Pick<ChipAnalysis, 'plan' | 'cost'>;

/** The time of one class of kernels, with its half-widths. */
interface ClassTime {
  value: number;
  below: number;
  above: number;
  isMeasured: boolean;
  readonly formats: Set<string>;
}

/**
 * Seconds that a run takes less after a change than before it; null while either is unknown. Errors are shared as totals
 * share them: within a class of kernels that computes in the same formats they come from the same constants and move
 * together, in other formats in part, and between classes they are independent. With half-widths b (before) and a (after)
 * a class's gain is off by b − a where all is shared, and by √(b² + a²) where nothing is.
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
  const [first, second] = [
    wholeTotal(before.cost.total.latencySeconds),
    wholeTotal(after.cost.total.latencySeconds),
  ];
  if (!first || !second) return null;
  const [classesBefore, classesAfter] = [timesOf(before, ofBefore), timesOf(after, ofAfter)];
  let below = 0;
  let above = 0;
  for (const name of new Set([...classesBefore.keys(), ...classesAfter.keys()])) {
    const [b, a] = [classesBefore.get(name) ?? nothing, classesAfter.get(name) ?? nothing];
    const shared = sharedBy(b, a);
    const [low, high] = [b.below - a.below, b.above - a.above];
    const together = { below: Math.max(0, low, -high), above: Math.max(0, high, -low) };
    below += shared * together.below ** 2 + (1 - shared) * (b.below ** 2 + a.above ** 2);
    above += shared * together.above ** 2 + (1 - shared) * (b.above ** 2 + a.below ** 2);
  }
  const value = first.value * ofBefore - second.value * ofAfter;
  return estimate(
    value,
    value - Math.sqrt(below),
    value + Math.sqrt(above),
    weaker(first.basis, second.basis),
  );
}

const nothing: ClassTime = { value: 0, below: 0, above: 0, isMeasured: true, formats: new Set() };

/** Times by class of kernel; what the total has besides them is transfers. */
function timesOf({ plan, cost }: Side, factor: number): Map<string, ClassTime> {
  const found = new Map<string, ClassTime>();
  let sum = 0;
  for (const { index, operatorClass, repeat } of plan.kernels) {
    const { seconds, precision } = cost.kernels[index]!;
    if (!seconds || repeat === null) continue;
    let time = found.get(operatorClass);
    if (!time) found.set(operatorClass, (time = { ...nothing, formats: new Set() }));
    sum += seconds.value * repeat;
    time.value += seconds.value * repeat * factor;
    time.below += (seconds.value - seconds.low) * repeat * factor;
    time.above += (seconds.high - seconds.value) * repeat * factor;
    if (seconds.value > 0) time.formats.add(precision);
    time.isMeasured &&= seconds.basis === 'calibrated';
  }
  const link = linkTime(cost, (cost.total.latencySeconds?.value ?? 0) - sum, factor);
  if (link) found.set('link', link);
  return found;
}

/** Transfers have no kernel of the plan and run as often as what waits for them: their sum is what is left of the total. */
function linkTime({ kernels, nodes }: Side['cost'], left: number, factor: number): ClassTime | null {
  const links = kernels.filter(({ bound }) => bound === 'link').flatMap(({ seconds }) => seconds ?? []);
  const value = links.reduce((total, one) => total + one.value, 0);
  if (nodes.length === 0 || value <= 0) return null;
  const width = (side: (one: Estimate) => number): number =>
    (links.reduce((total, one) => total + Math.abs(one.value - side(one)), 0) / value) * left * factor;
  return {
    ...nothing,
    value: left * factor,
    below: width(({ low }) => low),
    above: width(({ high }) => high),
  };
}

/** Share of the variance of its errors that a class has in common before and after. */
function sharedBy(before: ClassTime, after: ClassTime): number {
  if (before === nothing || after === nothing || sameFormats(before, after)) return 1;
  return before.isMeasured && after.isMeasured ? 0 : sharedVariance;
}

function sameFormats({ formats: one }: ClassTime, { formats: other }: ClassTime): boolean {
  return one.size === other.size && [...one].every((format) => other.has(format));
}

/** What is gained of something that is known as one figure with its range, such as energy; errors move together. */
export function figureGained(before: Estimate | null, after: Estimate | null): Estimate | null {
  if (!before || !after) return null;
  const value = before.value - after.value;
  const [low, high] = [before.low - after.low, before.high - after.high];
  return estimate(value, Math.min(low, high), Math.max(low, high), weaker(before.basis, after.basis));
}
