import { entryOf } from '../../../../../outside/table';
import { decodeTime, prefillTime, type AttentionBytes } from './attention';
import {
  fixedSeconds,
  gemmTime,
  missShare,
  overlapped,
  reductionTime,
  throttled,
  type ConstantValues,
  type GpuRates,
  type LawTime,
} from './kernels';
import { gpuRates } from './law';
import { machineFor } from '../../machine';
import type { Free } from '../../calibrate/optimise';
import type { Row } from '../../calibrate/rows';
import type { Chip } from '../../../chips/chip';

/** A set of rows that one law explains, with the constants that are fitted to it. */
export interface Law {
  readonly group: string;
  readonly precision: string;
  /** At most 12 per chip; for chips never measured a few are held so that the rest carries over. */
  readonly free: readonly Free[];
  readonly held: ConstantValues;
  /** What is fitted for chips never measured, where that differs. */
  readonly freeForClass?: readonly Free[];
  readonly heldForClass: ConstantValues;
}

const free = (name: string, start: number, low: number, high: number): Free => ({ name, start, low, high });

const gemmFree = [
  free('compute', 0.9, 0.3, 1),
  free('bandwidth', 0.78, 0.3, 1),
  free('tail', 0.5, 0.02, 1),
  free('tile', 10, 0.1, 160),
  free('prologue', 120, 1, 1000),
  free('near', 3.4, 2, 12),
  free('split', 4800, 30, 20000),
  free('perUnit', 1.7, 0.3, 10),
  free('fixed', 5400, 1500, 30000),
  free('step', 3, 0.05, 20),
  free('sustained', 0.6, 0.3, 1),
];
const without = (list: readonly Free[], ...names: string[]) =>
  list.filter(({ name }) => !names.includes(name));

/** A chip that was measured has its own share under the power limit; for others it follows from their power. */
const forUnmeasured = (list: readonly Free[]): readonly Free[] => without(list, 'sustained');

/**
 * Whole-card energy of a 16-bit matrix operation at 12 nm in units of 1024 operations per clock: what T4 comes to at its
 * rated power (BERT at 20e12 to 21e12 per second). By size of process and density of units (power.ts) this is 0.80e-12 on
 * H100 and 1.13e-12 on L4 and L40S, whose own sustained rates come to 0.91e-12, 1.0e-12 and 1.75e-12.
 */
const matrixJoules = 3.4e-12;

const fp8Free = [...without(gemmFree, 'split'), free('quantise', 0.5, 0.05, 3)];

export const laws: readonly Law[] = [
  {
    group: 'gemm',
    precision: 'bf16',
    free: gemmFree,
    held: {},
    freeForClass: forUnmeasured(gemmFree),
    heldForClass: { tail: 0.5, perUnit: 1.7, matrixJoules },
  },
  {
    group: 'gemm',
    precision: 'fp8',
    free: fp8Free,
    held: { split: 0 },
    freeForClass: forUnmeasured(fp8Free),
    heldForClass: { split: 0, tail: 0.5, perUnit: 1.7, matrixJoules },
  },
  {
    group: 'gemm',
    precision: 'fp32',
    free: [
      ...without(gemmFree, 'perUnit', 'step', 'fixed', 'sustained'),
      free('joulesPerOperation', 18e-12, 8e-12, 40e-12),
      free('least', 130, 4, 300),
      free('rows', 80, 16, 256),
    ],
    held: { perUnit: 1.7, step: 3, fixed: 5400 },
    // Of the measured chips only T4 is held back by its power: the energy is what its sustained rate comes to.
    heldForClass: {
      perUnit: 1.7,
      step: 3,
      fixed: 5400,
      tail: 0.8,
      split: 4800,
      rows: 64,
      joulesPerOperation: 1.6e-11,
    },
  },
  {
    group: 'attention-prefill',
    precision: 'bf16',
    free: [
      free('compute', 0.6, 0.2, 1),
      free('bandwidth', 0.75, 0.2, 1),
      free('tail', 0.9, 0.02, 1),
      free('item', 2e-6, 1e-7, 3e-5),
      free('split', 4e-6, 1e-8, 3e-5),
      free('near', 2.4, 1, 4),
      free('warm', 0.2, 0.03, 1.5),
      free('fixed', 15000, 2000, 60000),
    ],
    held: {},
    heldForClass: { near: 2.4, tail: 0.95, warm: 0.75, split: 7e-6 },
  },
  {
    group: 'attention-decode',
    precision: 'bf16',
    free: [
      free('bandwidth', 0.75, 0.2, 1),
      free('near', 2.4, 1, 4),
      free('warm', 0.2, 0.03, 1.5),
      free('perUnit', 2, 0.3, 10),
      free('tail', 0.97, 0.02, 1),
      free('item', 2e-6, 1e-7, 3e-5),
      free('compute', 0.6, 0.2, 1),
      free('perSequence', 1e-8, 1e-11, 1e-7),
      free('split', 4e-6, 1e-8, 3e-5),
      free('fixed', 7000, 300, 40000),
    ],
    held: {},
    heldForClass: {
      near: 2.4,
      tail: 0.97,
      perUnit: 4,
      split: 7e-6,
      perSequence: 1e-8,
      warm: 0.75,
      compute: 0.65,
    },
  },
  {
    group: 'elementwise',
    precision: 'fp32',
    // No row is short enough to tell the fixed part: it stays at what the matrix products show.
    free: [free('bandwidth', 0.8, 0.3, 1)],
    held: { fixed: 5400 },
    heldForClass: { fixed: 5400 },
  },
  {
    group: 'normalization',
    precision: 'fp32',
    free: [
      free('bandwidth', 0.8, 0.3, 1),
      free('near', 3, 1, 12),
      free('inFlight', 15, 1, 60),
      free('uneven', 0.1, 0.005, 0.8),
    ],
    held: { passes: 2, short: 1, fixed: 5400 },
    heldForClass: { passes: 2, short: 1, fixed: 5400 },
  },
  {
    group: 'softmax',
    precision: 'fp32',
    free: [
      free('bandwidth', 0.8, 0.3, 1),
      free('near', 3, 1, 12),
      free('inFlight', 4, 1, 60),
      free('uneven', 0.1, 0.005, 0.8),
    ],
    held: { passes: 3, short: 1024, fixed: 5400 },
    heldForClass: { passes: 3, short: 1024, fixed: 5400 },
  },
];

const bytesOf: Readonly<Record<string, number>> = { fp32: 4, bf16: 2, fp16: 2, fp8: 1 };

function ratesOf(chip: Chip, precision: string, c: ConstantValues): GpuRates {
  const known = gpuRates(machineFor(chip, precision), c);
  // Callers fit only chips with a rate and a bandwidth: see fittable.
  if (!known) throw new Error(`no rates for ${chip.id}`);
  return known;
}

/** The GPU laws can be fitted to a chip that states a peak for the precision and a bandwidth. */
export function fittable(chip: Chip, precision: string): boolean {
  return gpuRates(machineFor(chip, precision), {}) !== null;
}

/** Seconds that the law of a row's group gives under the constants. */
export function predict(row: Row, c: ConstantValues, chip: Chip): number {
  const rates = ratesOf(chip, row.precision, c);
  const time = lawTime(row, c, rates);
  return overlapped(time) + time.extra + fixedSeconds(rates, c);
}

/** Share of the last cache that stays warm between runs of a product; the same on all measured chips. */
const gemmWarm = 0.75;

/**
 * Bytes of a product that come from outside the chip when it is measured over and over: operands stay in the cache while
 * all sets of them that the measurement takes turns with fit there, the result while its place is written again soon.
 * Activations that are brought to 8 bits right before (two bytes read, one written) are read while they are fresh.
 */
function offChipBytes(row: Row, size: number, outSize: number, rates: GpuRates): number {
  const { batch, m, n, k, copies } = row;
  const left = batch * m * k * size;
  const right = batch * k * n * size;
  const result = batch * m * n * outSize;
  const quantised = row.precision === 'fp8';
  const sets = missShare(copies * ((quantised ? 3 : 1) * left + right) + result, rates, gemmWarm);
  const leftMiss = quantised ? missShare(2 * left, rates, gemmWarm) : sets;
  return left * leftMiss + right * sets + result * missShare(left + right + 2 * result, rates, gemmWarm);
}

/**
 * Bytes of measured attention: queries and results once, keys and values read, written to the cache and read from it
 * (a decode step reads the cache, of which one row is new). What a repeated run finds in the cache of the chip is not
 * read from outside.
 */
function attentionBytes(row: Row, size: number, rates: GpuRates, c: ConstantValues): AttentionBytes {
  const width = 2 * row.headSize * size;
  const queries = row.batch * row.heads * row.queryLength * width;
  const passes = row.group === 'attention-decode' ? 1 : 3;
  const near = queries + passes * row.batch * row.kvHeads * row.keyLength * width;
  return { main: near * missShare(near, rates, c['warm'] ?? 0.4), near };
}

function lawTime(row: Row, c: ConstantValues, rates: GpuRates): LawTime {
  const size = entryOf(bytesOf, row.precision) ?? 4;
  switch (row.group) {
    case 'gemm': {
      const { batch, m, n, k } = row;
      const out = row.precision === 'fp8' ? 2 : size;
      const main = offChipBytes(row, size, out, rates);
      const time = gemmTime(rates, c, { batch, m, n, k, weights: batch === 1 }, size, main);
      return throttled(time, 2 * batch * m * n * k, rates, c);
    }
    case 'attention-prefill':
    case 'attention-decode': {
      const law = row.group === 'attention-decode' ? decodeTime : prefillTime;
      const { batch, heads, kvHeads, queryLength, keyLength, headSize } = row;
      return law(
        rates,
        c,
        {
          kind: 'attention',
          batch,
          heads,
          kvHeads,
          queryLength,
          keyLength,
          headSize,
          valueHeadSize: headSize,
          causal: true,
        },
        size,
        attentionBytes(row, size, rates, c),
      );
    }
    case 'softmax':
    case 'normalization': {
      const bytes = row.rows * row.columns * size;
      return reductionTime(rates, c, { read: bytes, written: bytes }, row.columns, size);
    }
    default: {
      const bytes = row.rows * row.columns * size * row.streams;
      return { compute: 0, memory: bytes / (rates.bandwidth * (c['bandwidth'] ?? 0.8)), extra: 0 };
    }
  }
}
