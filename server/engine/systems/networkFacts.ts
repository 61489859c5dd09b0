/** What network files say, in SI units. Written by scripts/factTypes.ts from network.schema.json; do not edit. */
import type { Figure, Source } from '../chips/chip';

/** A connection between two places: a device, an edge server, the cloud. SI units; a bare number counts as stated by the user. */
export interface NetworkFacts {
  readonly schemaVersion?: 1;
  readonly id: string;
  readonly name?: string;
  readonly nameKo?: string;
  readonly aliases?: readonly string[];
  /** Bytes per second from the device, as applications see them. */
  readonly upBytesPerSecond: Figure;
  /** Bytes per second to the device; where it is left out, as many as the other way. */
  readonly downBytesPerSecond?: Figure;
  /** Seconds from a request of no size to its answer. */
  readonly rttSeconds: Figure;
  /** Joules of the device's radio for each byte that it sends, besides `activeWatts`. */
  readonly upJoulesPerByte?: Figure;
  /** Joules of the device's radio for each byte that it receives, besides `activeWatts`. */
  readonly downJoulesPerByte?: Figure;
  /** Watts of the device's radio while anything is sent or received. */
  readonly activeWatts?: Figure;
  readonly notes?: readonly string[];
  readonly sources?: readonly Source[];
}
