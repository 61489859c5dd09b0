import type { Inference } from '../../inference/types';
import type { KernelPlan } from '../../kernels/types';
import type { MeasuredNode } from './profiles';

/** Measured times laid over a kernel plan. */
export interface MatchedProfile {
  /** Seconds by kernel; NaN where nothing was measured. */
  readonly kernels: Float64Array;
  /** Seconds of measured nodes that no kernel claims: copies between layouts, inserted casts. */
  readonly unmatchedSeconds: number;
  /** Share of the measured time that was matched, 0..1. */
  readonly share: number;
}

/**
 * Gives each measured node to the kernel that holds the graph's node of its name, or that writes the value of its name
 * (runtimes name new nodes after old ones or after values).
 */
export function matchProfile(
  inference: Inference,
  plan: KernelPlan,
  nodes: readonly MeasuredNode[],
): MatchedProfile {
  const byName = new Map<string, number>();
  for (const value of inference.values) if (value.producer !== null) byName.set(value.name, value.producer);
  for (const node of inference.nodes) if (node.node.name !== '') byName.set(node.node.name, node.index);
  const kernels = new Float64Array(plan.kernels.length).fill(NaN);
  let matched = 0;
  let all = 0;
  for (const { names, seconds } of nodes) {
    all += seconds;
    const kernel = names
      .map((name) => nodeOf(name, byName))
      .map((node) => (node === undefined ? -1 : plan.kernelOfNode[node]))
      .find((index) => index >= 0);
    if (kernel === undefined) continue;
    matched += seconds;
    kernels[kernel] = (Number.isNaN(kernels[kernel]) ? 0 : kernels[kernel]) + seconds;
  }
  return { kernels, unmatchedSeconds: all - matched, share: all > 0 ? matched / all : 0 };
}

/** Fusions of ONNX Runtime put their own words around a node's name. */
function nodeOf(name: string, byName: ReadonlyMap<string, number>): number | undefined {
  const known = byName.get(name);
  if (known !== undefined) return known;
  const bare = name
    .replace(/^(?:fused |Fused|InsertedPrecisionFreeCast_)\s*/, '')
    .replace(/(?:_nchwc|_fusion\w*|\/(?:Gemm|MatMul)Fusion|_token_\d+)$/, '');
  return byName.get(bare);
}
