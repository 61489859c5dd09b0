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

/** The loop nest of an attention. */
function attentionShape(sizes: AttentionSizes, mask: AttentionMask): MatrixShape {
  const { batch, heads, kvHeads, queryLength, keyLength, headSize, valueHeadSize } = sizes;
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
