import type { ClassModel } from '../shared/model';
import { sram } from '../shared/sram';

/** IPUs: all tiles work on one layer and meet at a barrier after it (bulk-synchronous), so layers form no pipeline. */
export const ipu: ClassModel = { ...sram, pipelined: false };
