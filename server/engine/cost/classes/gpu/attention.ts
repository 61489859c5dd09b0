import type { MatrixShape } from '../../../operators/rule';
import { paidWaves, type ConstantValues, type GpuRates, type LawTime } from './kernels';

/** The laws of fused attention on GPUs: tiles, key splits and schedule as in FlashAttention 3. */

export type AttentionShape = Extract<MatrixShape, { kind: 'attention' }>;

/**
 * Rows and keys of the tile in which a decode kernel multiplies (FlashAttention 3, `tile_size.h`, head size 128): one
 * warp group on units whose matrix instructions take four warps at once; eight warps of 16 rows on others, with fewer
 * keys where the parts are joined afterwards, and fewer still where two blocks share the unit's larger memory. A single
 * query fills one row of it.
 */
function decodeTile(
  rates: GpuRates,
  bytesPerElement: number,
  split: boolean,
): { rows: number; keys: number } {
  if (!rates.matrixUnits) return { rows: 16, keys: 128 };
  // Operations per clock at 16 bits: 2048 on Ampere, 4096 on Hopper and later.
  const perClock = ((rates.peak / rates.units / rates.clockHz) * bytesPerElement) / 2;
  if (perClock >= 3000) return { rows: 64, keys: 128 };
  return { rows: 128, keys: split ? 112 : rates.sharedBytes > 128e3 ? 64 : 128 };
}

/**
 * Parts that the keys of one item are split into: one when the items alone nearly fill the units or the keys are few;
 * else the fewest that bring the last wave within 15 % of the best filled one, and no more than give each unit an equal
 * share of the blocks (the two rules of FlashAttention 3's scheduler).
 */
export function decodeParts(items: number, keyBlocks: number, units: number): number {
  if (items >= 0.8 * units || keyBlocks <= 4) return 1;
  const most = Math.min(128, units, keyBlocks);
  const filled = (parts: number) => {
    const waves = (items * parts) / units;
    return waves / Math.ceil(waves);
  };
  let best = 0;
  for (let parts = 1; parts <= most; parts++) best = Math.max(best, filled(parts));
  let fewest = 1;
  while (fewest < most && filled(fewest) < 0.85 * best) fewest++;
  const perUnit = Math.ceil((1.1 * items * keyBlocks) / units);
  return Math.max(1, Math.min(fewest, Math.ceil(keyBlocks / perUnit)));
}

/** Bytes that attention moves: what comes from outside the chip, and all that passes the last cache. */
export interface AttentionBytes {
  readonly main: number;
  readonly near: number;
}

function attentionMemory(rates: GpuRates, c: ConstantValues, bytes: AttentionBytes): number {
  const main = rates.bandwidth * (c['bandwidth'] ?? 0.75);
  return Math.max(bytes.main / main, bytes.near / (rates.bandwidth * (c['near'] ?? 3)));
}

/**
 * Fused prefill: blocks of query rows over the units, the query heads of one key head packed into a block. Under a
 * causal mask a block reads the keys up to its own last row, so blocks differ in length and the longest one bounds a
 * single wave. Scores never leave the chip. Few blocks are split over the keys as in decode.
 * Constants: `compute`, `bandwidth`, `near`, `tail`, `item` (seconds of start and end of a block), `split` (seconds of
 * joining the parts).
 */
export function prefillTime(
  rates: GpuRates,
  c: ConstantValues,
  shape: AttentionShape,
  bytesPerElement: number,
  bytes: AttentionBytes,
): LawTime {
  const { batch, heads, kvHeads, queryLength, keyLength, headSize, valueHeadSize } = shape;
  const group = Math.max(1, heads / kvHeads);
  const rows = queryLength * group;
  const keys = decodeTile(rates, bytesPerElement, false).keys;
  const tile = rows <= 64 ? decodeTile(rates, bytesPerElement, false).rows : rates.matrixUnits ? 128 : 64;
  const items = batch * kvHeads * Math.ceil(rows / tile);
  const parts = decodeParts(
    items,
    Math.ceil(keyLength / decodeTile(rates, bytesPerElement, true).keys),
    rates.units,
  );
  const waves = (items * parts) / rates.units;
  const longest = Math.ceil(keyLength / keys) * keys;
  // Half a block of rows and half a block of keys are multiplied beyond the diagonal on average.
  const before = keyLength - queryLength + queryLength / 2;
  const mean = shape.causal ? Math.min(longest, before + tile / group / 2 + keys / 2) : longest;
  const perColumn =
    (2 * tile * (headSize + valueHeadSize)) / ((rates.peak / rates.units) * (c['compute'] ?? 0.6));
  const item = c['item'] ?? 2e-6;
  const longestBlock = item + (longest / parts) * perColumn;
  const block = item + (mean / parts) * perColumn;
  const tail = c['tail'] ?? 0.9;
  const spread = (tail * (longestBlock - block)) / 2;
  const compute = Math.max(longestBlock, paidWaves(waves, tail) * block + spread);
  return { compute, memory: attentionMemory(rates, c, bytes), extra: parts > 1 ? (c['split'] ?? 7e-6) : 0 };
}

/**
 * Decode: one query per sequence. Keys and values are read once; besides, each (sequence, key head) is a work item
 * with a latency of its own that multiplies a whole tile of rows for its few queries, split over the keys when there are
 * fewer items than units. Constants: `bandwidth`, `near`, `warm`, `perUnit`, `tail`, `item` (seconds per work item),
 * `compute` (share of the peak in the tiles), `perSequence` (seconds of scheduling per sequence), `split` (seconds of joining the parts).
 */
export function decodeTime(
  rates: GpuRates,
  c: ConstantValues,
  shape: AttentionShape,
  bytesPerElement: number,
  bytes: AttentionBytes,
): LawTime {
  const { batch, kvHeads, heads, keyLength, headSize, valueHeadSize, queryLength } = shape;
  const ifSplit = decodeTile(rates, bytesPerElement, true);
  const items = batch * kvHeads * Math.ceil(((heads / kvHeads) * queryLength) / ifSplit.rows);
  const parts = decodeParts(items, Math.ceil(keyLength / ifSplit.keys), rates.units);
  const { rows, keys: tileKeys } = decodeTile(rates, bytesPerElement, parts > 1);
  const keyBlocks = Math.ceil(keyLength / tileKeys);
  const waves = (items * parts) / rates.units;
  const drawn = Math.min(1, waves * (c['perUnit'] ?? 2));
  const tile =
    (2 * rows * tileKeys * (headSize + valueHeadSize)) / ((rates.peak / rates.units) * (c['compute'] ?? 0.6));
  const one = (c['item'] ?? 2e-6) + Math.ceil(keyBlocks / parts) * tile;
  const compute = paidWaves(waves, c['tail'] ?? 0.97) * one + (c['perSequence'] ?? 1e-8) * batch;
  return {
    compute,
    memory: attentionMemory(rates, c, bytes) / drawn,
    extra: parts > 1 ? (c['split'] ?? 5e-6) : 0,
  };
}
