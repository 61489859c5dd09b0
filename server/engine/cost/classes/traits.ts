import type { ChipClass } from '../../chips/chip';
import { traits as cpu } from './cpu/traits';
import { traits as gpu } from './gpu/traits';
import { traits as tpu } from './tpu/traits';
import { traits as npu } from './npu/traits';
import { traits as ipu } from './ipu/traits';
import { traits as lpu } from './lpu/traits';
import { traits as asic } from './asic/traits';
import { traits as fpga } from './fpga/traits';
import { traits as wafer } from './wafer/traits';
import { traits as neuromorphic } from './neuromorphic/traits';
import { traits as pim } from './pim/traits';
import { traits as mcu } from './mcu/traits';
import { traits as quantum } from './quantum/traits';
import type { ClassTraits } from './shared/traits';

/** What is true of each class. */
export const traitsOf: Readonly<Record<ChipClass, ClassTraits>> = {
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
  quantum,
};
