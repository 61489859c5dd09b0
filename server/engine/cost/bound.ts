import type { KernelPlan } from '../kernels/types';
import type { Bound, KernelCost } from './types';

/**
 * What bounds most of the time of a run; unknown where no time is.
 * @param kernels those of the plan, then transfers, which run once
 */
export function mostlyBound(
  kernels: readonly Pick<KernelCost, 'kernel' | 'bound' | 'seconds'>[],
  plan: { readonly kernels: readonly Pick<KernelPlan['kernels'][number], 'repeat'>[] },
): Bound {
  const sums = new Map<Bound, number>();
  for (const { kernel, bound, seconds } of kernels) {
    const runs = plan.kernels[kernel]?.repeat ?? 1;
    sums.set(bound, (sums.get(bound) ?? 0) + (seconds?.value ?? 0) * runs);
  }
  const [first] = [...sums].sort(([, a], [, b]) => b - a);
  return first && first[1] > 0 ? first[0] : 'unknown';
}
