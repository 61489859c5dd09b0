import { chipById } from './catalogue';
import type { Chip, Machine, Place } from './chip';

/** The processor that stands in for that of a machine. */
const hostOfMachine: Readonly<Record<Machine, string>> = {
  phone: 'qualcomm-snapdragon-8gen3-cpu',
  laptop: 'intel-core-i7-12700h',
  desktop: 'generic-x86-avx2-desktop',
  board: 'broadcom-bcm2712',
};

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
 * machine it is built into, else that of the first place it works in.
 */
export function hostOf(chip: Chip): Chip {
  const own = chip.host === undefined ? undefined : chipById(chip.host);
  const machine = chip.machines?.[0];
  const usual = machine === undefined ? hostOfPlace[chip.place[0] ?? 'device'] : hostOfMachine[machine];
  return own ?? chipById(usual)!;
}
