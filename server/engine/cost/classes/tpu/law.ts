import type { ClassModel } from '../shared/model';
import { systolic } from '../shared/systolic';

/** TPUs: one or a few large systolic arrays. */
export const tpu: ClassModel = systolic;
