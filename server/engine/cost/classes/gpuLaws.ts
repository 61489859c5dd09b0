import type { MatrixShape } from '../../operators/rule';
import type { Product } from '../skeleton';

/**
 * The laws of GPU kernels: numbers in, seconds out, so that measured rows can be fitted without a model around them.
 * Each returns compute and memory time apart; the caller joins them with {@link overlapped} and adds the fixed part.
 */

/** What the laws need of a chip. */
export interface GpuRates {
  /** Matrix peak of the format, operations per second, under the power cap. */
  readonly peak: number;
  /** Off-chip bandwidth, bytes per second. */
  readonly bandwidth: number;
  /** Capacity of the last cache, bytes. */
  readonly nearCapacity: number;
  /** Streaming multiprocessors or compute units. */
  readonly units: number;
  readonly clockHz: number;
  /** Shared memory of one unit, bytes. */
  readonly sharedBytes: number;
}

export interface LawTime {
  readonly compute: number;
  readonly memory: number;
  /** Seconds besides both that the law itself knows of. */
  readonly extra: number;
}

export type ConstantValues = Readonly<Record<string, number>>;

/**
 * Compute and memory overlap, but not perfectly: near the ridge both cost. A p-norm is the larger of the two away from
 * it; the exponent was fitted once over all measured GPUs (docs/accuracy.md).
 */
export const overlapExponent = 2.7;

export function overlapped(time: { readonly compute: number; readonly memory: number }): number {
  const [large, small] =
    time.compute > time.memory ? [time.compute, time.memory] : [time.memory, time.compute];
  return large === 0 ? 0 : large * (1 + (small / large) ** overlapExponent) ** (1 / overlapExponent);
}

/** Seconds that a kernel takes whatever it does, stated in clock cycles because it scales with the clock. */
export function fixedSeconds(rates: GpuRates, c: ConstantValues): number {
  return (c['fixed'] ?? 5400) / rates.clockHz;
}

/**
 * Share of repeatedly used data that comes from outside the chip: none while the footprint fits into a part of the
 * last cache, all of it when it is well beyond.
 */
export function missShare(bytes: number, rates: GpuRates, warm: number): number {
  const filled = rates.nearCapacity > 0 ? bytes / (warm * rates.nearCapacity) : Infinity;
  return filled <= 1 ? 0 : Math.min(1, (filled - 1) / 0.6);
}

/** Waves of blocks that are paid for: `tail` says how much of the idle rest of the last wave counts. */
function paidWaves(waves: number, tail: number): number {
  return Math.ceil(waves) * tail + Math.max(1, waves) * (1 - tail);
}

/** Tile shapes that GEMM libraries choose from (as in the kernel names of cuBLAS and CUTLASS). */
const tiles: readonly (readonly [number, number])[] = [
  [256, 128],
  [128, 256],
  [128, 128],
  [128, 64],
  [64, 128],
  [64, 64],
  [64, 32],
  [32, 64],
  [16, 128],
  [16, 64],
  [16, 32],
];

/**
 * C[m,n] = A[m,k] B[k,n]: over tile shapes and k-splits, the fastest of waves of tiles against memory. Waves as in
 * NeuSight (ASPLOS'25) and LLMCompass (ISCA'24). Constants: `compute` share of the peak, `tile` loss on small tiles,
 * `tail`, `prologue` (steps of k per tile), `step` (cycles per step of k that no tile can beat), `near` (cache bandwidth
 * as a multiple of the off-chip one), `bandwidth` share, `perUnit` (bandwidth that one unit can draw, in its shares),
 * `split` (cycles of a k-split's reduction, 0: the library never splits), `quantise` (share of the bandwidth at which
 * activations are brought to 8 bits before the product, 0: they come quantised).
 */
export function gemmTime(
  rates: GpuRates,
  c: ConstantValues,
  product: Product,
  bytesPerElement: number,
  mainBytes: number,
): LawTime {
  const { batch, m, n, k } = product;
  const tail = c['tail'] ?? 0.5;
  const prologue = c['prologue'] ?? 120;
  const step = (c['step'] ?? 3) / rates.clockHz;
  const split = (c['split'] ?? 4800) / rates.clockHz;
  const nearRate = rates.bandwidth * (c['near'] ?? 3.4);
  const mainRate = rates.bandwidth * (c['bandwidth'] ?? 0.78);
  const perUnit = c['perUnit'] ?? 1.7;
  const peak = (rates.peak / rates.units) * (c['compute'] ?? 0.95);
  let best: LawTime = { compute: Infinity, memory: Infinity, extra: 0 };
  let bestTime = Infinity;
  for (const [tm, tn] of tiles) {
    const blocksOfOne = Math.ceil(m / tm) * Math.ceil(n / tn) * batch;
    const rate = peak / (1 + (c['tile'] ?? 10) * (1 / tm + 1 / tn));
    const operands = m * n * k * (1 / Math.min(tm, m) + 1 / Math.min(tn, n)) * bytesPerElement;
    const nearBytes = batch * (operands + m * n * bytesPerElement);
    for (let parts = 1; parts <= (split > 0 ? 16 : 1); parts *= 2) {
      const depth = k / parts;
      if (parts > 1 && depth < 128) break;
      const waves = (blocksOfOne * parts) / rates.units;
      const block = Math.max((2 * tm * tn * (depth + prologue)) / rate, depth * step);
      const compute = paidWaves(waves, tail) * block;
      const partial = parts > 1 ? 8 * m * n * batch * parts : 0;
      const drawn = Math.min(1, waves * perUnit);
      const memory = Math.max(mainBytes / mainRate, (nearBytes + partial) / nearRate) / drawn;
      const extra = parts > 1 ? split : 0;
      const time = overlapped({ compute, memory }) + extra;
      if (time < bestTime) [bestTime, best] = [time, { compute, memory, extra }];
    }
  }
  const quantise = c['quantise'] ?? 0;
  // Two bytes read and one written per activation.
  const quantising = quantise > 0 ? (3 * batch * m * k) / (rates.bandwidth * quantise) : 0;
  return { ...best, extra: best.extra + quantising };
}

/** Share of the cache that stays warm between repeated runs of a product; fitted once over all measured GPUs. */
export const gemmWarm = 0.1;

export type AttentionShape = Extract<MatrixShape, { kind: 'attention' }>;

/** Blocks of a decode kernel that one unit holds at a time: each keeps about 72 kB of keys and values in flight. */
function decodeOccupancy(rates: GpuRates): number {
  return Math.max(1, Math.floor(rates.sharedBytes / 72e3));
}

/**
 * Fused prefill: blocks of query rows over the units, query heads of one key head packed into a block; a causal mask
 * halves the pairs beyond the diagonal. Scores never leave the chip. Constants: `compute`, `bandwidth`, `tail`,
 * `prologue` (columns of start-up per block), `item` (cycles that a block needs at least), `kvPasses` (times that keys
 * and values pass memory: a kept cache is written and read again), `near`, `warm`.
 */
export function prefillTime(
  rates: GpuRates,
  c: ConstantValues,
  shape: AttentionShape,
  bytesPerElement: number,
): LawTime {
  const { batch, heads, kvHeads, queryLength, keyLength, headSize, valueHeadSize } = shape;
  const group = Math.max(1, heads / kvHeads);
  const rows = queryLength * group;
  const tile = rows <= 16 ? 16 : rows <= 64 ? 64 : 128;
  const blocks = batch * kvHeads * Math.ceil(rows / tile);
  const allColumns = Math.ceil(keyLength / 128) * 128;
  const columns = shape.causal
    ? Math.min(allColumns, 128 + keyLength - queryLength + queryLength / 2)
    : allColumns;
  const peak = (rates.peak / rates.units) * (c['compute'] ?? 0.6);
  const operations = 2 * tile * (columns + (c['prologue'] ?? 20)) * (headSize + valueHeadSize);
  const block = Math.max(operations / peak, (c['item'] ?? 6000) / rates.clockHz);
  const compute = paidWaves(blocks / rates.units, c['tail'] ?? 0.9) * block;
  const width = (headSize + valueHeadSize) * bytesPerElement;
  const bytes =
    batch * heads * queryLength * width + batch * kvHeads * keyLength * width * (c['kvPasses'] ?? 3);
  return { compute, memory: throughCache(rates, c, bytes), extra: 0 };
}

/** Memory time of data that a repeated run may find in the cache. */
function throughCache(rates: GpuRates, c: ConstantValues, bytes: number): number {
  const miss = missShare(bytes, rates, c['warm'] ?? 0.2);
  return (bytes * (miss + (1 - miss) / (c['near'] ?? 2.4))) / (rates.bandwidth * (c['bandwidth'] ?? 0.75));
}

/**
 * Decode: one query per sequence. Keys and values are read once; besides, each (sequence, key head) is a work item
 * with a latency of its own, split over the keys when there are fewer items than places. Constants: `bandwidth`, `near`,
 * `warm`, `perUnit`, `tail`, `item` (seconds per work item), `perKey` (seconds per key in it), `perSequence` (seconds of
 * scheduling per sequence), `fill`, `chunk` (least keys of a part), `split` (seconds of joining the parts).
 */
export function decodeTime(
  rates: GpuRates,
  c: ConstantValues,
  shape: AttentionShape,
  bytesPerElement: number,
): LawTime {
  const { batch, kvHeads, heads, keyLength, headSize, valueHeadSize, queryLength } = shape;
  const occupancy = decodeOccupancy(rates);
  const items = batch * kvHeads;
  const places = rates.units * occupancy * (c['fill'] ?? 0.8);
  const parts = Math.max(1, Math.min(Math.floor(places / items), Math.ceil(keyLength / (c['chunk'] ?? 256))));
  const waves = (items * parts) / rates.units;
  const width = (headSize + valueHeadSize) * bytesPerElement;
  const keys = throughCache(rates, c, items * keyLength * width);
  const queries = (batch * heads * queryLength * width) / (rates.bandwidth * (c['bandwidth'] ?? 0.75));
  const drawn = Math.min(1, waves * (c['perUnit'] ?? 2));
  const latency = (c['item'] ?? 7.2e-6) + ((c['perKey'] ?? 6e-9) * keyLength) / parts;
  // The first wave costs its latency; with several blocks per unit the next ones hide behind each other.
  const compute =
    latency * (1 + (paidWaves(waves, c['tail'] ?? 0.97) - 1) / occupancy) +
    (c['perSequence'] ?? 1e-8) * batch;
  return { compute, memory: (keys + queries) / drawn, extra: parts > 1 ? (c['split'] ?? 5e-6) : 0 };
}

/**
 * Row reductions (softmax, normalisation) over `columns` elements: a row is read again for each pass over it, from the
 * cache while the rows in flight fit there, from memory when they don't. Constants: `bandwidth`, `near`, `inFlight`
 * (rows in flight per unit), `passes` (reads of a row; one while it fits into registers), `short` (longest row that
 * does), `uneven` (loss on short rows whose length is no power of two).
 */
export function reductionTime(
  rates: GpuRates,
  c: ConstantValues,
  readBytes: number,
  writtenBytes: number,
  columns: number,
  bytesPerElement: number,
): LawTime {
  const again = columns > (c['short'] ?? 1024) ? (c['passes'] ?? 2) - 1 : 0;
  const inFlight = rates.units * (c['inFlight'] ?? 10) * columns * bytesPerElement;
  const miss = missShare(inFlight, rates, 1);
  const cached = 1 / (c['near'] ?? 3);
  const bytes = readBytes + writtenBytes + readBytes * again * (miss + (1 - miss) * cached);
  // Short rows whose length is no power of two leave threads of their block idle.
  const uneven = columns < 4096 && Math.log2(columns) % 1 !== 0 ? 1 + (c['uneven'] ?? 0.1) : 1;
  return { compute: 0, memory: (bytes * uneven) / (rates.bandwidth * (c['bandwidth'] ?? 0.8)), extra: 0 };
}
