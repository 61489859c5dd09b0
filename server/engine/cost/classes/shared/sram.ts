import type { ClassModel } from './model';
import { arrayTerms } from './systolic';

/**
 * Chips whose layers hand data on while they work: weights live in the memory beside the arithmetic. What does not fit is
 * streamed (the bytes of the host link or of the streaming memory, charged by the residency rule). Tiles are small:
 * padding is to 16.
 */
export const sram: ClassModel = {
  serialUnits: false,
  pipelined: true,
  terms(input) {
    return arrayTerms(input, input.machine.array ?? [16, 16]);
  },
};
