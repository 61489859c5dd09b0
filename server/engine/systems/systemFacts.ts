/** What system files say, in SI units. Written by scripts/factTypes.ts from system.schema.json; do not edit. */
import type { Figure, Place, Source } from '../chips/chip';

/** Several chips with their memories and the links between them. SI units. */
export interface System {
  /** Version of this format. */
  readonly schemaVersion: 1;
  /** Unique id: lower-case letters, digits, dots and dashes. */
  readonly id: string;
  /** Name that readers see. */
  readonly name: string;
  /** Its name in Korean, where that differs. */
  readonly nameKo?: string;
  /** Other names that find it, in any language. */
  readonly aliases: readonly string[];
  /** Where it is put to work. */
  readonly place: readonly Place[];
  /** What it is used for, in English. */
  readonly purpose?: string;
  /** What it is used for, in Korean. */
  readonly purposeKo?: string;
  /** What the whole of it draws at work, where a source states it. */
  readonly powerWatts?: Figure;
  /** What it asks of a chip that is to work there; `rank --needs` and `split --needs` take their limits from it. */
  readonly needs?: {
    /** A run may take no longer. */
    readonly deadlineSeconds?: Figure;
    /** The chip may be rated for no more. */
    readonly watts?: Figure;
    /** The model learns there too: only chips that are made for training serve. */
    readonly learning?: boolean;
    /** It has to work without a network. */
    readonly offline?: boolean;
    /** What the model takes in may not leave the device. */
    readonly privateInput?: boolean;
    /** Cameras or the like: how many, and frames per second of each, all of which the model takes in. */
    readonly streams?: {
      readonly count: number;
      readonly perSecond: Figure;
    };
  };
  /** What a model runs on: each entry stands for equal devices. */
  readonly devices: readonly {
    /** Its name within the system, for pools and links. */
    readonly id: string;
    /** Id of the chip. */
    readonly chip: string;
    /** How many of them there are. */
    readonly count: number;
    /** The memory that it shares with others instead of one of its own. */
    readonly pool?: string;
    /** Each may draw no more than this, where that is less than the chip's own limit. */
    readonly powerCapWatts?: Figure;
    /** Price of one device. */
    readonly price?: {
      readonly usdPerHour?: Figure;
      readonly usdPerUnit?: Figure;
      /** The day on which the source said so (ISO date). */
      readonly date: string;
    };
  }[];
  /** Memories that belong to no single chip. */
  readonly pools: readonly {
    readonly id: string;
    readonly kind: 'hbm' | 'gddr' | 'dram' | 'lpddr' | 'sram' | 'flash' | 'disk';
    readonly capacityBytes?: Figure;
    readonly bandwidthBytesPerSecond?: Figure;
    /** Ids of the devices that read and write it. */
    readonly sharedBy: readonly string[];
  }[];
  /** Connections between devices, or between devices and pools. */
  readonly links: readonly {
    readonly id: string;
    readonly kind: string;
    /** Ids of devices and pools; one id alone connects devices of one kind with each other. */
    readonly between: readonly string[];
    readonly topology: 'switch' | 'ring' | 'mesh' | 'torus2d' | 'torus3d' | 'bus' | 'tree';
    /** Of one member, in one direction: half of what is advertised as "bidirectional". */
    readonly bytesPerSecondPerDirection?: Figure;
    readonly latencySeconds?: Figure;
    /** Number of devices that take part. */
    readonly members: number;
    /** For a link between the nodes of a system of several: the rate is then that of one adapter. A link within nodes has as many members as one node has devices. */
    readonly nodes?: {
      /** How many of its members are in one node. */
      readonly devices: number;
      /** By how many adapters a node is attached. */
      readonly adapters: number;
    };
    /** Libraries that drive it, such as NCCL. */
    readonly software?: string;
  }[];
  /** Connections to another place: a device to an edge server, an edge server to the cloud. */
  readonly networks: readonly {
    readonly between: readonly [Place, Place];
    readonly bytesPerSecond?: Figure;
    readonly rttSeconds?: Figure;
    readonly joulesPerByte?: Figure;
  }[];
  /** Remarks for readers. */
  readonly notes: readonly string[];
  /** What the `sources` of figures count, from 0. */
  readonly sources: readonly Source[];
}
