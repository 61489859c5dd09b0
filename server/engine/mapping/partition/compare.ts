import type { ChipAnalysis } from '../../analyse';
import { added, exact, Total } from '../../cost/interval';
import { wholeTotal } from '../../cost/totals';
import type { Estimate } from '../../cost/types';
import { isSurelyLess, sharedError } from '../ratio';
import type { MapObjective } from './build';

/** One way held against another: surely less or more, or not to be told apart. */
export type Verdict = 'better' | 'worse' | 'same' | 'apart';

/**
 * A way held against another. Kernels that run on the same unit in both are off alike, so only what differs is compared, where both have
 * the same kernels; else the whole.
 */
export function comparedWith(one: ChipAnalysis, other: ChipAnalysis, objective: MapObjective): Verdict {
  const isOfOnePlan = one.plan === other.plan;
  const [mine, theirs] = isOfOnePlan
    ? differing(one, other, objective)
    : [whole(one, objective), whole(other, objective)];
  if (!mine || !theirs) return 'apart';
  if (mine.value === theirs.value) return 'same';
  const shared = isOfOnePlan ? 0 : sharedError(one.chip, other.chip);
  // Against nothing, anything is more.
  if (theirs.value === 0) return 'better';
  if (mine.value === 0) return 'worse';
  if (isSurelyLess(theirs, mine, shared)) return 'better';
  return isSurelyLess(mine, theirs, shared) ? 'worse' : 'apart';
}

function whole({ cost: { total } }: ChipAnalysis, objective: MapObjective): Estimate | null {
  if (objective === 'energy') return wholeTotal(total.joules);
  const time = wholeTotal(total.latencySeconds);
  return time && added(time, exact(besides(total), time.basis));
}

/** What the kernels and transfers take that are not on the same unit in both. */
function differing(
  one: ChipAnalysis,
  other: ChipAnalysis,
  objective: MapObjective,
): readonly [Estimate | null, Estimate | null] {
  const isMoved = (kernel: number): boolean => {
    const [a, b] = [one, other].map(({ cost }) => unitAt(cost, kernel));
    return a !== b;
  };
  const sumOf = ({ plan, cost }: ChipAnalysis): Estimate | null => {
    const sum = new Total();
    for (const { kernel, seconds, joules, common, bound } of cost.kernels) {
      const own = plan.kernels[kernel];
      if (own && !isMoved(kernel)) continue;
      const figure = objective === 'latency' ? seconds : joules;
      if (!figure && (own || objective === 'latency')) return null;
      if (figure) sum.add(own?.operatorClass ?? bound, figure, own?.repeat ?? 1, common);
    }
    const all = sum.get();
    return objective === 'latency' ? added(all, exact(besides(cost.total), all.basis)) : all;
  };
  return [sumOf(one), sumOf(other)];
}

function unitAt({ kernels, units }: ChipAnalysis['cost'], kernel: number): string | null {
  const { unit } = kernels[kernel]!;
  return unit === null ? null : units[unit]!.id;
}

/** Seconds of a run besides its kernels: start, inputs and outputs. */
export function besides({ io, startSeconds }: ChipAnalysis['cost']['total']): number {
  return (io.seconds ?? 0) + (startSeconds ?? 0);
}
