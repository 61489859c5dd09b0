import type { ClassModel, KernelInput } from '../shared/model';
import { arrayTerms } from '../shared/systolic';

/** FPGAs: the peak is DSP count × packing × clock; an overlay keeps 16-wide lanes busy, layers run as a pipeline. */
export const fpga: ClassModel = {
  serialUnits: false,
  pipelined: true,
  terms(input) {
    const terms = arrayTerms(input, input.machine.array ?? [16, 16]);
    return { ...terms, compute: terms.compute === null ? null : terms.compute / busyShare(input) };
  },
};

/** Of an overlay that works on several samples at a time, each on units of its own, fewer samples leave the others idle. */
function busyShare({ machine, samples }: KernelInput): number {
  const atOnce = machine.chip.units?.samplesAtOnce?.value ?? 1;
  // A last round of fewer than that takes as long as a full one.
  return Math.max(samples, 1) / (Math.ceil(Math.max(samples, 1) / atOnce) * atOnce);
}
