import type { Chip, Figure, Source } from '../../chips/chip';
import type { KernelInput } from '../../cost/classes/shared/model';
import { mainOf, nearOf } from '../../cost/levels';
import { vectorRate, type Machine } from '../../cost/machine';

/** Where a fact of a chip comes from. */
interface Origin {
  readonly basis: Figure['basis'];
  readonly sources: readonly Source[];
  /** How it was computed from other figures. */
  readonly derivation: string | null;
}

/** So much of something at so much per second. */
export interface Rated {
  /** A kind of operations, a memory of the chip, or the host link. */
  readonly name: string;
  readonly amount: number;
  /** Of one device; null where nobody knows. */
  readonly peak: number | null;
  /** What it takes at the peak. */
  readonly seconds: number | null;
  /** Null: a stand-in, or in proportion to another figure. */
  readonly origin: Origin | null;
}

/** Operations of each kind at the peak of the units that are made for them. */
export function computeRates({ machine, operations }: KernelInput): Rated[] {
  const { chip, peak, vector, special } = machine;
  return [
    rated('matrix', operations.matrix, peak, originOf(chip, machine.rate?.figure)),
    rated('vector', operations.vector, vector, originOf(chip, vectorRate(chip, machine.format))),
    rated('special', operations.special, special, originOf(chip, chip.specialOpsPerSecond)),
  ].filter(({ amount }) => amount > 0);
}

/** Bytes of each memory at its peak bandwidth, and those that come over the host link. */
export function memoryRates({ machine, bytes }: KernelInput): Rated[] {
  const [main, near] = [mainOf(machine), nearOf(machine)];
  const link = machine.chip.hostLink?.bandwidthBytesPerSecond;
  return [
    ...(main ? [rated(main.name, bytes.main, main.bandwidth, bandwidthOf(machine, main.name))] : []),
    ...(near ? [rated(near.name, bytes.near, near.bandwidth, bandwidthOf(machine, near.name))] : []),
    rated('host link', bytes.link, machine.link, originOf(machine.chip, link)),
  ].filter(({ amount }) => amount > 0);
}

function rated(name: string, amount: number, peak: number | null, origin: Origin | null): Rated {
  return { name, amount, peak, seconds: peak === null || peak <= 0 ? null : amount / peak, origin };
}

function bandwidthOf({ chip }: Machine, name: string): Origin | null {
  return originOf(chip, chip.memory.find((level) => level.name === name)?.bandwidthBytesPerSecond);
}

function originOf({ sources }: Chip, figure: Figure | undefined): Origin | null {
  if (!figure) return null;
  return {
    basis: figure.basis,
    sources: figure.sources.flatMap((index) => sources[index] ?? []),
    derivation: figure.derivation ?? null,
  };
}
