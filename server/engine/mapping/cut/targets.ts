import type { Chip, Place } from '../../chips/chip';
import { traitsOf } from '../../cost/classes/traits';
import type { System } from '../../systems/system';

/** A chip that may run a part of a model, with the one that runs what it can't. */
export interface Unit {
  readonly chip: Chip;
  /** Undefined: the one that belongs to the chip. */
  readonly host?: Chip;
  /** How many of them there are; one runs the part. */
  readonly count: number;
}

/** What was named for a place: a chip, or a system with one or several. */
export interface Target {
  readonly id: string;
  readonly name: string;
  readonly units: readonly Unit[];
}

export type TierName = 'device' | 'edge' | 'cloud';

/** Places of chips that each part is for, where a system has chips of several. */
export const cutPlaces: Readonly<Record<TierName, readonly Place[]>> = {
  device: ['mcu', 'device', 'vehicle'],
  edge: ['edge-server', 'vehicle', 'device'],
  cloud: ['cloud', 'edge-server'],
};

export function targetOfChip(chip: Chip, host?: Chip): Target {
  return { id: chip.id, name: chip.name, units: [{ chip, ...(host && { host }), count: 1 }] };
}

/**
 * The chips of a system that may run a part: of one with several places (a sensor with a cloud behind it) those of the
 * right one. Its processor is the host of the others.
 */
export function targetOfSystem(
  system: System,
  tier: TierName,
  lookUp: (id: string) => Chip | undefined,
): Target {
  const all = system.devices.flatMap(({ chip: id, count }) => {
    const chip = lookUp(id);
    return chip ? [{ chip, count }] : [];
  });
  const isOf = ({ chip }: { readonly chip: Chip }): boolean =>
    chip.place.some((place) => cutPlaces[tier].includes(place));
  const units = system.place.length > 1 && all.some(isOf) ? all.filter(isOf) : all;
  const host = units.find(({ chip }) => traitsOf[chip.class].isHost)?.chip;
  return {
    id: system.id,
    name: system.name,
    units: units.map(({ chip, count }) => ({
      chip,
      count,
      ...(host && !traitsOf[chip.class].isHost && { host }),
    })),
  };
}
