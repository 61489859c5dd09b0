import {
  combine,
  elementwiseSeconds,
  isNarrowConvolution,
  memorySeconds,
  nearSeconds,
  isOfActivations,
  seconds,
} from '../../skeleton';
import { constant, type ClassModel, type KernelInput, type LevelBytes, type Terms } from '../shared/model';
import { kernelArrayUtilisation } from '../shared/systolic';

/** Rows and columns of the largest array that NPUs are taken to have where none is published. */
const commonSide = 32;

/** The published array, else a square one of the stated multiply-accumulates, else the common one. */
function arrayOf({ machine }: KernelInput): readonly [number, number] {
  if (machine.array) return machine.array;
  const macs = machine.chip.units?.macsPerClock?.value ?? commonSide ** 2;
  const side = Math.min(commonSide, 2 ** Math.floor(Math.log2(Math.sqrt(macs))));
  return [side, side];
}

/**
 * Seconds of the products of a kernel. The arrays hold weights that the compiler laid out beforehand; a product of two
 * activations has to lay out its second operand while it runs (`activations`, a share of the rate). A convolution
 * with few channels per group runs on the vector units (`depthwise`, a share of their rate).
 */
function productSeconds(input: KernelInput): number | null {
  const { machine, operations, kernel } = input;
  const shape = kernel.matrixShape;
  if (isNarrowConvolution(shape, 4) && machine.vector) {
    const lanes = Math.min(machine.vector, machine.peak ?? Infinity);
    return seconds(operations.matrix, lanes * constant(input, 'depthwise', 1));
  }
  const share =
    constant(input, 'compute', 1) *
    kernelArrayUtilisation(input, arrayOf(input)) *
    (isOfActivations(kernel) ? constant(input, 'activations', 1) : 1);
  return seconds(operations.matrix, machine.peak && machine.peak * share);
}

/** Groups whose layers are cut into bands of rows, so that neighbours hand most of an image on inside the chip. */
const banded = new Set(['convolution', 'pooling', 'elementwise']);

/** Main memory sees only a share of the activations that exceed the memory on the chip, where layers go in bands. */
function inBands(input: KernelInput): LevelBytes {
  const { bytes, group } = input;
  if (!banded.has(group)) return bytes;
  const activations = bytes.main - bytes.mainWeights;
  const away = activations * (1 - constant(input, 'spilled', 1));
  return { ...bytes, main: bytes.main - away };
}

/**
 * NPUs of phones, PCs and small devices: matrix arrays, vector units and the passage through the on-chip memory take
 * turns within a kernel, since each waits for the tile of the one before; main memory is read meanwhile. What the
 * runtime cannot place runs on the host, with transfers.
 */
export const npu: ClassModel = {
  serialUnits: true,
  pipelined: false,
  bytesOf: inBands,
  terms(input): Terms {
    const compute = combine([productSeconds(input), elementwiseSeconds(input, false)], true);
    const near = nearSeconds(input);
    const memory = memorySeconds(input);
    const inside = combine([compute, near], true);
    return { compute, memory, work: combine([inside, memory], false), fixed: constant(input, 'fixed', 0) };
  },
};

/**
 * Layers of a network lie on the chip side by side. What does not fit, and what attention separates, is cut into parts:
 * the weights of each are loaded once per run, before it works; `part` is what a change of parts takes, and each product
 * of activations asks for half of one.
 */
export const dataflowNpu: ClassModel = {
  ...npu,
  pipelined: true,
  inParts: true,
  terms(input) {
    const { bytes, kernel } = input;
    const weights = { ...input, bytes: { ...bytes, near: 0, main: bytes.mainWeights } };
    const change = isOfActivations(kernel) ? constant(input, 'part', 0) / 2 : 0;
    const load = combine([memorySeconds(weights), change], true);
    const main = bytes.main - bytes.mainWeights;
    const working = npu.terms({ ...input, bytes: { ...bytes, main, mainWeights: 0, link: 0 } });
    const memory = combine([working.memory, load], true);
    return { ...working, memory, work: combine([working.work ?? null, load], true) };
  },
};
