import {
  combine,
  computeSeconds,
  elementwiseSeconds,
  isNarrowConvolution,
  memorySeconds,
  productsOf,
  seconds,
  type Product,
} from '../skeleton';
import { constant, type ClassModel, type KernelInput } from './model';

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
  // With fewer rows than the block holds, each loaded weight serves fewer multiply-adds.
  const reuse = Math.min(1, (1 + product.m) / (1 + blockRows));
  const panels =
    Math.ceil(product.m / (blockRows * 4)) * Math.ceil(product.n / (blockColumns * 4)) * product.batch;
  const dealt = panels / (Math.ceil(panels / cores) * cores);
  return padded * reuse * dealt;
}

/**
 * Between the all-core ceiling that peaks are stated at and the clock that always holds lies the one of a heavy load,
 * which vendors don't publish: the geometric middle of the two.
 */
export function clockShare(input: KernelInput): number {
  const { clockHz, sustainedClockHz } = input.machine.chip;
  if (!clockHz || !sustainedClockHz) return 1;
  return Math.sqrt(Math.min(1, sustainedClockHz.value / clockHz.value));
}

/** The machine at the clock of a heavy load. */
function loaded(input: KernelInput): KernelInput {
  const share = clockShare(input);
  const { machine } = input;
  const at = (rate: number | null) => (rate === null ? null : rate * share);
  return {
    ...input,
    machine: { ...machine, peak: at(machine.peak), vector: at(machine.vector), special: at(machine.special) },
  };
}

function shapeUtilisation(input: KernelInput): number {
  const shape = input.kernel.matrixShape;
  if (!shape) return 1;
  const products = productsOf(shape);
  const work = products.map((p) => p.batch * p.m * p.n * p.k);
  const total = work.reduce((a, b) => a + b, 0);
  if (total === 0) return 1;
  const cost = products.reduce(
    (sum, p, i) => sum + work[i] / Math.max(cpuUtilisation(p, input.machine.units), 1e-3),
    0,
  );
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

/** CPUs: lanes × cores, elementwise work in the same SIMD units, caches that keep what fits. */
export const cpu: ClassModel = {
  serialUnits: true,
  pipelined: false,
  terms(given) {
    const input = loaded(given);
    const shape = input.kernel.matrixShape;
    const fixed = constant(input, 'fixed', 0);
    const memory = memorySeconds(input);
    if (isNarrowConvolution(shape, 16)) {
      const direct = seconds(
        input.operations.matrix,
        input.machine.vector && input.machine.vector * constant(input, 'depthwise', 0.25),
      );
      return { compute: combine([direct, elementwiseSeconds(input, true)], true), memory, fixed };
    }
    if (shape?.kind === 'recurrent') {
      // Steps follow each other: every step pays a hand-over between the cores.
      const compute = computeSeconds(input, shapeUtilisation(input), true);
      const steps = shape.steps * shape.directions * constant(input, 'step', 2e-6);
      return { compute: compute === null ? null : compute + steps, memory, fixed };
    }
    const compute = computeSeconds(input, shapeUtilisation(input), true);
    return { compute: compute === null ? null : compute + itemSeconds(input), memory, fixed };
  },
};
