import type { ClassModel, KernelInput } from './model';
import { arrayTerms } from './systolic';

/**
 * LPUs and wafers, whose layers hand data on while they work: weights live in the memory beside the arithmetic. What does not fit is streamed (the bytes of
 * the host link or of the streaming memory, charged by the residency rule). Tiles are small: padding is to 16.
 */
export const sram: ClassModel = {
  serialUnits: false,
  pipelined: true,
  terms(input) {
    return arrayTerms(input, input.machine.array ?? [16, 16]);
  },
};

/** IPUs: all tiles work on one layer and meet at a barrier after it (bulk-synchronous), so layers form no pipeline. */
export const ipu: ClassModel = { ...sram, pipelined: false };

/** Groups whose result needs every core's part: sums travel to one side and back. */
const gathering = new Set(['gemm', 'convolution', 'normalization', 'softmax', 'reduction']);

/** Hops per second of a wafer without a stated clock: about one nanosecond each (Rocki et al., SC20, on the first WSE). */
const hopsPerSecond = 1e9;

/**
 * Seconds of the ways across a wafer: a kernel that is spread over all cores broadcasts its input along one side and
 * adds partial sums along the other, one hop per clock (Rocki et al. 2020, Fast Stencil-Code Computation on a
 * Wafer-Scale Processor). It is latency: the next sample follows behind.
 */
function acrossWafer({ group, machine }: KernelInput): number {
  if (!gathering.has(group) && !group.startsWith('attention')) return 0;
  return (2 * Math.sqrt(machine.units)) / (machine.chip.clockHz?.value ?? hopsPerSecond);
}

/** Wafers: as the others, and the way across them takes longer than most kernels. */
export const wafer: ClassModel = {
  ...sram,
  terms(input) {
    const terms = sram.terms(input);
    return { ...terms, fixed: terms.fixed + acrossWafer(input) };
  },
};
