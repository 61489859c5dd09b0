import type { Chip, Figure, Place, Source } from '../chips/chip';

/** Several chips with their memories and the links between them: the second kind of target beside a single chip. */
export interface System {
  readonly schemaVersion: 1;
  readonly id: string;
  readonly name: string;
  /** Its name in Korean, where that differs. */
  readonly nameKo?: string;
  readonly aliases: readonly string[];
  readonly place: readonly Place[];
  readonly devices: readonly Device[];
  readonly pools: readonly Pool[];
  readonly links: readonly Link[];
  readonly networks: readonly Network[];
  readonly notes: readonly string[];
  readonly sources: readonly Source[];
}

/**
 * What a model runs on.
 * @public
 */
export type Target = Chip | System;

/** Equal devices of a system. */
interface Device {
  readonly id: string;
  /** Id of the chip. */
  readonly chip: string;
  readonly count: number;
  /** The memory that it shares with others instead of one of its own. */
  readonly pool?: string;
  /** Each may draw no more than this, where that is less than the chip's own limit. */
  readonly powerCapWatts?: Figure;
  readonly price?: Price;
}

/** Of one device; `date` is the day on which the source said so. */
interface Price {
  readonly usdPerHour?: Figure;
  readonly usdPerUnit?: Figure;
  readonly date: string;
}

/** A memory that is no single chip's. */
interface Pool {
  readonly id: string;
  readonly kind: 'hbm' | 'gddr' | 'dram' | 'lpddr' | 'sram' | 'flash' | 'disk';
  readonly capacityBytes?: Figure;
  readonly bandwidthBytesPerSecond?: Figure;
  /** Ids of the devices that read and write it. */
  readonly sharedBy: readonly string[];
}

/** A connection between devices, or between devices and pools. */
interface Link {
  readonly id: string;
  readonly kind: string;
  /** Ids of devices and pools; one id alone connects devices of one kind with each other. */
  readonly between: readonly string[];
  readonly topology: 'switch' | 'ring' | 'mesh' | 'torus2d' | 'torus3d' | 'bus' | 'tree';
  /** Of one member, in one direction: half of what is advertised as "bidirectional". */
  readonly bytesPerSecondPerDirection?: Figure;
  readonly latencySeconds?: Figure;
  /** Devices that take part. */
  readonly members: number;
  /** Libraries that drive it, such as NCCL. */
  readonly software?: string;
}

/** A connection to another place: a device to an edge server, an edge server to the cloud. */
interface Network {
  readonly between: readonly [Place, Place];
  readonly bytesPerSecond?: Figure;
  readonly rttSeconds?: Figure;
  readonly joulesPerByte?: Figure;
}
