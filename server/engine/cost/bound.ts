import type { KernelPlan } from '../kernels/types';
import type { Bound, KernelCost } from './types';

/** What bounds a part of a run. */
interface BoundPart {
  readonly bound: Bound;
  readonly seconds: KernelCost['seconds'];
  readonly runs: number;
}

/** What bounds most of the time of a run; unknown where no time is. */
export function boundOfMost(parts: readonly BoundPart[]): Bound {
  const sums = new Map<Bound, number>();
  for (const { bound, seconds, runs } of parts)
    sums.set(bound, (sums.get(bound) ?? 0) + (seconds?.value ?? 0) * runs);
  const [first] = [...sums].sort(([, a], [, b]) => b - a);
  return first && first[1] > 0 ? first[0] : 'unknown';
}

/**
 * As {@link boundOfMost} of single kernels.
 * @param kernels those of the plan, then transfers, which run once
 */
export function mostlyBound(
  kernels: readonly Pick<KernelCost, 'kernel' | 'bound' | 'seconds'>[],
  plan: { readonly kernels: readonly Pick<KernelPlan['kernels'][number], 'repeat'>[] },
): Bound {
  return boundOfMost(
    kernels.map(({ kernel, bound, seconds }) => ({
      bound,
      seconds,
      runs: plan.kernels[kernel]?.repeat ?? 1,
    })),
  );
}
