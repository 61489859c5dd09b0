import type { ClassModel } from '../shared/model';
import { systolic } from '../shared/systolic';

/** ASICs around a tensor array. */
export const asic: ClassModel = systolic;
