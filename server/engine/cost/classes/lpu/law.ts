import type { ClassModel } from '../shared/model';
import { sram } from '../shared/sram';

/** LPUs: weights beside the arithmetic, layers as a pipeline. */
export const lpu: ClassModel = sram;
