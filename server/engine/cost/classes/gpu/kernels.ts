import type { Product } from '../../skeleton';

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
  /** Products run on matrix units; otherwise on the vector lanes, which have no tile to fill. */
  readonly matrixUnits: boolean;
  /** Share of the matrix peak that the rated power can pay for. */
  readonly sustained: number;
  /** Share of the cycles in which the matrix units take a product: less than 1 where a card halves their rate. */
  readonly issue: number;
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
const overlapExponent = 2.7;

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
export function paidWaves(waves: number, tail: number): number {
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
  [128, 32],
  [32, 128],
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
 * `split` (cycles of a k-split's reduction, 0: the library never splits), `least` (steps of k that
 * a tile takes at least), `rows` (of the smallest tile that the library uses for products with more rows than half of it), `quantise` (share of the bandwidth at which
 * activations are brought to 8 bits before the product, 0: they come quantised).
 */
export function gemmTime(
  rates: GpuRates,
  c: ConstantValues,
  product: Product,
  bytesPerElement: number,
  mainBytes: number,
): LawTime {
  const { batch, m, k } = product;
  if (!rates.matrixUnits && Math.min(m, product.n) <= thinRows) return thinTime(rates, c, product, mainBytes);
  const split = (c['split'] ?? 4800) / rates.clockHz;
  const rows = c['rows'] ?? 0;
  const tiled = tiledTime(rates, c, product, bytesPerElement, mainBytes);
  let best: LawTime = { compute: Infinity, memory: Infinity, extra: 0 };
  let bestTime = Infinity;
  for (const [tm, tn] of tiles) {
    if (tm < rows && 2 * m > rows) continue;
    const of = tiled(tm, tn);
    for (let parts = 1; parts <= (split > 0 ? 16 : 1); parts *= 2) {
      if (parts > 1 && k / parts < 128) break;
      const { compute, memory } = of(parts);
      const extra = parts > 1 ? split : 0;
      // Cheap to know that it cannot win: powers are what this search costs.
      if (Math.max(compute, memory) + extra >= bestTime) continue;
      const time = overlapped({ compute, memory }) + extra;
      if (time < bestTime) [bestTime, best] = [time, { compute, memory, extra }];
    }
  }
  const quantise = c['quantise'] ?? 0;
  // Two bytes read and one written per activation.
  const quantising = quantise > 0 ? (3 * batch * m * k) / (rates.bandwidth * quantise) : 0;
  return { ...best, extra: best.extra + quantising };
}

/** Compute and memory time of a product in tiles of a shape, its k in a number of parts. */
function tiledTime(
  rates: GpuRates,
  c: ConstantValues,
  { batch, m, n, k }: Product,
  bytesPerElement: number,
  mainBytes: number,
): (tm: number, tn: number) => (parts: number) => { compute: number; memory: number } {
  const tail = c['tail'] ?? 0.5;
  // Operands come as fast on a card that halves the rate of its units: it waits half as many of its steps.
  const prologue = (c['prologue'] ?? 120) * rates.issue;
  const least = c['least'] ?? 0;
  const step = (c['step'] ?? 3) / rates.clockHz;
  const nearRate = rates.bandwidth * (c['near'] ?? 3.4);
  const mainTime = mainBytes / (rates.bandwidth * (c['bandwidth'] ?? 0.78));
  const perUnit = c['perUnit'] ?? 1.7;
  const tileLoss = (c['tile'] ?? 10) * rates.issue;
  const peak = (rates.peak / rates.units) * (c['compute'] ?? 0.95);
  return (tm, tn) => {
    const blocksOfOne = Math.ceil(m / tm) * Math.ceil(n / tn) * batch;
    const perStep = (2 * tm * tn * (1 + tileLoss * (1 / tm + 1 / tn))) / peak;
    const operands = m * n * k * (1 / Math.min(tm, m) + 1 / Math.min(tn, n)) * bytesPerElement;
    const nearBytes = batch * (operands + m * n * bytesPerElement);
    return (parts) => {
      const depth = k / parts;
      const waves = (blocksOfOne * parts) / rates.units;
      const block = Math.max(Math.max(depth + prologue, least) * perStep, depth * step);
      const partial = parts > 1 ? 8 * m * n * batch * parts : 0;
      const drawn = Math.min(1, waves * perUnit);
      return {
        compute: paidWaves(waves, tail) * block,
        memory: Math.max(mainTime, (nearBytes + partial) / nearRate) / drawn,
      };
    };
  };
}

/** Rows up to which vector lanes multiply straight from memory, without a tile. */
const thinRows = 8;
/** Share of the vector peak in such a product: a load and a conversion for each weight beside its multiplications. */
const thinShare = 0.25;

/** A matrix times a few vectors on lanes without matrix units: no tile to fill, the weights are read once. */
function thinTime(
  rates: GpuRates,
  c: ConstantValues,
  { batch, m, n, k }: Product,
  mainBytes: number,
): LawTime {
  const memory = mainBytes / (rates.bandwidth * (c['bandwidth'] ?? 0.78));
  return { compute: (2 * batch * m * n * k) / (rates.peak * thinShare), memory, extra: 0 };
}

/** Seconds of full matrix work after which the power limit has lowered the clock; seen alike on all measured GPUs. */
const burstSeconds = 1.5e-3;

/**
 * Matrix work under the power limit: at full clock for a short time, after that no faster than the `sustained` share of
 * the peak.
 * @param operations of the kernel; @param run seconds of such work at full clock that follow each other, this included
 */
export function throttled(
  time: LawTime,
  operations: number,
  rates: GpuRates,
  c: ConstantValues,
  run = time.compute,
): LawTime {
  if (run <= burstSeconds) return time;
  const limited = Math.max(time.compute, operations / (rates.peak * (c['sustained'] ?? rates.sustained)));
  const share = (run - burstSeconds) / run;
  return { ...time, compute: time.compute * (1 - share) + limited * share };
}

/**
 * Row reductions (softmax, normalisation) over `columns` elements: a row is read again for each pass over it, from the
 * cache while the rows in flight fit there, from memory when they don't. Constants: `bandwidth`, `near`, `inFlight`
 * (rows in flight per unit), `passes` (reads of a row; one while it fits into registers), `short` (longest row that
 * does), `uneven` (loss on short rows whose length is no power of two).
 * @param read bytes of the input once, beside those written
 */
export function reductionTime(
  rates: GpuRates,
  c: ConstantValues,
  { read, written }: { readonly read: number; readonly written: number },
  columns: number,
  bytesPerElement: number,
): LawTime {
  const again = columns > (c['short'] ?? 1024) ? (c['passes'] ?? 2) - 1 : 0;
  const inFlight = rates.units * (c['inFlight'] ?? 10) * columns * bytesPerElement;
  const miss = missShare(inFlight, rates, 1);
  const cached = 1 / (c['near'] ?? 3);
  const bytes = read + written + read * again * (miss + (1 - miss) * cached);
  // Short rows whose length is no power of two leave threads of their block idle.
  const uneven = columns < 4096 && Math.log2(columns) % 1 !== 0 ? 1 + (c['uneven'] ?? 0.1) : 1;
  return { compute: 0, memory: (bytes * uneven) / (rates.bandwidth * (c['bandwidth'] ?? 0.8)), extra: 0 };
}
