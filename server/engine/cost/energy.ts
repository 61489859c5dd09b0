import { entryOf } from '../../../outside/table';
import energies from '../chips/technologies/energyPerOperation.json';
import interconnects from '../chips/technologies/interconnects.json';
import technologies from '../chips/technologies/memoryTechnologies.json';
import type { Chip } from '../chips/chip';
import { memo } from '../memo';
import type { Operations } from '../operators/rule';
import { standinFor } from './constants';
import { added, estimate } from './interval';
import { sharesMemory } from './link';
import { processNanometres } from './power';
import type { Energy, Estimate, JoulesParts, Transfer } from './types';

interface EnergyEntry {
  readonly id: string;
  readonly joules45nm?: { readonly value: number };
  readonly joules7nm?: { readonly value: number };
}
interface MemoryEntry {
  readonly id: string;
  readonly energyJoulesPerBit?: { readonly value: number };
}
const byId = new Map((energies as unknown as readonly EnergyEntry[]).map((entry) => [entry.id, entry]));
const memories = new Map(
  (technologies as unknown as readonly MemoryEntry[]).map((entry) => [entry.id, entry]),
);

interface LinkEntry extends MemoryEntry {
  readonly name: string;
}
/** Links whose energy a source states. */
const links = (interconnects as unknown as readonly LinkEntry[]).filter(
  ({ energyJoulesPerBit }) => energyJoulesPerBit !== undefined,
);

/** Energy table entries whose format is nearest to one that has none of its own. */
const energyFormat: Readonly<Record<string, string>> = {
  fp64: 'fp32',
  fp32: 'fp32',
  tf32: 'bf16',
  bf16: 'bf16',
  fp16: 'fp16',
  fp8: 'int8',
  int8: 'int8',
  fp4: 'int8',
  int4: 'int8',
};

/** Processes up to 16 nm are counted at the table's 7 nm column, older ones at 45 nm: the table has these two only. */
function isNewProcess(chip: Chip): boolean {
  const nanometres = processNanometres(chip);
  // Of a chip that does not say, its year tells: foundries have sold 16 nm since 2015.
  return nanometres === null ? (chip.year?.value ?? 2020) >= 2016 : nanometres <= 16;
}

function joulesOf(id: string, isNew: boolean): number {
  const entry = byId.get(id);
  return (
    (isNew ? entry?.joules7nm?.value : undefined) ?? entry?.joules45nm?.value ?? entry?.joules7nm?.value ?? 0
  );
}

/** Joules of one operation: half of a multiply and an add, since one multiply-accumulate is two operations. */
export function joulesPerOperation(chip: Chip, format: string): number {
  const name = entryOf(energyFormat, format) ?? 'fp32';
  const isNew = isNewProcess(chip);
  return (joulesOf(`mul-${name}`, isNew) + joulesOf(`add-${name}`, isNew)) / 2;
}

/** Joules of one byte from main memory: the technology's figure, else the table's DRAM access per 64 bits. */
export function joulesPerByte(chip: Chip): number {
  const kind = chip.memory.find((level) => !level.onChip)?.kind;
  if (kind === undefined) return joulesOf('sram-1mb-64b', true) / 8;
  const perBit = memories.get(kind)?.energyJoulesPerBit?.value;
  if (perBit !== undefined) return perBit * 8;
  if (kind.startsWith('hbm')) return joulesOf('dram-hbm2-64b', true) / 8;
  if (kind.startsWith('gddr')) return joulesOf('dram-gddr6-64b', true) / 8;
  return joulesOf('dram-ddr-64b', true) / 8;
}

/** Joules of one byte of on-chip memory: the table's access of 64 bits to 1 MB, the largest array that it has. */
function joulesPerNearByte(chip: Chip): number {
  return joulesOf('sram-1mb-64b', isNewProcess(chip)) / 8;
}

/** Rated power of one device: a model runs on one of them. Undefined where none is published. */
function ratedWatts(chip: Chip): number | undefined {
  return chip.power.tdpWatts && chip.power.tdpWatts.value / chip.devices;
}

/**
 * Idle power of one device: measured where published, else the catalogue's mean share of the rated power. Null without
 * either.
 */
export function idleWatts(chip: Chip): number | null {
  if (chip.power.idleWatts) return chip.power.idleWatts.value / chip.devices;
  const full = chip.reduced?.fullWatts;
  const tdp = full === undefined ? ratedWatts(chip) : full / chip.devices;
  return tdp === undefined ? null : tdp * (standinFor('idleShareOfTdp', chip.class)?.value ?? 0);
}

/** What kernels of a format on a chip share; null without a rated power. */
interface EnergyFacts {
  /** Watts of one device at full load, and the most that it may be. */
  readonly tdp: number;
  readonly most: number;
  readonly idle: number;
  readonly measured: number | undefined;
  /** Joules. */
  readonly perOperation: { readonly matrix: number; readonly other: number };
  readonly perByte: number;
  readonly perNearByte: number;
}

/**
 * Watts at full load. In a power mode what is above idling falls with units x clock x voltage squared (dynamic power is
 * f C V^2, University of Cambridge, ACS P35, objective 4.2). The voltage is not stated: where it falls with the clock power
 * goes with the cube of it, where it stays with the clock; the value takes the square, the most is the latter, neither above the
 * budget of the mode.
 */
function loadOf(chip: Chip, rated: number, idle: number): Pick<EnergyFacts, 'tdp' | 'most'> {
  const { reduced } = chip;
  if (reduced?.fullWatts === undefined) return { tdp: rated, most: rated };
  const above = (reduced.fullWatts / chip.devices - idle) * reduced.units * reduced.clock;
  return {
    tdp: Math.min(rated, idle + above * reduced.clock),
    most: Math.min(rated, idle + above),
  };
}

/** Every kernel asks for them. */
const energyFacts = memo((chip: Chip, format: string): EnergyFacts | null => {
  const rated = ratedWatts(chip);
  const waiting = idleWatts(chip);
  if (rated === undefined || waiting === null) return null;
  const idle = Math.min(waiting, rated);
  return {
    ...loadOf(chip, rated, idle),
    idle,
    measured: chip.power.busyWatts && chip.power.busyWatts.value / chip.devices,
    perOperation: { matrix: joulesPerOperation(chip, format), other: joulesPerOperation(chip, 'fp32') },
    perByte: joulesPerByte(chip),
    perNearByte: joulesPerNearByte(chip),
  };
}, 20);

/** What a kernel does: operations, and bytes moved to and from main memory, through the on-chip level and over the link. */
interface Worked {
  readonly operations: Operations;
  readonly bytes: { readonly main: number; readonly near: number; readonly link: number };
}

/** Shares of the power above idling that a kernel draws which only computes, and one which only moves bytes. */
const powerOf = { compute: 0.6, memory: 0.4 };

/**
 * Energy of a kernel: measured busy power × time, else idle power plus the utilised share of the rest of
 * the rated power; low is bottom-up, high is rated power × time. Null without a rated power.
 *
 * Its parts: idle power × time; the rest is divided as computing and moving bytes share in the power above idling. Of a kernel that
 * does neither all of it is idle; of one whose weights come over the link, waiting for them is what its memory part is.
 * @param utilisation shares of compute and memory time in the kernel's time, 0..1
 */
export function kernelEnergy(
  chip: Chip,
  format: string,
  time: Estimate,
  { operations, bytes }: Worked,
  utilisation: { readonly compute: number; readonly memory: number },
): Energy | null {
  const facts = energyFacts(chip, format);
  if (!facts) return null;
  const { tdp, idle, measured, perOperation } = facts;
  const compute = powerOf.compute * utilisation.compute;
  const memory = powerOf.memory * utilisation.memory;
  const share = Math.min(1, compute + memory);
  const busy = measured ?? idle + (tdp - idle) * share;
  const value = Math.min(busy, tdp) * time.value;
  const bottomUp =
    operations.matrix * perOperation.matrix +
    (operations.vector + operations.special) * perOperation.other +
    bytes.main * facts.perByte +
    bytes.near * facts.perNearByte +
    idle * time.low;
  // Rated power × time bounds all of them: also a bottom-up sum of a process that the table does not know.
  const high = facts.most * time.high;
  const waiting = share > 0 ? Math.min(value, idle * time.value) : value;
  // Products, not differences, so that none is less than nothing by a rounding.
  const above = share > 0 ? (value - waiting) / (compute + memory) : 0;
  const moved = above * memory;
  const isStreamed = bytes.link > 0;
  return {
    joules: estimate(value, Math.min(bottomUp, value), Math.max(high, value), time.basis),
    parts: {
      compute: above * compute,
      memory: isStreamed ? 0 : moved,
      link: isStreamed ? moved : 0,
      idle: waiting,
    },
  };
}

/**
 * Energy of a transfer between two units, of the chip whose link it takes: that of the link's bits where it is
 * known, or of memory that both share, which a copy crosses twice, and idle power × time. High is rated power × time. Null
 * without a rated power.
 */
export function transferEnergy(chip: Chip, time: Estimate, bytes: number): Energy | null {
  const [tdp, idle] = [ratedWatts(chip), idleWatts(chip)];
  if (tdp === undefined || idle === null) return null;
  const link = bytes * (linkJoulesPerByte(chip) ?? 0);
  const waiting = idle * time.value;
  const value = link + waiting;
  return {
    joules: estimate(value, idle * time.low, Math.max(tdp * time.high, value), time.basis),
    parts: { compute: 0, memory: 0, link, idle: waiting },
  };
}

/** Joules of a byte over the link of a chip; null where no source states them. */
function linkJoulesPerByte(chip: Chip): number | null {
  const kind = chip.hostLink?.kind ?? '';
  const perBit = links.find(({ name }) => kind.startsWith(name))?.energyJoulesPerBit?.value;
  if (perBit !== undefined) return perBit * 8;
  return sharesMemory(chip) ? 2 * joulesPerByte(chip) : null;
}

const noJoules: JoulesParts = { compute: 0, memory: 0, link: 0, idle: 0 };

/** Parts of a sum, with as many times the parts of another. */
export function addedParts(sum: JoulesParts | null, parts: JoulesParts, times = 1): JoulesParts {
  const { compute, memory, link, idle } = sum ?? noJoules;
  return {
    compute: compute + parts.compute * times,
    memory: memory + parts.memory * times,
    link: link + parts.link * times,
    idle: idle + parts.idle * times,
  };
}

/** Two transfers that a kernel waits for, one after the other. */
export function bothTransfers(a: Transfer, b: Transfer): Transfer {
  const energy = a.energy &&
    b.energy && {
      joules: added(a.energy.joules, b.energy.joules),
      parts: addedParts(a.energy.parts, b.energy.parts),
    };
  return { seconds: added(a.seconds, b.seconds), energy };
}
