import type { Recomputation } from '../../workload';
import type { Inference } from '../../inference/types';
import { isStepDue, type Steps } from '../../scheduler';
import { layersOf } from './layers';
import type { Passes, Stretch } from './passes';

/** What runs twice under a policy: stretches that do not overlap, in order. */
export function* recomputedStretches(
  inference: Inference,
  passes: Passes,
  policy: Recomputation,
): Steps<readonly Stretch[]> {
  if (policy === 'none') return [];
  return policy === 'full' ? yield* layersOf(passes) : yield* attentionCores(inference, passes);
}

/**
 * The inside of attention written as several operators: from behind a product of two activations, over passes that lead to a
 * Softmax, to the next product of two activations, which is none of it itself but does not keep what it gets from there
 * (Korthikanti et al. 2022, selective activation recomputation). An attention that is one operator is its own inside.
 */
function* attentionCores(inference: Inference, { passes, buffers }: Passes): Steps<readonly Stretch[]> {
  const cores: Stretch[] = [];
  const isProduct = (at: number): boolean => {
    const { nodes, weights } = passes[at]!;
    return weights.length === 0 && nodes.some((node) => inference.nodes[node]!.operatorClass === 'gemm');
  };
  const makers = new Map<number, number>();
  for (let at = 0; at < passes.length; at++) {
    if (isStepDue(at)) yield;
    for (const id of passes[at]!.writes) makers.set(buffers[id]!, at);
    if (passes[at]!.scores.length > 0) cores.push({ from: at, to: at });
    if (!isProduct(at)) continue;
    const from = startOf(at);
    if (from !== null && from > (cores.at(-1)?.to ?? -1)) cores.push({ from, to: at });
  }
  return cores;

  /** The product of queries and keys whose Softmax a product reads; null where there is none. */
  function startOf(product: number): number | null {
    const pending = [...passes[product]!.reads];
    const seen = new Set(pending);
    let isSoft = false;
    let start: number | null = null;
    while (pending.length > 0 && seen.size < mostInside) {
      const at = makers.get(pending.pop()!);
      if (at === undefined || at >= product || product - at > mostInside) continue;
      if (isProduct(at)) {
        start = Math.min(start ?? at, at);
        continue;
      }
      const classes = passes[at]!.nodes.map((node) => inference.nodes[node]!.operatorClass);
      if (classes.includes('softmax')) isSoft = true;
      if (passes[at]!.weights.length > 0 && classes.some((one) => one === 'gemm')) continue;
      for (const id of passes[at]!.reads) if (seen.size < seen.add(id).size) pending.push(id);
    }
    return isSoft ? start : null;
  }
}

/** Passes between the two products of an attention at the most; exporters write some twenty. */
const mostInside = 100;
