import { elementCount } from '../graph/dataTypes';
import type { Inference, InferredNode } from '../inference/types';
import { softmaxWork } from '../operators/softmax';
import { problem, type Problem } from '../problem';
import type { CacheType, Workload } from '../workload';
import { operandOf } from './operands';
import type { RuntimeProfile } from './profile';
import type { Kernel, Operand } from './types';

/**
 * An attention operator as a runtime runs it that writes scores out, where the inference has them: new keys and values go into their
 * caches where there are any, the product of queries and keys writes the scores, the softmax changes them in place, and the
 * product of scores and values, which holds the node, writes the result. Pairs that a mask hides are computed, too. Any other kernel
 * is left as it is.
 * @param first number of the first kernel
 */
export function writtenScores(inference: Inference, kernel: Kernel, first: number): readonly Kernel[] {
  const shape = kernel.matrixShape;
  const scores = inference.scores?.get(kernel.anchor);
  if (scores === undefined || shape?.kind !== 'attention' || kernel.nodes.length > 1) return [kernel];
  const node = inference.nodes[kernel.anchor]!;
  const { batch, heads, kvHeads, queryLength, keyLength, headSize, valueHeadSize } = shape;
  // Queries of the heads that share keys are rows of one product.
  const product = { kind: 'gemm', batch: batch * kvHeads, weights: 'none' } as const;
  const rows = (queryLength * heads) / kvHeads;
  const pairs = elementCount([batch, heads, queryLength, keyLength]);
  const { vector, special } = softmaxWork(pairs);
  const { bytes } = inference.values[scores]!;
  const read = operandOf(inference, scores, 'read', bytes);
  const written = operandOf(inference, scores, 'written', bytes);
  const { toCache, toScores, results } = operandsOf(node, kernel);
  const put = (operator: string, made: Pick<Kernel, 'operatorClass' | 'operations' | 'operands'>): Kernel => {
    return { ...made, index: 0, nodes: [], anchor: kernel.anchor, fusion: operator, repeat: kernel.repeat };
  };
  const nothing = { matrix: 0, vector: 0, special: 0 };
  const parts: Kernel[] = [
    put('TensorScatter', { operatorClass: 'movement', operations: nothing, operands: toCache }),
    {
      ...put('MatMul', {
        operatorClass: 'gemm',
        operations: { ...nothing, matrix: 2 * pairs * headSize },
        operands: [...toScores, written],
      }),
      matrixShape: { ...product, m: rows, n: keyLength, k: headSize },
    },
    put('Softmax', {
      operatorClass: 'softmax',
      // Scaled and masked: a multiplication and an addition for each.
      operations: { matrix: 0, vector: vector + 2 * pairs, special },
      operands: [read, written],
    }),
    {
      ...kernel,
      ...typeOf(inference, node),
      operatorClass: 'gemm',
      operations: { ...nothing, matrix: 2 * pairs * valueHeadSize },
      matrixShape: { ...product, m: rows, n: valueHeadSize, k: keyLength },
      operands: [read, ...results],
    },
  ];
  return parts
    .filter(({ operands }) => operands.length > 0)
    .map((part, at) => ({ ...part, index: first + at }));
}

/** New keys and values with the caches that they are written to, what the first product reads, and the result. */
function operandsOf(
  { inputs, outputs }: InferredNode,
  { operands }: Kernel,
): Readonly<Record<'toCache' | 'toScores' | 'results', readonly Operand[]>> {
  const [result, ...caches] = outputs;
  const isCache = ({ value, role }: Operand): boolean => role === 'output' && caches.includes(value);
  const [, key, value] = operands.some(isCache) ? inputs : [];
  const isNew = ({ value: id, role }: Operand): boolean => role !== 'output' && (id === key || id === value);
  return {
    toCache: operands.filter((one) => isNew(one) || isCache(one)),
    toScores: operands.filter((one) => one.role !== 'output' && !isNew(one)),
    results: operands.filter(({ value: id, role }) => role === 'output' && id === result),
  };
}

/** The type in which the last product computes: that of the queries, which scores are brought to. */
function typeOf({ values }: Inference, { inputs }: InferredNode): Pick<Kernel, 'computes'> {
  const query = values[inputs[0] ?? -1]?.type;
  return query?.kind === 'tensor' && query.dtype ? { computes: query.dtype } : {};
}

/** Caches that products can read as they are. */
const plainTypes: ReadonlySet<CacheType> = new Set(['f32', 'f16', 'bf16']);

/** Why scores are not written out although they are asked for, or cannot be with these caches. */
export function scoresProblems(
  { flashAttention, cacheType }: Pick<Workload, 'flashAttention' | 'cacheType'>,
  profile: RuntimeProfile,
): readonly Problem[] {
  if (flashAttention !== false) return [];
  const { name: runtime } = profile;
  if (!profile.flashAttention) return [problem('information', 'attention.runtime', { runtime })];
  if (!cacheType || plainTypes.has(cacheType)) return [];
  return [problem('warning', 'attention.cache-type', { runtime, type: cacheType })];
}
