import type { Calibration, ChipFacts, MemoryLevel } from './chipFacts';

export { chipClasses, precisions } from './chipFacts';
export type {
  Calibration,
  CalibrationRecord,
  ChipClass,
  Figure,
  MemoryLevel,
  Place,
  Rates,
  ResidualBin,
  Source,
} from './chipFacts';

/** A chip: what its file says, and what it has of the chips that it extends. The catalogue holds one file per chip. */
export interface Chip extends ChipFacts {
  /** Of a chip that extends others: their ids, the nearest first. */
  readonly lineage?: readonly string[];
  /** Constants measured on those others: they hold for this one as for a sibling, never as its own. */
  readonly inheritedCalibration?: readonly Calibration[];
}

/** Memory outside the chip that a model is loaded to, or undefined where all memory is on the chip. */
export function mainMemory(chip: Chip): MemoryLevel | undefined {
  return chip.memory.find((level) => !level.onChip);
}

/** The memory that must hold a model: main memory, else the largest level on the chip. */
export function modelMemory(chip: Chip): MemoryLevel | undefined {
  const main = mainMemory(chip);
  if (main) return main;
  return [...chip.memory].sort((a, b) => (b.capacityBytes?.value ?? 0) - (a.capacityBytes?.value ?? 0))[0];
}
