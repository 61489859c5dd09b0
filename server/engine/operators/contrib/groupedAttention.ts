import { maximum, type Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { rotaryWork } from '../attention';
import { addWork } from '../activations';
import {
  attendedBetween,
  attendedKeys,
  attentionWork,
  noMask,
  type AttentionMask,
  type AttentionSizes,
} from '../attentionWork';
import { knownScalar } from '../helpers';
import { rmsNormOperations } from '../normalization';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { bytesOf, over, plus, scalarDim, times, whole } from './attentionShapes';
import { contrib } from './microsoft';

/** Width of one head: of a query that stands alone, or of one that key and value are packed into. */
export function headSizeOf(query: Shape | undefined, packed: boolean, context: NodeContext): Dim | undefined {
  const heads = context.int('num_heads', 0);
  const kvHeads = context.int('kv_num_heads', 0);
  return over(query?.[query.length - 1], packed ? heads + 2 * kvHeads : heads);
}

/**
 * Length of the present cache. Past and present are one buffer where the past is at least as long as the stated
 * total; a stated total that is only a name is what exporters call the grown length.
 */
function presentLength(
  context: NodeContext,
  past: Dim | undefined,
  newKeys: Dim | undefined,
  totalInput: number,
) {
  // A cache of a window's length is a ring.
  if (past !== undefined && context.int('sliding_window_cache', 0) !== 0) return past;
  const total = scalarDim(context, totalInput);
  if (past === undefined) return context.hasInput(3) ? undefined : (total ?? newKeys);
  if (total === undefined) return plus(past, newKeys);
  if (typeof total === 'number') return typeof past === 'number' ? maximum(past, total) : total;
  return typeof past === 'number' && past > 0 ? past : total;
}

/**
 * Width of a head of values: that of keys, unless they come in narrower than keys and no cache of their own: then they are
 * the first columns of the keys, as of latent rows that are cached once for both (DeepSeek-V2, arXiv 2405.04434, 2.1).
 */
function valueSizeOf<D extends Dim>(
  context: NodeContext | WorkContext,
  value: D | undefined,
  keySize: D | undefined,
): Dim | undefined {
  const isLatent = context.hasInput(2) && context.hasInput(3) && !context.hasInput(4);
  return isLatent ? over(value, context.int('kv_num_heads', 1)) : keySize;
}

/** GroupQueryAttention: [batch, length, heads·size] and caches [batch, kv heads, length, size]. */
function inferGrouped(context: NodeContext): void {
  const query = context.shape(0);
  const key = context.shape(1);
  const packed = !context.hasInput(1);
  const headSize = headSizeOf(query, packed, context);
  const heads = context.int('num_heads');
  const kvHeads = context.int('kv_num_heads');
  const valueSize = valueSizeOf(context, context.shape(2)?.[2], headSize);
  context.setTensor(0, context.dtype(0), whole(query?.[0], query?.[1], times(valueSize, heads)));
  const newKeys = packed ? query?.[1] : key?.[1];
  const past = context.shape(3);
  // A quantised cache packs its heads; others are as wide as those of the query.
  if (context.dtype(3) === context.dtype(0)) context.tie(past?.[3], headSize);
  const total = presentLength(context, past?.[2], newKeys, 6);
  // A quantised cache packs its head size; the past says how.
  const stored = past?.[3] ?? headSize;
  const dtype = context.hasInput(3) ? context.dtype(3) : context.dtype(0);
  for (const output of [1, 2])
    if (context.hasOutput(output))
      context.setTensor(output, dtype, whole(query?.[0], kvHeads, total, stored));
  if (context.hasOutput(3))
    context.setTensor(3, context.dtype(0), whole(query?.[0], heads, query?.[1], total));
}

/** Sizes of a grouped attention; the total is the stated one, else what the caches say. */
function groupedSizes(context: WorkContext): AttentionSizes & { past: number; shared: boolean } {
  const [batch = 0, length = 0, width = 0] = context.shape(0);
  const heads = context.int('num_heads', 1);
  const kvHeads = context.int('kv_num_heads', 1);
  const packed = !context.hasInput(1);
  const newKeys = packed ? length : (context.shape(1)[1] ?? length);
  const stored = context.hasInput(3) ? (context.shape(3)[2] ?? 0) : 0;
  const present = context.hasOutput(1) ? (context.outputShape(1)[2] ?? 0) : stored + newKeys;
  const shared = context.hasInput(3) && stored > 0 && present === stored;
  const stated = knownScalar(context, 6);
  const keyLength = stated ?? (shared ? stored : Math.max(present, newKeys));
  const headSize = width / (packed ? heads + 2 * kvHeads : heads);
  const past = Math.max(0, keyLength - newKeys);
  return {
    batch,
    heads,
    kvHeads,
    queryLength: length,
    keyLength,
    headSize,
    valueHeadSize: Number(valueSizeOf(context, context.shape(2)[2], headSize)),
    past,
    shared,
  };
}

/** Rotation of queries and keys and their RMS normalisation, where the operator does them. */
export function headPreparation(
  context: WorkContext,
  queries: number,
  keys: number,
  normWeight: number,
): { vector: number; special: number } {
  const rotated = context.int('do_rotary', 0) === 0 ? 0 : rotaryWork(queries + keys, 1).vector;
  const normed = context.hasInput(normWeight) ? rmsNormOperations * (queries + keys) : 0;
  return { vector: rotated + normed, special: 0 };
}

/** Causal unless told otherwise, and at most `local_window_size` keys where that is positive. */
export function windowMask(context: WorkContext, offset: number): AttentionMask {
  const window = context.int('local_window_size', -1);
  const causal = context.int('causal', context.int('is_causal', 1)) !== 0;
  // The window counts the query's own position.
  return { causal, offset, left: window > 0 ? window - 1 : -1, right: -1 };
}

/**
 * Bytes of a cache that one step touches: the past rows that a query attends are read; the new rows are written where past
 * and present share a buffer, else all rows, because the past is copied.
 */
function cacheBytes(
  context: WorkContext,
  sizes: AttentionSizes & { past: number; shared: boolean },
  mask: AttentionMask,
  input: number,
): { read: number; written: number } {
  const attended = attendedKeys(sizes.queryLength, sizes.keyLength, mask);
  const stored = context.shape(input)[3] ?? sizes.headSize;
  const row = sizes.batch * sizes.kvHeads * stored;
  const rows = sizes.shared ? sizes.keyLength - sizes.past : sizes.keyLength;
  const typed = context.hasInput(input) ? input : 0;
  return {
    read: context.hasInput(input)
      ? bytesOf(context, input, row * attendedBetween(0, sizes.past, attended))
      : 0,
    written: bytesOf(context, typed, row * rows),
  };
}

function workGrouped(context: WorkContext): OperatorWork {
  const sizes = groupedSizes(context);
  const { past } = sizes;
  const mask = windowMask(context, past);
  const work = attentionWork(sizes, mask, {
    bias: context.hasInput(10),
    softcap: context.float('softcap', 0) !== 0,
  });
  const queries = sizes.batch * sizes.queryLength * sizes.heads * sizes.headSize;
  const keys = sizes.batch * (sizes.keyLength - past) * sizes.kvHeads * sizes.headSize;
  const key = cacheBytes(context, sizes, mask, 3);
  const value = cacheBytes(context, sizes, mask, 4);
  return {
    ...addWork(work, headPreparation(context, queries, keys, 14)),
    inputBytes: { 3: key.read, 4: value.read },
    outputBytes: { 1: key.written, 2: value.written },
    ...(sizes.shared && { inPlace: { 1: 3, 2: 4 } }),
  };
}

export const groupedFormula =
  'P = batch·heads·unmasked pairs: matrix 4·P·head size; vector 5·P (+ P bias, + 2·P softcap), rotation 3 per element of Q and K, normalisation 5; special P; cache: past rows that are attended read, new rows written (all rows where past and present are two buffers)';

const groupQueryAttention = contrib(
  'GroupQueryAttention',
  'attention',
  groupedFormula,
  inferGrouped,
  workGrouped,
);

/** Share of the lower triangle of blocks that the layouts keep; 1 when the layout is not known. */
function blockDensity(context: WorkContext): number {
  const rows = context.elements(5);
  const [layouts = 0, ends = 0] = context.shape(5);
  const blocks = ends - 1;
  if (rows === undefined || layouts === 0 || blocks <= 0) return 1;
  let kept = 0;
  for (let layout = 1; layout <= layouts; layout++) {
    const last = rows[layout * ends - 1];
    if (typeof last !== 'number') return 1;
    kept += last;
  }
  return Math.min(1, kept / (layouts * ((blocks * (blocks + 1)) / 2)));
}

/** Scales what depends on pairs by the share of pairs that is computed. */
function scaled(work: OperatorWork, share: number): OperatorWork {
  return {
    ...work,
    matrix: (work.matrix ?? 0) * share,
    vector: (work.vector ?? 0) * share,
    special: (work.special ?? 0) * share,
  };
}

/** Block-sparse causal attention in a shared cache. */
const sparseAttention = contrib(
  'SparseAttention',
  'attention',
  `${groupedFormula}; pairs × share of blocks in the layout (1 where it is not known)`,
  (context) => {
    const query = context.shape(0);
    const headSize = headSizeOf(query, !context.hasInput(1), context);
    const width = times(headSize, context.int('num_heads'));
    context.setTensor(0, context.dtype(0), whole(query?.[0], query?.[1], width));
    for (const [output, past] of [
      [1, 3],
      [2, 4],
    ] as const)
      if (context.hasOutput(output)) context.setType(output, context.type(past));
  },
  (context) => {
    const [batch = 0, length = 0, width = 0] = context.shape(0);
    const heads = context.int('num_heads', 1);
    const kvHeads = context.int('kv_num_heads', 1);
    const headSize = width / (context.hasInput(1) ? heads : heads + 2 * kvHeads);
    const keyLength = knownScalar(context, 7) ?? context.shape(3)[2] ?? length;
    const past = Math.max(0, keyLength - length);
    const sizes = { batch, heads, kvHeads, queryLength: length, keyLength, headSize };
    const grouped = { ...sizes, valueHeadSize: headSize, past, shared: true };
    const mask = { ...noMask, causal: true, offset: past };
    const dense = attentionWork(grouped, mask);
    const [queries, keys] = [batch * length * heads * headSize, batch * length * kvHeads * headSize];
    const key = cacheBytes(context, grouped, mask, 3);
    const value = cacheBytes(context, grouped, mask, 4);
    return {
      ...addWork(scaled(dense, blockDensity(context)), headPreparation(context, queries, keys, -1)),
      inputBytes: { 3: key.read, 4: value.read },
      outputBytes: { 1: key.written, 2: value.written },
    };
  },
);

/** ONNX Runtime's attentions with grouped heads and caches. Shapes: its ContribOperators.md; operations: docs/operators.md. */
export const contribGroupedAttentionOperators: readonly OperatorRule[] = [
  groupQueryAttention,
  sparseAttention,
];
