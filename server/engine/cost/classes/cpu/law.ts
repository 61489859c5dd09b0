import {
  combine,
  computeSeconds,
  elementwiseSeconds,
  isNarrowConvolution,
  memorySeconds,
  productsOf,
  seconds,
  type Product,
} from '../../skeleton';
import { largest, smallest } from '../../../lists';
import { nearOf, type Level } from '../../levels';
import type { MatrixShape } from '../../../operators/rule';
import { constant, type ClassModel, type KernelInput, type Terms } from '../shared/model';

/** Rows and columns of the register block of a SIMD GEMM kernel, in elements: 6 × two vectors of 16 lanes. */
const blockRows = 6;
const blockColumns = 32;

/**
 * Share of lanes and cores in use: rows and columns are padded to the register block, and the blocks are dealt to the
 * cores in whole panels.
 */
export function cpuUtilisation(product: Product, cores: number): number {
  const rows = Math.min(blockRows, product.m);
  const padded =
    (product.m / (Math.ceil(product.m / rows) * rows)) *
    (product.n / (Math.ceil(product.n / blockColumns) * blockColumns));
  const panels =
    Math.ceil(product.m / (blockRows * 4)) * Math.ceil(product.n / (blockColumns * 4)) * product.batch;
  const dealt = panels / (Math.ceil(panels / cores) * cores);
  return padded * dealt;
}

/**
 * Between the all-core ceiling that peaks are stated at and the clock that always holds lies the one of a heavy load,
 * which vendors don't publish: the geometric middle of the two.
 */
function clockShare(input: KernelInput): number {
  const { clockHz, sustainedClockHz } = input.machine.chip;
  if (!clockHz || !sustainedClockHz) return 1;
  return Math.sqrt(Math.min(1, sustainedClockHz.value / clockHz.value));
}

/**
 * Cores that work on a kernel, and the share of the peak that they have together. With equal parts for all threads the
 * fastest wait for the slowest; some libraries leave the slow ones out.
 */
function coresAtWork(input: KernelInput): { readonly units: number; readonly share: number } {
  const { chip, units } = input.machine;
  const kinds = chip.units?.kinds;
  if (!kinds?.length) return { units, share: 1 };
  const all = kinds.reduce((sum, { count, opsPerSecond }) => sum + count * opsPerSecond, 0);
  const rates = kinds.map(({ opsPerSecond }) => opsPerSecond);
  if (constant(input, 'fastCores', 0) > 0) {
    const fastest = kinds[rates.indexOf(largest(rates, 0))]!;
    return { units: fastest.count, share: (fastest.count * fastest.opsPerSecond) / all };
  }
  return {
    units,
    share: constant(input, 'equalParts', 0) > 0 ? (units * smallest(rates, Infinity)) / all : 1,
  };
}

/**
 * Bandwidths as the cores reach them: caches by bytes per clock and core, where the constants say so, and the memory by
 * what one core can have under way.
 */
function levelsAtWork(input: KernelInput): readonly Level[] {
  const { levels, units, chip } = input.machine;
  const perClock = constant(input, 'bytesPerClock', 0);
  const perCore = constant(input, 'coreBandwidth', Infinity) / constant(input, 'bandwidth', 1);
  const cached = chip.clockHz && perClock > 0 ? perClock * chip.clockHz.value * units : null;
  return levels.map((level) => {
    const { bandwidth } = level;
    if (level.onChip) return cached === null ? level : { ...level, bandwidth: cached };
    return bandwidth === null ? level : { ...level, bandwidth: Math.min(bandwidth, perCore * units) };
  });
}

/** The machine at the clock of a heavy load, with the cores that work. */
function loaded(input: KernelInput, cores = coresAtWork(input)): KernelInput {
  const share = clockShare(input) * cores.share;
  const { machine } = input;
  const at = (rate: number | null) => (rate === null ? null : rate * share);
  const rates = { peak: at(machine.peak), vector: at(machine.vector), special: at(machine.special) };
  return { ...input, machine: { ...machine, ...rates, levels: levelsAtWork(input), units: cores.units } };
}

/** Bytes of one way of a first-level cache: a page, on all processors that index it with virtual addresses. */
const wayBytes = 4096;

/**
 * Rows that lie a multiple of a cache way apart all fall into the same set and push each other out while a block of
 * them is multiplied; `aliased` is the share of the rate that is left.
 */
function aliasedShare(input: KernelInput, product: Product): number {
  const rowBytes = product.k * input.activationBytes;
  return product.m > 1 && rowBytes % wayBytes === 0 ? constant(input, 'aliased', 1) : 1;
}

function shapeUtilisation(input: KernelInput): number {
  const shape = input.kernel.matrixShape;
  if (!shape) return 1;
  const products = productsOf(shape);
  const work = products.map((p) => p.batch * p.m * p.n * p.k);
  const total = work.reduce((a, b) => a + b, 0);
  if (total === 0) return 1;
  const cost = products.reduce((sum, p, i) => {
    const share = cpuUtilisation(p, input.machine.units) * aliasedShare(input, p);
    return sum + work[i]! / Math.max(share, 1e-3);
  }, 0);
  return total / cost;
}

/** A batched product is one call per batch item, dealt to the cores: packing and hand-over are paid for each. */
function itemSeconds(input: KernelInput): number {
  const shape = input.kernel.matrixShape;
  if (!shape || (shape.kind !== 'gemm' && shape.kind !== 'attention')) return 0;
  const items = productsOf(shape).reduce((sum, { batch }) => sum + batch, 0);
  const perItem = constant(input, 'item', 0);
  return items > 1 ? (items * perItem) / Math.min(items, input.machine.units) : 0;
}

/**
 * Joins computing and moving: caches fetch ahead while the cores compute, but not all of it. `overlap` is the hidden
 * share of the shorter of the two.
 */
function joined(input: KernelInput, compute: number | null, memory: number | null): Terms {
  // Code and operands that the last run left in the caches start at once.
  const cold = input.warm ? 0 : constant(input, 'fixed', 0);
  // Threads are woken and waited for in a tree.
  const fixed = cold + constant(input, 'sync', 0) * Math.log2(Math.max(1, input.machine.units));
  if (compute === null || memory === null) return { compute, memory, fixed };
  const exposed = (1 - constant(input, 'overlap', 1)) * Math.min(compute, memory);
  return { compute, memory, work: Math.max(compute, memory) + exposed, fixed };
}

/**
 * A recurrent layer: the inputs of all steps are one product; then the steps follow each other, each reads the whole
 * recurrent matrix from the caches, and pays a hand-over between the cores.
 */
function recurrentTerms(input: KernelInput, shape: Extract<MatrixShape, { kind: 'recurrent' }>): Terms {
  const { machine } = input;
  const columns = shape.gates * shape.hiddenSize;
  const rate = machine.peak && machine.peak * constant(input, 'compute', 0.6);
  const part = (m: number, k: number): number | null => {
    const utilisation = cpuUtilisation({ batch: 1, m, n: columns, k, weights: true }, machine.units);
    return seconds(2 * m * columns * k, rate && rate * Math.max(utilisation, 1e-3));
  };
  const near = nearOf(machine);
  const reread = seconds(
    columns * shape.hiddenSize * input.weightBytes,
    near?.bandwidth ? near.bandwidth * constant(input, 'resident', 0.55) : null,
  );
  const inputs = part(shape.steps * shape.batch, shape.inputSize);
  const step = combine([part(shape.batch, shape.hiddenSize), near ? reread : 0], false);
  const steps = step === null ? null : shape.steps * (step + constant(input, 'step', 2e-6));
  const each = combine([inputs, steps], true);
  const directions = each === null ? null : shape.directions * each;
  const share = constant(input, 'gates', 0.5);
  const gates = [
    seconds(input.operations.vector, machine.vector && machine.vector * share),
    seconds(input.operations.special, machine.special && machine.special * share),
  ];
  return joined(input, combine([directions, ...gates], true), memorySeconds(input));
}

/** Channels of input and output from which on libraries run Winograd's algorithm. */
const winogradChannels = 16;

/** Convolutions of 3 × 3 with a step of one, which need fewer multiplications by Winograd's algorithm. */
function isWinograd(shape: MatrixShape | undefined): boolean {
  return (
    shape?.kind === 'convolution' &&
    !shape.transposed &&
    shape.groups === 1 &&
    shape.kernel.length === 2 &&
    shape.kernel.every((size) => size === 3) &&
    shape.strides.every((step) => step === 1) &&
    Math.min(shape.inputChannels, shape.outputChannels) >= winogradChannels
  );
}

/** Of a convolution: its transformed weights are more than the stored ones, or are laid out anew in every run. */
function moved(input: KernelInput): number | null {
  const { bytes, kernel } = input;
  if (kernel.matrixShape?.kind !== 'convolution') return memorySeconds(input);
  const transformed = isWinograd(kernel.matrixShape) ? constant(input, 'winogradWeights', 1) - 1 : 0;
  const more = bytes.mainWeights * (transformed + constant(input, 'reorder', 0));
  return memorySeconds(more > 0 ? { ...input, bytes: { ...bytes, main: bytes.main + more } } : input);
}

/** Convolutions in groups of few channels: on vectors, unless the library has blocks for groups of several. */
function narrowSeconds(input: KernelInput, shape: Extract<MatrixShape, { kind: 'convolution' }>) {
  const { machine, operations } = input;
  const grouped = constant(input, 'grouped', 0);
  const rate =
    grouped > 0 && shape.inputChannels > shape.groups
      ? machine.peak && machine.peak * grouped
      : machine.vector && machine.vector * constant(input, 'depthwise', 0.25);
  return combine([seconds(operations.matrix, rate), elementwiseSeconds(input, true)], true);
}

function termsOf(input: KernelInput): Terms {
  const shape = input.kernel.matrixShape;
  if (shape?.kind === 'recurrent') return recurrentTerms(input, shape);
  const memory = moved(input);
  if (shape?.kind === 'convolution' && isNarrowConvolution(shape, 16))
    return joined(input, narrowSeconds(input, shape), memory);
  const faster = isWinograd(shape) ? constant(input, 'winograd', 1) : 1;
  const compute = computeSeconds(input, shapeUtilisation(input) * faster, true);
  return joined(input, compute === null ? null : compute + itemSeconds(input), memory);
}

/** CPUs: lanes × cores, elementwise work in the same SIMD units, caches that keep what fits. */
export const cpu: ClassModel = {
  serialUnits: true,
  pipelined: false,
  ownSteps: true,
  terms: (input) => termsOf(loaded(input)),
  streamTerms(input) {
    const { units } = input.machine;
    const all = loaded(input, { units, share: 1 });
    const { fixed, ...work } = termsOf({ ...all, machine: { ...all.machine, units: 1 } });
    return { ...work, fixed: fixed / units };
  },
};
