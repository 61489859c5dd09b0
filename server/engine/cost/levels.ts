import { nearMemory, outsideMemory, type Chip, type Figure, type MemoryLevel } from '../chips/chip';
import { standinFor } from './constants';

/** A memory level as the cost models see it: one device's share, stand-ins filled in. */
export interface Level {
  readonly name: string;
  readonly onChip: boolean;
  readonly capacityBytes: number | null;
  /** Peak bandwidth in bytes per second, before the sustained fraction; null when nothing is known. */
  readonly bandwidth: number | null;
  /** Who places data there; what no file says is taken to be placed by the compiler. */
  readonly managed: MemoryLevel['managed'];
}

/** What has memory levels, from far to near: those outside the chip, then the one on it in which data can stay. */
export interface Levels {
  readonly levels: readonly Level[];
}

/** The memory outside the chip that kernels work on: the nearest; null where there is none. */
export function mainOf({ levels }: Levels): Level | null {
  return levels.findLast(({ onChip }) => !onChip) ?? null;
}

/** The largest memory on the chip that data can stay in between kernels; null where there is none. */
export function nearOf({ levels }: Levels): Level | null {
  return levels.findLast(({ onChip }) => onChip) ?? null;
}

/** The level that the bandwidth roof of a chip belongs to: outside it where there is one. */
export function roofLevel(machine: Levels): Level | null {
  return mainOf(machine) ?? nearOf(machine);
}

/**
 * The memory outside the chip in which a model of so many bytes lives: the nearest that holds it (one of unknown size
 * does), else the largest; null where all memory is on the chip.
 */
export function homeOf({ levels }: Levels, bytes: number): Level | null {
  const outside = levels.filter(({ onChip }) => !onChip).reverse();
  const room = ({ capacityBytes }: Level): number => capacityBytes ?? Infinity;
  const bySize = [...outside].sort((a, b) => room(b) - room(a));
  return outside.find((level) => room(level) >= bytes) ?? bySize[0] ?? null;
}

/** Levels without those outside the chip that a model does not live in. */
export function levelsAtHome(levels: readonly Level[], home: string | null): readonly Level[] {
  return levels.filter(({ onChip, name }) => onChip || name === home);
}

/** Fills in a fact that a chip's file does not state, by a stand-in in proportion to another; null where it can't. */
export type Replace = (
  fact: string,
  standin: { value: number; key: string } | undefined,
  factor: number | null,
) => number | null;

/**
 * The levels of one device of a chip.
 * @param share of one device in what the chip's file counts
 * @param largest the largest peak of the device in operations per second, to which stand-ins are in proportion
 */
export function levelsOf(chip: Chip, share: number, largest: number | null, replaced: Replace): Level[] {
  const outside = outsideMemory(chip).map((level) => levelOf(level, share));
  const nearest = outside.at(-1);
  const perOperation = standinFor('mainBandwidthBytesPerOperation', chip.class);
  if (nearest?.bandwidth === null)
    outside[outside.length - 1] = {
      ...nearest,
      bandwidth: replaced('memory bandwidth', perOperation, largest),
    };
  const main = mainOf({ levels: outside });
  const inside = nearMemory(chip);
  const near = inside
    ? stated(chip, levelOf(inside, share), main, largest, replaced)
    : assumed(chip, main, largest, replaced);
  return near ? [...outside, near] : outside;
}

function levelOf(level: MemoryLevel, share: number): Level {
  return {
    name: level.name,
    onChip: level.onChip,
    capacityBytes: scaled(level.capacityBytes, share),
    managed: level.managed,
    bandwidth: scaled(level.bandwidthBytesPerSecond, share),
  };
}

function scaled(figure: Figure | undefined, share: number): number | null {
  return figure ? figure.value * share : null;
}

/** What the memory of a dataflow chip holds where its file does not say it; null for all others. */
function capacityOf(chip: Chip, largest: number | null, replaced: Replace): number | null {
  const perOperation = chip.dataflow && standinFor('dataflowCapacityBytesPerOperation', chip.class);
  return perOperation ? replaced('on-chip memory', perOperation, largest) : null;
}

/** A stated memory on the chip, with a stand-in for a bandwidth that nobody states. */
function stated(
  chip: Chip,
  near: Level,
  main: Level | null,
  largest: number | null,
  replaced: Replace,
): Level {
  const capacityBytes = near.capacityBytes ?? capacityOf(chip, largest, replaced);
  if (near.bandwidth !== null) return { ...near, capacityBytes };
  const perMain = standinFor('nearBandwidthPerMain', chip.class);
  const bandwidth =
    perMain && main?.bandwidth
      ? replaced('on-chip bandwidth', perMain, main.bandwidth)
      : replaced('on-chip bandwidth', standinFor('nearBandwidthBytesPerOperation', chip.class), largest);
  return { ...near, capacityBytes, bandwidth };
}

/**
 * On-chip memory of an accelerator whose file states none: all have some, and taking none would send every activation
 * through the main memory. Null for classes without a stand-in and for chips without a main memory.
 */
function assumed(chip: Chip, main: Level | null, largest: number | null, replaced: Replace): Level | null {
  const fact = chip.dataflow ? 'dataflowCapacityBytesPerOperation' : 'nearCapacityBytesPerOperation';
  const perOperation = standinFor(fact, chip.class);
  if (!main || !perOperation || largest === null) return null;
  const perSecond = standinFor('nearBandwidthBytesPerOperation', chip.class);
  return {
    name: 'On-chip memory (assumed)',
    onChip: true,
    capacityBytes: replaced('on-chip memory', perOperation, largest),
    managed: 'software',
    bandwidth: replaced('on-chip bandwidth', perSecond, largest),
  };
}
