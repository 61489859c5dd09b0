import type { Calibration, ChipFacts, MemoryLevel } from './chipFacts';

export { chipClasses, precisions } from './chipFacts';
export type {
  Calibration,
  CalibrationRecord,
  ChipClass,
  Figure,
  Machine,
  MemoryLevel,
  Place,
  Rates,
  ResidualBin,
  Source,
} from './chipFacts';

/** A power mode against the full state. */
interface Reduced {
  /** Share of the clock, and of the units, that is left. */
  readonly clock: number;
  readonly units: number;
  /** Rated power of the full state; undefined where none is stated. */
  readonly fullWatts: number | undefined;
}

/** A chip: what its file says, and what it has of the chips that it extends. The catalogue holds one file per chip. */
export interface Chip extends ChipFacts {
  /** Of a chip that extends others: their ids, the nearest first. */
  readonly lineage?: readonly string[];
  /** Of a chip in a power mode: what it is of the full state, of which `power` is no longer. */
  readonly reduced?: Reduced;
  /** Constants measured on those others: they hold for this one as for a sibling, never as its own. */
  readonly inheritedCalibration?: readonly Calibration[];
}

/** Memory outside the chip that a model is loaded to, or undefined where all memory is on the chip. */
export function mainMemory(chip: Chip): MemoryLevel | undefined {
  return outsideMemory(chip).at(-1);
}

/** Layers lie on the chip side by side: its file says so, or there is no other place for them. */
export function isDataflow(chip: Chip): boolean {
  return chip.dataflow ?? (chip.memory.length > 0 && !mainMemory(chip));
}

/** The memories outside the chip from far to near: by bandwidth, and one of which nobody states it is far. */
export function outsideMemory(chip: Chip): MemoryLevel[] {
  const bandwidth = (level: MemoryLevel): number => level.bandwidthBytesPerSecond?.value ?? 0;
  return chip.memory.filter((level) => !level.onChip).sort((a, b) => bandwidth(a) - bandwidth(b));
}

/** The largest on-chip level that is not a register file; capacity unknown counts as the first one. */
export function nearMemory(chip: Chip): MemoryLevel | undefined {
  const levels = chip.memory.filter(
    (level) => level.onChip && level.kind !== 'sram-register' && level.scope !== 'per-unit',
  );
  return levels.reduce<MemoryLevel | undefined>(
    (best, level) =>
      best && (best.capacityBytes?.value ?? 0) >= (level.capacityBytes?.value ?? 0) ? best : level,
    undefined,
  );
}

/** The memory that must hold a model: the largest outside the chip, of equals the nearest, else the largest on it. */
export function modelMemory(chip: Chip): MemoryLevel | undefined {
  const outside = outsideMemory(chip).reverse();
  const levels = outside.length > 0 ? outside : [...chip.memory];
  return levels.sort((a, b) => (b.capacityBytes?.value ?? 0) - (a.capacityBytes?.value ?? 0))[0];
}
