import { measuredOn } from '../constants';
import type { Calibration, CalibrationRecord, Chip } from '../../chips/chip';

/** A chip file that adds measured constants to a chip: what `calibrate` writes and the workspace reads. */
export interface ChipOverlay {
  readonly id: string;
  readonly extends: string;
  readonly name: string;
  readonly notes: readonly string[];
  readonly calibration: readonly Calibration[];
  readonly calibrated?: CalibrationRecord;
}

/**
 * The overlay of a calibrated chip. Constants of groups that were measured earlier and not now are kept.
 * @param id of the new chip; the calibrated one keeps its own constants
 */
export function overlayOf(
  chip: Chip,
  id: string,
  calibrations: readonly Calibration[],
  note: string,
): ChipOverlay {
  const key = ({ operatorClass, precision }: Calibration) => `${operatorClass} ${precision}`;
  const fresh = new Set(calibrations.map(key));
  const kept = measuredOn(chip).filter((entry) => !fresh.has(key(entry)));
  return {
    id,
    extends: chip.id,
    name: `${chip.name} (measured)`,
    notes: [...chip.notes, note],
    calibration: [...kept, ...calibrations],
  };
}
