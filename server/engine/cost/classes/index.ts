import type { Chip, ChipClass } from '../../chips/chip';
import { isDataflow } from '../../chips/chip';
import { asic } from './asic/law';
import { cpu } from './cpu/law';
import { fpga } from './fpga/law';
import { gpu } from './gpu/law';
import { ipu } from './ipu/law';
import { lpu } from './lpu/law';
import { mcu } from './mcu/law';
import { neuromorphic } from './neuromorphic/law';
import { dataflowNpu, npu } from './npu/law';
import { pim } from './pim/law';
import type { ClassModel } from './shared/model';
import { tpu } from './tpu/law';
import { traitsOf } from './traits';
import { wafer } from './wafer/law';

/** The law of each class; quantum has none. */
const laws: Readonly<Record<ChipClass, ClassModel | null>> = {
  cpu,
  gpu,
  tpu,
  npu,
  ipu,
  lpu,
  asic,
  fpga,
  wafer,
  neuromorphic,
  pim,
  mcu,
  quantum: null,
};

/** The cost model of a chip; null where no network can be mapped. */
export function modelFor(chip: Chip): ClassModel | null {
  if (!chip.onnxTarget && !traitsOf[chip.class].costsWithoutTools) return null;
  const model = laws[chip.class];
  return model === npu && isDataflow(chip) ? dataflowNpu : model;
}
