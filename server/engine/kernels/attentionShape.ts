import type { Inference, InferredNode } from '../inference/types';
import type { MatrixShape } from '../operators/rule';

/**
 * The loop nest of attention that is written as two matrix products with a softmax between them:
 * scores = Q K^T (m = queries, n = keys, k = head size), result = scores V (n = value head size).
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
  return {
    kind: 'attention',
    batch,
    heads,
    kvHeads: heads,
    queryLength: first.m,
    keyLength: first.n,
    headSize: first.k,
    valueHeadSize: second.n,
    causal: false,
  };
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
