import type { ClassModel } from './model';
import { arrayTerms } from './systolic';

/**
 * NPUs of phones, PCs and small devices: many small multiply-accumulate arrays; channels are padded to their width,
 * which most vendors keep at 16 or 32. What the runtime cannot place runs on the host, with transfers.
 */
export const npu: ClassModel = {
  serialUnits: false,
  pipelined: false,
  terms(input) {
    return arrayTerms(input, input.machine.array ?? [32, 32]);
  },
};

/** NPUs without outside memory hold all layers at once and pass activations from one to the next. */
export const dataflowNpu: ClassModel = { ...npu, pipelined: true };
