import type { Inference, InferredNode } from '../inference/types';
import type { MatrixShape } from '../operators/rule';

/**
 * The loop nest of attention that is written as two matrix products with a softmax between them:
 * scores = Q K^T (m = queries, n = keys, k = head size), result = scores V (n = value head size).
 * Heads that were repeated inside the kernel (grouped queries) count once as key-value heads.
 * A mask says nothing about being causal, so `causal` is false: all written pairs are counted.
 */
export function attentionShape(inference: Inference, members: readonly number[]): MatrixShape | undefined {
  const products = members
    .map((member) => inference.nodes[member]!)
    .filter((node) => node.work?.matrixShape?.kind === 'gemm');
  const [scores, result] = [products[0], products[products.length - 1]];
  const [first, second] = [scores?.work?.matrixShape, result?.work?.matrixShape];
  if (!scores || !result || scores === result || first?.kind !== 'gemm' || second?.kind !== 'gemm')
    return undefined;
  const { batch, heads } = batchAndHeads(inference, result, first.batch);
  const sizes = {
    batch,
    heads,
    kvHeads: sharedHeads(inference, members, heads, first.n, first.k),
    queryLength: first.m,
    keyLength: first.n,
    headSize: first.k,
    valueHeadSize: second.n,
  };
  // Products that contradict each other (keys of none, values of some) are no loop nest.
  if (Object.values(sizes).some((size) => size === 0)) return undefined;
  return { kind: 'attention', ...sizes, causal: false };
}

/** Heads of a key that the members read before they repeat it: [batch, heads, keys, size]; all where none is repeated. */
function sharedHeads(
  inference: Inference,
  members: readonly number[],
  heads: number,
  keyLength: number,
  headSize: number,
): number {
  let fewest = heads;
  for (const member of members) {
    for (const input of inference.nodes[member]!.inputs) {
      const type = input === null ? undefined : inference.values[input]!.type;
      const shape = type?.kind === 'tensor' ? type.shape : undefined;
      if (shape?.length !== 4 || shape[2] !== keyLength || shape[3] !== headSize) continue;
      const [, own] = shape;
      if (typeof own === 'number' && own > 0 && heads % own === 0) fewest = Math.min(fewest, own);
    }
  }
  return fewest;
}

/** Axes before the last two: [batch, heads]; a single one holds both, counted as heads. */
function batchAndHeads(
  inference: Inference,
  node: InferredNode,
  products: number,
): { batch: number; heads: number } {
  const output = node.outputs[0];
  const type = typeof output === 'number' ? inference.values[output]!.type : undefined;
  const shape = type?.kind === 'tensor' ? type.shape : undefined;
  const batch = shape?.length === 4 ? shape[0] : undefined;
  return typeof batch === 'number' && batch > 0 && products % batch === 0
    ? { batch, heads: products / batch }
    : { batch: 1, heads: products };
}
