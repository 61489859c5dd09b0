import type { Chip } from '../chips/chip';
import type { ChipLookUp } from './load';
import type { System } from './system';

/**
 * Watts that the chips of a system may draw together: of each its rated limit, or its cap where that is lower. Null where
 * one of them states none. Memories, switches and cooling are not in it.
 */
export function ratedWatts({ devices }: System, lookUp: ChipLookUp): number | null {
  let watts = 0;
  for (const { chip, count, powerCapWatts } of devices) {
    const rated = lookUp(chip)?.power.tdpWatts?.value ?? Infinity;
    watts += count * Math.min(rated, powerCapWatts?.value ?? Infinity);
  }
  return Number.isFinite(watts) ? watts : null;
}

/** What a system is made for: all that one of its chips is made for. */
export function phasesOf({ devices }: System, lookUp: ChipLookUp): Chip['phase'] {
  return [...new Set(devices.flatMap(({ chip }) => lookUp(chip)?.phase ?? []))];
}
