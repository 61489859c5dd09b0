import { chipById } from '../../chips/catalogue';
import type { Chip } from '../../chips/chip';
import { siliconOf } from '../../cost/constants';
import table from './accuracy.json';

/** How far estimates of kernels of a kind were off where somebody measured them (docs/accuracy.md). */
export interface KernelAccuracy {
  readonly group: string;
  readonly precision: string;
  readonly chip: string;
  /** The constants had seen nothing of that chip, as of one that nobody measured. */
  readonly isLeftOut: boolean;
  readonly rows: number;
  readonly median: number;
  readonly p90: number;
  /** Share of the measurements within the stated range. */
  readonly inside: number;
}

/** The same of whole models on chips of a class. */
export type ModelAccuracy = (typeof table.models)[number];

const kernels: readonly KernelAccuracy[] = table.kernels;

/**
 * What was measured of kernels of a group: on the chip itself, else what estimates of other chips of the class were worth that
 * had been left out of the fit; in the same precision where that was measured.
 */
export function kernelAccuracy(chip: Chip, group: string, precision: string): KernelAccuracy[] {
  const ofGroup = kernels.filter((one) => one.group === group);
  const own = siliconOf(chip);
  const calibrated = ofGroup.filter(
    (one) => !one.isLeftOut && one.precision === precision && own.has(one.chip),
  );
  if (calibrated.length > 0) return calibrated;
  const others = ofGroup.filter((one) => one.isLeftOut && chipById(one.chip)?.class === chip.class);
  const same = others.filter((one) => one.precision === precision);
  return same.length > 0 ? same : others;
}

/** How far whole models were off on chips of the class; null where nobody published figures that could be scored. */
export function modelAccuracy(chip: Chip): ModelAccuracy | null {
  return table.models.find((one) => one.class === chip.class) ?? null;
}
