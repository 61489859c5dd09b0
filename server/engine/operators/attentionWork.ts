import type { MatrixShape, OperatorWork } from './rule';
import { softmaxWork } from './softmax';

/** What one fused attention computes, whatever the operator is called and however its tensors are laid out. */
export interface AttentionSizes {
  readonly batch: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly queryLength: number;
  /** Keys per query sequence, past ones included. */
  readonly keyLength: number;
  readonly headSize: number;
  readonly valueHeadSize: number;
}

export interface AttentionMask {
  readonly causal: boolean;
  /** Position of the first query among the keys: the keys that come before it. */
  readonly offset: number;
  /** Keys to the left of a query's own position that it may attend; -1 for all. */
  readonly left: number;
  /** Keys to the right; -1 for all. */
  readonly right: number;
}

export const noMask: AttentionMask = { causal: false, offset: 0, left: -1, right: -1 };

/**
 * Query-key pairs of one head that a causal mask or a window leaves: query i attends keys
 * i + offset − left … i + offset + right, cut at the ends; causal is right = 0. Keys before the right end less keys before
 * the left end, each a triangle.
 */
export function unmaskedPairs(queries: number, keys: number, mask: AttentionMask): number {
  const right = mask.causal ? 0 : mask.right;
  const upper = right < 0 ? queries * keys : triangle(queries, keys, mask.offset + right + 1);
  const lower = mask.left < 0 ? 0 : triangle(queries, keys, mask.offset - mask.left);
  return upper - lower;
}

/**
 * Keys that at least one of the queries attends, from `first` up to and without `end`: what of a cache is read. Left of them
 * lie those that the window of even the first query has left behind.
 */
export function attendedKeys(
  queries: number,
  keys: number,
  mask: AttentionMask,
): { readonly first: number; readonly end: number } {
  const right = mask.causal ? 0 : mask.right;
  const end = right < 0 ? keys : clamp(mask.offset + queries + right, keys);
  const first = mask.left < 0 ? 0 : clamp(mask.offset - mask.left, end);
  return { first, end };
}

/** How many of the keys `from` up to and without `to` are attended. */
export function attendedBetween(
  from: number,
  to: number,
  { first, end }: ReturnType<typeof attendedKeys>,
): number {
  return Math.max(0, Math.min(to, end) - Math.max(from, first));
}

const clamp = (value: number, keys: number): number => Math.min(Math.max(value, 0), keys);

/** Sum over i of min(max(first + i, 0), keys). */
function triangle(queries: number, keys: number, first: number): number {
  const start = clamp(-first, queries);
  const full = clamp(keys - first, queries);
  const growing = Math.max(0, full - start);
  const ramp = growing * (first + start) + (growing * (growing - 1)) / 2;
  return ramp + (queries - Math.max(full, start)) * keys;
}

/** What happens to a score besides the two products and the softmax. */
export interface ScoreExtras {
  /** A bias or mask is added. */
  readonly bias?: boolean;
  /** softcap·tanh(score/softcap). */
  readonly softcap?: boolean;
}

/**
 * Work of fused attention over P = batch·heads·unmasked pairs: 2·P·(head size + value head size) matrix operations;
 * per pair 5 for Softmax (4 vector, 1 special), 1 multiplication by the scale, 1 addition of a bias or
 * mask, and for a soft cap ÷, × (vector) and tanh (special).
 */
export function attentionWork(
  sizes: AttentionSizes,
  mask: AttentionMask = noMask,
  extras: ScoreExtras = {},
): OperatorWork & { matrix: number; vector: number; special: number } {
  const pairs = sizes.batch * sizes.heads * unmaskedPairs(sizes.queryLength, sizes.keyLength, mask);
  const softmax = softmaxWork(pairs);
  const scores = 1 + (extras.bias === true ? 1 : 0) + (extras.softcap === true ? 2 : 0);
  return {
    matrix: 2 * pairs * (sizes.headSize + sizes.valueHeadSize),
    vector: softmax.vector + scores * pairs,
    special: softmax.special + (extras.softcap === true ? pairs : 0),
    matrixShape: attentionShape(sizes, mask),
  };
}

/** The loop nest of an attention, over the keys that are attended. */
function attentionShape(sizes: AttentionSizes, mask: AttentionMask): MatrixShape {
  const { batch, heads, kvHeads, queryLength, headSize, valueHeadSize } = sizes;
  const { first, end } = attendedKeys(queryLength, sizes.keyLength, mask);
  const keyLength = end - first;
  return {
    kind: 'attention',
    batch,
    heads,
    kvHeads,
    queryLength,
    keyLength,
    headSize,
    valueHeadSize,
    causal: mask.causal,
  };
}
