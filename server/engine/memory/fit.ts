import { modelMemory, type Chip } from '../chips/chip';
import type { RuntimeProfile } from '../kernels/profile';
import type { MemoryMarks } from './timeline';

/** Whether a model's memory fits on a chip. Bytes; unknown is null. */
export interface Fit {
  /** What the driver reports. */
  readonly capacityBytes: number | null;
  readonly marketedBytes: number | null;
  /** What the runtime keeps for itself. */
  readonly reserveBytes: number | null;
  /** Most bytes at one time, in training of a whole step; null where a size is unknown, and of partial models. */
  readonly highWaterBytes: number | null;
  readonly highWaterNode: number | null;
  /** What is needed at the least: of a partial model the mark of its known part, with weights of unknown size what the others take. */
  readonly leastBytes: number | null;
  /** What is needed at the most where sizes are unknown that the graph limits; else null. */
  readonly mostBytes: number | null;
  readonly fits: boolean | null;
  /** Bytes of weights that need no room, since they come over the host link in every run. */
  readonly streamedBytes: number;
  /** Why `fits` is null; null where it is not. */
  readonly fitsUnknown: FitUnknown | null;
}

/**
 * It is unknown what an operator keeps for the backward pass in training; parts of the model are missing or wrong; or a capacity
 * or a size is unknown.
 */
type FitUnknown = 'training' | 'partial' | 'capacity' | 'sizes';

/** What a device has, and what the runtime keeps of it for itself. Bytes; unknown is null. */
export type Room = Pick<Fit, 'capacityBytes' | 'reserveBytes'>;

/** Room of one device of a chip under a runtime. */
export function roomOf(chip: Chip, profile: RuntimeProfile): Room {
  return {
    capacityBytes: perDevice(chip, modelMemory(chip)?.capacityBytes?.value),
    reserveBytes: profile.reserveBytes?.value ?? null,
  };
}

function perDevice({ devices }: Chip, bytes: number | undefined): number | null {
  return bytes === undefined ? null : bytes / devices;
}

/** Bytes that a model can have: the capacity less the reserve, where an unknown one counts as none; null while unknown. */
export function usableBytes({ capacityBytes, reserveBytes }: Room): number | null {
  return capacityBytes === null ? null : capacityBytes - (reserveBytes ?? 0);
}

/** Whether all of several memories hold what lies there; null where that is unknown of one, and no other is too small. */
export function allFit(memories: readonly { readonly fit: Pick<Fit, 'fits'> }[]): boolean | null {
  const verdicts = memories.map(({ fit }) => fit.fits);
  return verdicts.includes(false) ? false : verdicts.includes(null) ? null : true;
}

/** Bytes that need room at the same time: what is streamed leaves as much room as the activations need. */
export function roomNeeded(bytes: number, weightsBytes: number, streamedBytes: number): number {
  return streamedBytes > 0 ? bytes - weightsBytes : bytes;
}

/** What else decides whether a model fits. */
interface FitContext {
  /** It is unknown what some operators keep for the backward pass. */
  readonly isUntold: boolean;
  /** Parts of the model are missing or wrong. */
  readonly isPartial: boolean;
  /** High-water mark where all sizes are as large as the graph allows; null: it sets no limit, or all are known. */
  readonly mostBytes?: number | null;
  /** Bytes of weights that come over the host link in every run. */
  readonly streamedBytes: number;
  /** What there is instead of the chip's own, and what runtimes keep of it: a memory that several chips share. */
  readonly room?: Room;
}

/**
 * Holds the high-water mark against the capacity of one device less the runtime's reserve (an unknown reserve counts
 * as none). A model of which parts are missing needs more than those that are there: too large for that is too large, but what fits
 * that may fit or not, unless the most that it can need fits too.
 */
export function fitOf(
  chip: Chip,
  profile: RuntimeProfile,
  timeline: MemoryMarks,
  { isUntold, isPartial, mostBytes = null, streamedBytes, room: shared }: FitContext,
): Fit {
  const { capacityBytes, reserveBytes } = shared ?? roomOf(chip, profile);
  const { leastBytes } = timeline;
  const isMore = timeline.highWaterBytes === null;
  const more = isUntold ? 'training' : isPartial ? 'partial' : isMore ? 'sizes' : null;
  const most = more === 'sizes' ? mostBytes : null;
  const room = (bytes: number | null): number | null =>
    bytes && roomNeeded(bytes, timeline.weights.known, streamedBytes);
  const need = { least: room(leastBytes), most: room(most) };
  const verdict = verdictOf(need, usableBytes({ capacityBytes, reserveBytes }), more);
  return {
    capacityBytes,
    marketedBytes: perDevice(chip, modelMemory(chip)?.marketedBytes?.value),
    reserveBytes,
    highWaterBytes: more ? null : timeline.highWaterBytes,
    highWaterNode: more ? null : timeline.highWaterNode,
    leastBytes,
    mostBytes: most,
    streamedBytes,
    ...verdict,
  };
}

function verdictOf(
  { least, most }: { readonly least: number | null; readonly most: number | null },
  usable: number | null,
  more: FitUnknown | null,
): Pick<Fit, 'fits' | 'fitsUnknown'> {
  if (most !== null && usable !== null && most <= usable) return { fits: true, fitsUnknown: null };
  const fits = least === null || usable === null ? null : least <= usable;
  if (more && fits !== false) return { fits: null, fitsUnknown: more };
  if (fits !== null) return { fits, fitsUnknown: null };
  return { fits, fitsUnknown: least === null ? 'sizes' : 'capacity' };
}
