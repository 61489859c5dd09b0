import type { ClassModel } from '../shared/model';
import { arrayTerms } from '../shared/systolic';

/** FPGAs: the peak is DSP count × packing × clock; an overlay keeps 16-wide lanes busy, layers run as a pipeline. */
export const fpga: ClassModel = {
  serialUnits: false,
  pipelined: true,
  terms(input) {
    return arrayTerms(input, input.machine.array ?? [16, 16]);
  },
};
