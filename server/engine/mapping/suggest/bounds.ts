import type { ChipAnalysis } from '../../analyse';
import type { Bound } from '../../cost/types';

/** Seconds of a run by what bounds them. */
export function secondsByBound({ plan, cost }: Pick<ChipAnalysis, 'plan' | 'cost'>): Record<Bound, number> {
  const sum: Record<Bound, number> = { compute: 0, memory: 0, overhead: 0, link: 0, none: 0, unknown: 0 };
  for (const { kernel, bound, seconds } of cost.kernels)
    sum[bound] += (seconds?.value ?? 0) * (plan.kernels[kernel]?.repeat ?? 1);
  return sum;
}

/** Seconds of a run by part; what kernels spend on several at once counts for each. */
export function secondsByPart({ plan, cost }: Pick<ChipAnalysis, 'plan' | 'cost'>): {
  readonly compute: number;
  readonly memory: number;
  readonly overhead: number;
} {
  const sum = { compute: 0, memory: 0, overhead: 0 };
  for (const { kernel, parts } of cost.kernels) {
    const repeat = plan.kernels[kernel]?.repeat ?? 1;
    if (!parts) continue;
    sum.compute += parts.compute * repeat;
    sum.memory += parts.memory * repeat;
    sum.overhead += parts.overhead * repeat;
  }
  return sum;
}

/** Nodes that carry the kernels which gain most from one plan run twice, the first those with most to gain. */
export function nodesThatGain(before: ChipAnalysis, after: ChipAnalysis): number[] {
  if (before.plan !== after.plan) return [];
  return before.plan.kernels
    .map(({ index, anchor, repeat }) => {
      const [first, second] = [before.cost.kernels[index]?.seconds, after.cost.kernels[index]?.seconds];
      return { anchor, gained: first && second ? (first.value - second.value) * (repeat ?? 1) : 0 };
    })
    .filter(({ gained }) => gained > 0)
    .sort((a, b) => b.gained - a.gained)
    .map(({ anchor }) => anchor);
}
