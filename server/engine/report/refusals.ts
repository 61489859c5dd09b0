import type { ChipAnalysis, Prepared } from '../analyse';
import { formatTable } from '../cost/kernelFormat';
import { kernelSupport } from '../cost/placement';
import type { Refusal } from '../kernels/support/conditions';
import type { Kernel } from '../kernels/types';

/** Why a kernel of an analysis runs elsewhere than on the chip itself: its runtime refuses it. Null where neither is so. */
export function refusalOn(
  { inference, workload }: Pick<Prepared, 'inference' | 'workload'>,
  { chip, profile, plan, cost }: Pick<ChipAnalysis, 'chip' | 'profile' | 'plan' | 'cost'>,
): (kernel: Kernel) => Refusal | null {
  const refusal = kernelSupport(inference, plan, profile, formatTable(chip, workload.precision));
  return (kernel) => ((cost.kernels[kernel.index]?.unit ?? 0) > 0 ? refusal(kernel) : null);
}
