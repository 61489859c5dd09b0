import {
  combine,
  elementwiseSeconds,
  isNarrowConvolution,
  memorySeconds,
  productsOf,
  seconds,
  type Product,
} from '../../skeleton';
import { constant, type ClassModel, type KernelInput, type Terms } from './model';

/** The array of an accelerator that publishes none: 128 × 128, the commonest of the catalogue's arrays. */
const defaultArray: readonly [number, number] = [128, 128];

/**
 * Share of a weight-stationary array's cycles that do useful work: k and n are padded to the array, and each tile of
 * weights takes at least as many cycles to shift in as the array has rows, so short streams of activations (small m)
 * leave it waiting.
 */
export function arrayUtilisation(product: Product, [rows, columns]: readonly [number, number]): number {
  const padded =
    (product.k / (Math.ceil(product.k / rows) * rows)) *
    (product.n / (Math.ceil(product.n / columns) * columns));
  return padded * (product.m / Math.max(product.m, rows));
}

/** Utilisation over all products of a kernel, weighted by their work. */
export function kernelArrayUtilisation(input: KernelInput, array: readonly [number, number]): number {
  const shape = input.kernel.matrixShape;
  if (!shape) return 1;
  let work = 0;
  let cycles = 0;
  for (const product of productsOf(shape)) {
    const macs = product.batch * product.m * product.n * product.k;
    work += macs;
    cycles += macs / Math.max(arrayUtilisation(product, array), 1e-6);
  }
  return cycles === 0 ? 1 : work / cycles;
}

/**
 * Weights are fetched in whole tiles of the array: what pads k and n is fetched too (the weight FIFO of the TPU takes
 * tiles of 256 × 256; later layouts pad alike).
 */
function paddedWeights(input: KernelInput, [rows, columns]: readonly [number, number]): number {
  const shape = input.kernel.matrixShape;
  if (!shape || shape.kind === 'attention' || isNarrowConvolution(shape, 4)) return 1;
  const { k, n } = productsOf(shape)[0]!;
  return (Math.ceil(k / rows) * rows * Math.ceil(n / columns) * columns) / Math.max(k * n, 1);
}

function withPaddedWeights(input: KernelInput, array: readonly [number, number]): KernelInput {
  const { bytes } = input;
  const extra = bytes.mainWeights * (paddedWeights(input, array) - 1);
  return { ...input, bytes: { ...bytes, main: bytes.main + extra, near: bytes.near + extra } };
}

/**
 * Time on arrays of multiply-accumulate units beside narrower vector units. A convolution with few channels per group
 * fills one column of an array per channel only; compilers send it to the vector units where those are faster.
 */
export function arrayTerms(
  input: KernelInput,
  array: readonly [number, number],
  memoryInput: KernelInput = input,
): Terms {
  const { machine, operations } = input;
  const rate =
    machine.peak && machine.peak * constant(input, 'compute', 1) * kernelArrayUtilisation(input, array);
  const onArray = seconds(operations.matrix, rate);
  const narrow = isNarrowConvolution(input.kernel.matrixShape, 4);
  // A vector rate that stands in for an unknown one may exceed the peak of a wide format.
  const share = constant(input, 'vector', constant(input, 'compute', 1));
  const vector = machine.vector && Math.min(machine.vector, machine.peak ?? Infinity) * share;
  const onVector = narrow ? seconds(operations.matrix, vector) : null;
  const matrix = onVector === null ? onArray : onArray === null ? onVector : Math.min(onVector, onArray);
  return {
    compute: combine([matrix, elementwiseSeconds(input, false)], false),
    memory: memorySeconds(memoryInput),
    fixed: constant(input, 'fixed', 0),
  };
}

/**
 * TPUs and ASICs around a systolic or tensor array: fill and padding, elementwise work on narrow vector units, on-chip
 * memory between layers.
 */
export const systolic: ClassModel = {
  serialUnits: false,
  pipelined: false,
  terms(input) {
    const array = input.machine.array ?? defaultArray;
    // Without a published array nothing is known of tiles either.
    return arrayTerms(input, array, input.machine.array ? withPaddedWeights(input, array) : input);
  },
};
