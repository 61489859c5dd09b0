import type { ClassModel, KernelInput } from '../shared/model';
import { arrayTerms } from '../shared/systolic';

/** Rows and columns of the largest array that NPUs are taken to have where none is published. */
const commonSide = 32;

/** The published array, else a square one of the stated multiply-accumulates, else the common one. */
function arrayOf({ machine }: KernelInput): readonly [number, number] {
  if (machine.array) return machine.array;
  const macs = machine.chip.units?.macsPerClock?.value ?? commonSide ** 2;
  const side = Math.min(commonSide, 2 ** Math.floor(Math.log2(Math.sqrt(macs))));
  return [side, side];
}

/**
 * NPUs of phones, PCs and small devices: many small multiply-accumulate arrays; channels are padded to their width,
 * which most vendors keep at 16 or 32. What the runtime cannot place runs on the host, with transfers.
 */
export const npu: ClassModel = {
  serialUnits: false,
  pipelined: false,
  terms(input) {
    return arrayTerms(input, arrayOf(input));
  },
};

/** NPUs without outside memory hold all layers at once and pass activations from one to the next. */
export const dataflowNpu: ClassModel = { ...npu, pipelined: true };
