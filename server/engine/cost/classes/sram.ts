import { plainTerms } from '../skeleton';
import type { ClassModel } from './model';
import { kernelArrayUtilisation } from './systolic';

/**
 * LPUs and wafers, whose layers hand data on while they work: weights live in the memory beside the arithmetic. What does not fit is streamed (the bytes of
 * the host link or of the streaming memory, charged by the residency rule). Tiles are small: padding is to 16.
 */
export const sram: ClassModel = {
  serialUnits: false,
  pipelined: true,
  terms(input) {
    return plainTerms(input, kernelArrayUtilisation(input, input.machine.array ?? [16, 16]), false);
  },
};

/** IPUs: all tiles work on one layer and meet at a barrier after it (bulk-synchronous), so layers form no pipeline. */
export const ipu: ClassModel = { ...sram, pipelined: false };
