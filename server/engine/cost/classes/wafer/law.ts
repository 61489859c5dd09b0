import { nearOf } from '../../levels';
import type { ClassModel, KernelInput, Terms } from '../shared/model';
import { sram } from '../shared/sram';

/** Groups whose result needs every core's part: sums travel to one side and back. */
const gathering = new Set(['gemm', 'convolution', 'normalization', 'softmax', 'reduction']);

/** Hops per second of a wafer without a stated clock: about one nanosecond each (Rocki et al., SC20, on the first WSE). */
const hopsPerSecond = 1e9;

/**
 * Seconds that a kernel takes beyond its work at the rate of the whole wafer. It broadcasts its input along one side of
 * the rectangle of cores that it is laid out on and adds partial sums along the other, one hop per clock (Rocki et al.
 * 2020, Fast Stencil-Code Computation on a Wafer-Scale Processor): over a smaller rectangle the ways are shorter and the
 * work takes longer. The compiler chooses the rectangle (Cerebras, Wafer-Scale Deep Learning, Hot Chips 2019, slides on
 * placement); taken is the one with the least work / share + ways × √share that holds the kernel's data. All of it is
 * latency: other layers work on the rest of the wafer, and the next sample follows behind.
 */
function acrossWafer({ group, machine, bytes }: KernelInput, { compute, memory }: Terms): number {
  if (!gathering.has(group) && !group.startsWith('attention')) return 0;
  const ways = (2 * Math.sqrt(machine.units)) / (machine.chip.clockHz?.value ?? hopsPerSecond);
  const work = Math.max(compute ?? 0, memory ?? 0);
  const capacity = nearOf(machine)?.capacityBytes;
  const least = Math.max(1 / machine.units, capacity ? bytes.near / capacity : 0);
  // The derivative of work / s + ways × √s is 0 where s^1.5 = 2 × work / ways.
  const share = Math.min(1, Math.max(least, ((2 * work) / ways) ** (2 / 3)));
  return work / share - work + ways * Math.sqrt(share);
}

/** Wafers: as the others with memory beside the arithmetic, and the ways across them take longer than most kernels. */
export const wafer: ClassModel = {
  ...sram,
  terms(input) {
    const terms = sram.terms(input);
    return { ...terms, fixed: terms.fixed + acrossWafer(input, terms) };
  },
};
