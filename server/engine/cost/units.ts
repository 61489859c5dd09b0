import type { Chip } from '../chips/chip';
import type { RuntimeProfile } from '../kernels/profile';

/** A memory that several units read and write. */
interface SharedPool {
  readonly id: string;
  /** Bytes per second; null where nobody says. */
  readonly bandwidth: number | null;
  /** Bytes; null where nobody says. */
  readonly capacity: number | null;
}

/** What a chip is called beside its host where no mapping names the two. */
export const ownUnitId = 'chip';
export const hostUnitId = 'host';

/** One place where kernels of a model run. */
export interface Unit {
  /** How reports call it: `chip` and `host`, or the name that a mapping gives it. */
  readonly id: string;
  readonly chip: Chip;
  /** Null: nothing is known of a runtime, kernels run at the rates of the chip's class and nothing starts them. */
  readonly profile: RuntimeProfile | null;
  /** What starting a program on it takes, once more after each transfer that it waits for; left out: nothing. */
  readonly startSeconds?: number;
  /** The memory that it shares with other units, where that is stated. */
  readonly pool?: SharedPool;
}

/** A unit as a runtime drives it: each program that is started on it takes what the runtime needs for that. */
export function unitOf(id: string, chip: Chip, profile: RuntimeProfile): Unit {
  return { id, chip, profile, startSeconds: profile.runSeconds?.value ?? 0 };
}

/** A stated connection of two units. */
export interface UnitLink {
  /** Ids of the units. */
  readonly between: readonly [string, string];
  /** In one direction. */
  readonly bytesPerSecond: number;
  /** Null where nobody says. */
  readonly latencySeconds: number | null;
}

/** Units, and what connects them beside the host links of their chips. */
export interface Units {
  /** The first is the chip whose runtime plans the kernels. */
  readonly list: readonly Unit[];
  readonly links: readonly UnitLink[];
}

/** Where each kernel of a plan runs. */
export interface Assignment {
  readonly units: Units;
  /** Index of the unit by the index of the kernel. */
  readonly unitOf: Uint8Array;
}
