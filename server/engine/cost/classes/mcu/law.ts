import { plainTerms } from '../../skeleton';
import type { ClassModel } from '../shared/model';

/**
 * Microcontrollers: one core, everything one after the other. A multiply-accumulate is one of several instructions (loads,
 * unpacking, addresses) that share the slots of the core: one that issues two per clock does twice as many.
 */
export const mcu: ClassModel = {
  serialUnits: true,
  pipelined: false,
  mustFit: true,
  terms(input) {
    return plainTerms(input, input.machine.chip.units?.issueWidth?.value ?? 1, true);
  },
};
