import { chipById } from './catalogue';
import type { Chip, Place } from './chip';

/** The chip that stands in for the host of a place: what accelerators there sit beside, by class and not by model. */
const hostOfPlace: Readonly<Record<Place, string>> = {
  mcu: 'arm-cortex-m7',
  device: 'generic-x86-avx2-desktop',
  'edge-server': 'intel-xeon-8480',
  cloud: 'intel-xeon-8480',
  vehicle: 'nvidia-jetson-orin-cpu',
};

/**
 * The chip that runs what another can't, where nobody chose one: the one that its file names, else that of the first
 * place it works in.
 */
export function hostOf(chip: Chip): Chip {
  const own = chip.host === undefined ? undefined : chipById(chip.host);
  return own ?? chipById(hostOfPlace[chip.place[0] ?? 'device'])!;
}
