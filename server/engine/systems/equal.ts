import { isProcessor } from './chosen';
import type { Chip } from '../chips/chip';
import type { ChipLookUp } from './load';
import type { System } from './system';

/** Devices of a system that are all alike. */
export interface EqualDevices {
  /** Their id within the system. */
  readonly device: string;
  readonly chip: Chip;
  readonly count: number;
}

/**
 * The accelerators of a system where all are of one kind, else its processors where it has nothing else; null where there are several kinds,
 * or none that is known.
 */
export function equalDevices({ devices }: System, lookUp: ChipLookUp): EqualDevices | null {
  const known = devices.flatMap(({ id, chip: name, count }) => {
    const chip = lookUp(name);
    return chip ? [{ device: id, chip, count }] : [];
  });
  const accelerators = known.filter(({ chip }) => !isProcessor(chip));
  const able = accelerators.length > 0 ? accelerators : known;
  return able.length === 1 ? able[0]! : null;
}
