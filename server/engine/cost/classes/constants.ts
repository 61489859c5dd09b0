import type { ChipClass, ResidualBin } from '../../chips/chip';
import type { Basis } from '../types';
import cpu from './cpu/constants.json';
import gpu from './gpu/constants.json';
import tpu from './tpu/constants.json';
import npu from './npu/constants.json';
import ipu from './ipu/constants.json';
import lpu from './lpu/constants.json';
import asic from './asic/constants.json';
import fpga from './fpga/constants.json';
import wafer from './wafer/constants.json';
import neuromorphic from './neuromorphic/constants.json';
import pim from './pim/constants.json';
import mcu from './mcu/constants.json';
import quantum from './quantum/constants.json';
import cpuFitted from './cpu/fitted.json';
import gpuFitted from './gpu/fitted.json';
import shared from './shared/constants.json';

/** Constants of a class for an operator group and a precision; '*' is any. */
export interface ClassEntry {
  readonly group: string;
  readonly precision: string;
  readonly basis: Basis;
  readonly constants: Readonly<Record<string, number>>;
  /** Multiply an estimate to its central 90 % interval, where no residuals say it by time. */
  readonly low?: number;
  readonly high?: number;
  readonly residuals?: readonly ResidualBin[];
  readonly source: string;
}

/** A stand-in for a figure that a chip's file lacks. */
interface StandinEntry {
  readonly value: number;
  readonly source: string;
}

/** What a class says of chips that were not measured; what it leaves out is said by `sharedConstants`. */
export interface ClassConstants {
  readonly entries: readonly ClassEntry[];
  readonly standins: Readonly<Partial<Record<string, StandinEntry>>>;
}

export const sharedConstants = shared as unknown as ClassConstants;

const all: Readonly<Record<ChipClass, unknown>> = {
  cpu: { ...cpu, entries: [...cpu.entries, ...cpuFitted.entries] },
  gpu: { ...gpu, entries: [...gpu.entries, ...gpuFitted.entries] },
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

/** The constants of each class, those fitted to measurements last. */
export const constantsOf = all as Readonly<Record<ChipClass, ClassConstants>>;
