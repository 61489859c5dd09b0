import { elementCount } from '../graph/dataTypes';
import { isStepDue, type Steps } from '../scheduler';
import type { InferredNode, InferredValue, Inference } from './types';

/** Bytes of a score: products of 16-bit numbers are kept in 32 bits (ggml_mul_mat of llama.cpp). */
const scoreBytes = 4;

/**
 * An inference with a value more for each attention that is one operator: its scores, [batch, heads, queries, keys], of all pairs,
 * also of those that a mask hides. Runtimes that compute attention in one kernel have no use for them.
 */
export function* withScores(inference: Inference): Steps<Inference> {
  const values = [...inference.values];
  const scores = new Map<number, number>();
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    const value = scoresOf(node, values.length);
    if (!value) continue;
    scores.set(node.index, value.id);
    values.push(value);
  }
  return { ...inference, values, scores };
}

function scoresOf({ index, scope, node, work }: InferredNode, id: number): InferredValue | null {
  const shape = work?.matrixShape;
  if (shape?.kind !== 'attention') return null;
  const dims = [shape.batch, shape.heads, shape.queryLength, shape.keyLength];
  return {
    id,
    name: `${node.outputs[0] ?? node.name}.scores`,
    scope,
    type: { kind: 'tensor', dtype: 'float', shape: dims },
    origin: 'node',
    producer: index,
    consumers: [index],
    isConstant: false,
    bytes: elementCount(dims) * scoreBytes,
  };
}
