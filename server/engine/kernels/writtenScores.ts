import { byteLength, elementCount, type DataType } from '../graph/dataTypes';
import type { Inference, InferredNode } from '../inference/types';
import type { OperatorClass } from '../operators/rule';
import { softmaxWork } from '../operators/softmax';
import { problem, type Problem } from '../problem';
import type { CacheType, Workload } from '../workload';
import { operandOf } from './operands';
import type { RuntimeProfile, ScorePass, ScoreType } from './profile';
import type { Kernel, Operand } from './types';

/**
 * An attention operator as a runtime runs it that writes scores out, where the inference has them: new keys and values go into their
 * caches where there are any, the product of queries and keys writes the scores, the passes go over them, and the product of scores
 * and values, which holds the node, writes the result. Pairs that a mask hides are computed, too. Any other kernel is left as it is.
 * @param first number of the first kernel
 */
export function writtenScores(
  inference: Inference,
  kernel: Kernel,
  first: number,
  passes: readonly ScorePass[],
): readonly Kernel[] {
  const shape = kernel.matrixShape;
  const scores = inference.scores?.get(kernel.anchor);
  if (scores === undefined || shape?.kind !== 'attention' || kernel.nodes.length > 1) return [kernel];
  const node = inference.nodes[kernel.anchor]!;
  const { batch, heads, kvHeads, queryLength, keyLength, headSize, valueHeadSize } = shape;
  // Queries of the heads that share keys are rows of one product.
  const product = { kind: 'gemm', batch: batch * kvHeads, weights: 'none' } as const;
  const rows = (queryLength * heads) / kvHeads;
  const pairs = elementCount([batch, heads, queryLength, keyLength]);
  const queries = queryType(inference, node);
  const scored = (use: 'read' | 'written', type: ScoreType): Operand => {
    const { bytes, ...operand } = operandOf(inference, scores, use, inference.values[scores]!.bytes);
    if (type === 'float' || !queries) return { ...operand, bytes };
    return { ...operand, format: queries, bytes: byteLength(queries, pairs) };
  };
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
        operands: [...toScores, scored('written', passes[0]!.reads)],
      }),
      matrixShape: { ...product, m: rows, n: keyLength, k: headSize },
    },
    ...passes.map(({ operator, reads, writes, vector }) => {
      const own = operator === 'Softmax' ? softmaxWork(pairs) : { vector: 0, special: 0 };
      return put(operator, {
        operatorClass: classes[operator],
        operations: { matrix: 0, vector: own.vector + vector * pairs, special: own.special },
        operands: [scored('read', reads), scored('written', writes)],
      });
    }),
    {
      ...kernel,
      // The last product computes in the type of the queries, which scores are brought to.
      ...(queries && { computes: queries }),
      operatorClass: 'gemm',
      operations: { ...nothing, matrix: 2 * pairs * valueHeadSize },
      matrixShape: { ...product, m: rows, n: valueHeadSize, k: keyLength },
      operands: [scored('read', passes.at(-1)!.writes), ...results],
    },
  ];
  return parts
    .filter(({ operands }) => operands.length > 0)
    .map((part, at) => ({ ...part, index: first + at }));
}

const classes: Readonly<Record<ScorePass['operator'], OperatorClass>> = {
  Mul: 'elementwise',
  Add: 'elementwise',
  Softmax: 'softmax',
  Cast: 'movement',
};

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

function queryType({ values }: Inference, { inputs }: InferredNode): DataType | null {
  const query = values[inputs[0] ?? -1]?.type;
  return (query?.kind === 'tensor' && query.dtype) || null;
}

/**
 * Operands that the backward pass of an attention needs of its scores: the probabilities, and what they were brought to for the
 * product with the values.
 * @param parts kernels that were made of one attention, in order
 */
export function keptScores(parts: readonly Kernel[]): readonly Operand[] {
  const softmax = parts.findIndex(({ fusion }) => fusion === 'Softmax');
  return parts
    .slice(softmax)
    .flatMap(({ operands, nodes }) =>
      nodes.length > 0 ? [] : operands.filter(({ role }) => role === 'output'),
    );
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
