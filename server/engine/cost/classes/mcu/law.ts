import { plainTerms } from '../../skeleton';
import type { ClassModel } from '../shared/model';

/** Microcontrollers: one core, cycles per multiply-accumulate, everything one after the other. */
export const mcu: ClassModel = {
  serialUnits: true,
  pipelined: false,
  mustFit: true,
  terms(input) {
    return plainTerms(input, 1, true);
  },
};
