import { plainTerms } from '../../skeleton';
import type { ClassModel } from '../shared/model';

/**
 * Processing in or near memory: arithmetic beside each bank sees the sum of the banks' bandwidth, so what is bound by
 * memory elsewhere runs at that rate.
 */
export const pim: ClassModel = {
  serialUnits: true,
  pipelined: false,
  terms(input) {
    return plainTerms(input, 1, true);
  },
};
