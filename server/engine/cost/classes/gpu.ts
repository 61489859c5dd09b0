import type { MatrixShape } from '../../operators/rule';
import {
  combine,
  elementwiseSeconds,
  isNarrowConvolution,
  memorySeconds,
  plainTerms,
  productsOf,
  seconds,
  type Product,
} from '../skeleton';
import { constant, type ClassModel, type KernelInput, type Terms } from './model';

/** What the GPU laws need of a chip: numbers only, so that measured rows can be fitted without a model around them. */
export interface GpuRates {
  /** Matrix peak of the format, operations per second. */
  readonly peak: number;
  /** Off-chip and L2 bandwidth, bytes per second. */
  readonly bandwidth: number;
  readonly nearBandwidth: number;
  readonly nearCapacity: number;
  /** Streaming multiprocessors or compute units. */
  readonly units: number;
}

/** Tile shapes that GEMM libraries choose from (CUTLASS and cuBLAS kernel names on tensor cores). */
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
];
const splits = [1, 2, 4, 8, 16] as const;

/** Fitted constants of the GEMM law; see {@link gemmTime}. */
export interface GemmConstants {
  /** Share of the matrix peak that a full wave of large tiles holds. */
  readonly compute: number;
  /** Share of the off-chip bandwidth. */
  readonly bandwidth: number;
  /** How much of the idle rest of a last wave is paid for, 0..1. */
  readonly tail: number;
  /** Loss on small tiles: efficiency = 1 / (1 + tile × (1/tm + 1/tn)). */
  readonly tile: number;
  /** Prologue and epilogue of a tile, in steps of k. */
  readonly prologue: number;
  /** Share of the L2 bandwidth. */
  readonly near: number;
  /** Seconds per k-split reduction. */
  readonly split: number;
  /** Bytes per second that one multiprocessor can draw, as a multiple of its share of the bandwidth. */
  readonly perUnit: number;
}

/**
 * Seconds of C[m,n] = A[m,k] B[k,n] without the fixed part: over the tile shapes and k-splits, the best of
 * max(waves of tiles, off-chip traffic, L2 traffic). Waves: NeuSight (ASPLOS'25) and LLMCompass (ISCA'24) use the same
 * idea; the tail constant lets persistent kernels hide a part of the last wave.
 */
export function gemmTime(
  rates: GpuRates,
  c: GemmConstants,
  product: Product,
  bytesPerElement: number,
  mainBytes: number,
): { compute: number; memory: number } {
  const { batch, m, n, k } = product;
  let best = { compute: Infinity, memory: Infinity };
  let bestTime = Infinity;
  for (const [tm, tn] of tiles) {
    const blocksOfOne = Math.ceil(m / tm) * Math.ceil(n / tn) * batch;
    const efficiency = c.compute / (1 + c.tile * (1 / tm + 1 / tn));
    const perUnitRate = (rates.peak / rates.units) * efficiency;
    const nearBytes = m * n * k * batch * (1 / Math.min(tm, m) + 1 / Math.min(tn, n)) * bytesPerElement;
    for (const split of splits) {
      if (split > 1 && k / split < 256) break;
      const blocks = blocksOfOne * split;
      const waves = blocks / rates.units;
      const paid = Math.ceil(waves) * c.tail + Math.max(1, waves) * (1 - c.tail);
      const compute = (paid * 2 * tm * tn * (k / split + c.prologue)) / perUnitRate;
      const partial = split > 1 ? 4 * m * n * batch * (split - 1) : 0;
      const drawn = Math.min(1, (blocks / rates.units) * c.perUnit);
      const main = mainBytes / (rates.bandwidth * c.bandwidth * drawn);
      const near = (nearBytes + partial) / (rates.nearBandwidth * c.near);
      const memory = Math.max(main, near);
      const time = Math.max(compute, memory) + (split > 1 ? c.split : 0);
      if (time < bestTime) {
        bestTime = time;
        best = { compute: compute + (split > 1 ? c.split : 0), memory: memory + (split > 1 ? c.split : 0) };
      }
    }
  }
  return best;
}

/** Fitted constants of the attention laws. */
export interface AttentionConstants {
  readonly compute: number;
  readonly bandwidth: number;
  /** How much of the idle rest of a last wave is paid for, 0..1. */
  readonly tail: number;
  /** Seconds per work item that one multiprocessor handles (decode). */
  readonly item: number;
  /** How many times keys and values pass memory (read, and written when a cache is kept). */
  readonly kvPasses: number;
  /** Positions of start-up per row of work (softmax, masks): added to each length. */
  readonly prologue: number;
}

export type AttentionShape = Extract<MatrixShape, { kind: 'attention' }>;

/** Rows of queries that one block of a fused attention kernel holds. */
const queryTile = 128;
/** Shortest part of the keys that a decode kernel gives to a block of its own. */
const keySplit = 256;

/**
 * Fused prefill: blocks of query rows over the SMs; a causal mask halves the pairs beyond the diagonal tile. Scores
 * never leave the chip.
 */
export function prefillTime(
  rates: GpuRates,
  c: AttentionConstants,
  shape: AttentionShape,
  bytesPerElement: number,
): { compute: number; memory: number } {
  const { batch, heads, kvHeads, queryLength, keyLength, headSize, valueHeadSize } = shape;
  const rows = Math.ceil(queryLength / queryTile);
  const columns = Math.ceil(keyLength / queryTile) * queryTile + c.prologue;
  // With a causal mask, block i of r needs (i + 1) / r of the columns.
  const share = shape.causal ? (rows + 1) / (2 * rows) : 1;
  const blocks = batch * heads * rows;
  const waves = blocks / rates.units;
  const paid = Math.ceil(waves) * c.tail + Math.max(1, waves) * (1 - c.tail);
  const operations = 2 * queryTile * columns * share * (headSize + valueHeadSize);
  const compute = (paid * operations) / ((rates.peak / rates.units) * c.compute);
  const queryBytes = batch * heads * queryLength * (headSize + valueHeadSize) * bytesPerElement;
  const keyBytes = batch * kvHeads * keyLength * (headSize + valueHeadSize) * bytesPerElement;
  const memory = (queryBytes + keyBytes * c.kvPasses) / (rates.bandwidth * c.bandwidth);
  return { compute, memory };
}

/**
 * Decode: one query per sequence. Keys and values are read once; besides, each (sequence, key head) is a work item that
 * costs time of its own, split over the keys when there are fewer items than SMs.
 */
export function decodeTime(
  rates: GpuRates,
  c: AttentionConstants,
  shape: AttentionShape,
  bytesPerElement: number,
): { compute: number; memory: number } {
  const { batch, kvHeads, heads, keyLength, headSize, valueHeadSize, queryLength } = shape;
  const items = batch * kvHeads;
  const parts = Math.max(1, Math.min(Math.floor(rates.units / items), Math.ceil(keyLength / keySplit)));
  const blocks = items * parts;
  const keyBytes = batch * kvHeads * keyLength * (headSize + valueHeadSize) * bytesPerElement;
  const queryBytes = batch * heads * queryLength * (headSize + valueHeadSize) * bytesPerElement;
  // Few blocks cannot draw the whole bandwidth: each SM has a share of about 1.5 times its part.
  const drawn = Math.min(1, (blocks / rates.units) * 1.5);
  const memory = (keyBytes * c.kvPasses + queryBytes) / (rates.bandwidth * c.bandwidth * drawn);
  const compute = (blocks / rates.units) * c.item;
  return { compute, memory };
}

function ratesOf(input: KernelInput): GpuRates | null {
  const { machine } = input;
  if (machine.peak === null || !machine.main?.bandwidth) return null;
  return {
    peak: machine.peak,
    bandwidth: machine.main.bandwidth,
    nearBandwidth: machine.near?.bandwidth ?? machine.main.bandwidth * 3,
    nearCapacity: machine.near?.capacityBytes ?? 0,
    units: machine.units,
  };
}

export function gemmConstants(value: Readonly<Record<string, number>>): GemmConstants {
  return {
    compute: value['compute'] ?? 0.7,
    bandwidth: value['bandwidth'] ?? 0.75,
    tail: value['tail'] ?? 0.5,
    tile: value['tile'] ?? 8,
    prologue: value['prologue'] ?? 64,
    near: value['near'] ?? 0.6,
    split: value['split'] ?? 2e-6,
    perUnit: value['perUnit'] ?? 1.5,
  };
}

export function attentionConstants(value: Readonly<Record<string, number>>): AttentionConstants {
  return {
    compute: value['compute'] ?? 0.58,
    bandwidth: value['bandwidth'] ?? 0.6,
    tail: value['tail'] ?? 0.5,
    item: value['item'] ?? 5e-7,
    kvPasses: value['kvPasses'] ?? 1,
    prologue: value['prologue'] ?? 0,
  };
}

/** A dimension that the tensor cores' fast path cannot use runs at half speed (16-byte alignment of rows). */
function alignmentShare(product: Product, bytesPerElement: number): number {
  const alignment = Math.max(1, Math.round(16 / bytesPerElement));
  return bytesPerElement < 4 && (product.k % alignment !== 0 || product.n % alignment !== 0) ? 0.5 : 1;
}

function matrixTerms(input: KernelInput, rates: GpuRates, shape: MatrixShape): Terms {
  const c = gemmConstants(input.constants.value);
  const elementwise = elementwiseSeconds(input, false);
  let compute: number | null = 0;
  let near = 0;
  for (const product of productsOf(shape)) {
    const aligned = alignmentShare(product, input.activationBytes);
    const time = gemmTime(
      { ...rates, peak: rates.peak * aligned },
      c,
      product,
      Math.max(input.activationBytes, 0.5),
      input.bytes.main,
    );
    compute = combine([compute, time.compute], true);
    near = Math.max(near, time.memory);
  }
  const memory = combine([memorySeconds(input), near], false);
  return { compute: combine([compute, elementwise], false), memory, fixed: constant(input, 'fixed', 0) };
}

/** Steps of a recurrent layer follow each other; each is a small product with a latency of its own. */
function recurrentTerms(
  input: KernelInput,
  rates: GpuRates,
  shape: Extract<MatrixShape, { kind: 'recurrent' }>,
): Terms {
  const c = gemmConstants(input.constants.value);
  const [step] = productsOf(shape);
  const weights = step.k * step.n * input.weightBytes;
  const inNear = weights <= rates.nearCapacity;
  const one = gemmTime(
    { ...rates, bandwidth: inNear ? rates.nearBandwidth : rates.bandwidth },
    c,
    { ...step, batch: 1 },
    Math.max(input.activationBytes, 0.5),
    weights,
  );
  const perStep = Math.max(one.compute, one.memory) + constant(input, 'step', 3e-6);
  return {
    compute: shape.steps * shape.directions * perStep,
    memory: memorySeconds(input),
    fixed: constant(input, 'fixed', 0),
  };
}

function attentionTerms(input: KernelInput, rates: GpuRates, shape: AttentionShape): Terms {
  const c = attentionConstants(input.constants.value);
  const time =
    shape.queryLength > 1
      ? prefillTime(rates, c, shape, input.activationBytes)
      : decodeTime(rates, c, shape, input.activationBytes);
  return { ...time, fixed: constant(input, 'fixed', 0) };
}

/** GPUs: tiles, waves and split-K over the multiprocessors; fused attention; elementwise work on the vector lanes. */
export const gpu: ClassModel = {
  serialUnits: false,
  pipelined: false,
  terms(input) {
    const rates = ratesOf(input);
    const shape = input.kernel.matrixShape;
    if (!rates || !shape || input.operations.matrix === 0) return plainTerms(input, 1, false);
    if (isNarrowConvolution(shape, 16 / input.activationBytes)) {
      const compute = combine(
        [
          elementwiseSeconds(input, false),
          seconds(
            input.operations.matrix,
            input.machine.vector && input.machine.vector * constant(input, 'depthwise', 0.25),
          ),
        ],
        false,
      );
      return { compute, memory: memorySeconds(input), fixed: constant(input, 'fixed', 0) };
    }
    if (shape.kind === 'attention') return attentionTerms(input, rates, shape);
    if (shape.kind === 'recurrent') return recurrentTerms(input, rates, shape);
    return matrixTerms(input, rates, shape);
  },
};
