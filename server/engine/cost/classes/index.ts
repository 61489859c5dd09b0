import type { Chip, ChipClass } from '../../chips/chip';
import { mainMemory } from '../../chips/chip';
import { cpu } from './cpu';
import { fpga } from './fpga';
import { gpu } from './gpu';
import { mcu } from './mcu';
import type { ClassModel } from './model';
import { dataflowNpu, npu } from './npu';
import { pim } from './pim';
import { ipu, sram, wafer } from './sram';
import { systolic } from './systolic';
import { traitsOf } from './traits';

/** The cost model of each class. Neuromorphic chips that compute in operations per second are arrays; quantum has none. */
const models: Readonly<Record<ChipClass, ClassModel | null>> = {
  cpu,
  gpu,
  tpu: systolic,
  npu,
  asic: systolic,
  ipu,
  lpu: sram,
  wafer,
  fpga,
  mcu,
  pim,
  neuromorphic: systolic,
  quantum: null,
};

/** The cost model of a chip; null where no network can be mapped. */
export function modelFor(chip: Chip): ClassModel | null {
  if (!chip.onnxTarget && !traitsOf[chip.class].costsWithoutTools) return null;
  const model = models[chip.class];
  return model === npu && chip.memory.length > 0 && !mainMemory(chip) ? dataflowNpu : model;
}
