import type { Collective } from '../../collectives/types';
import type { Estimate } from '../../cost/types';
import type { MemoryClasses, TimeParts } from './chain';
import type { Split } from './splits';

/** A stage works on a micro-batch. Seconds from the start of the step. */
export interface Slot {
  readonly stage: number;
  readonly microBatch: number;
  readonly from: number;
  readonly to: number;
}

/** What each device of a stage has. */
export interface DeviceStage {
  /** Numbers of its first and last device, from 0, in the first copy of the model. */
  readonly devices: readonly [first: number, last: number];
  /** Numbers of its first and last layer, from 1; null where it has none. */
  readonly layers: readonly [first: number, last: number] | null;
  /** It has what stands before the first layer, and behind the last. */
  readonly hasFirst: boolean;
  readonly hasLast: boolean;
  /** Of one micro-batch. */
  readonly seconds: number;
  readonly memory: MemoryClasses;
  readonly bytes: number;
}

/** A split that fits, as it is told. SI units. */
export interface SplitSummary {
  readonly label: string;
  readonly split: Split;
  readonly devices: number;
  readonly microBatch: number;
  readonly microBatches: number;
  readonly seconds: Estimate;
  readonly parts: TimeParts;
  /** Tokens, or samples, of the devices that it takes. */
  readonly perSecond: number;
  readonly stages: readonly DeviceStage[];
}

/** A model on equal devices of a system, which share it. */
export interface Spread extends SplitSummary {
  readonly system: { readonly id: string; readonly name: string };
  /** Id of the devices within the system, and the name of their chip. */
  readonly device: { readonly id: string; readonly name: string };
  /** What is counted per second. */
  readonly unit: 'tokens' | 'samples';
  /** Equal blocks of the model, such as layers. */
  readonly layers: number;
  /** One step: which stage works on which micro-batch when. */
  readonly gantt: readonly Slot[];
}

/** What devices say to each other behind a node, of one micro-batch. */
export interface Exchange {
  readonly collective: Collective;
  readonly members: number;
  /** Of the whole tensor. */
  readonly bytes: number;
  readonly seconds: Estimate;
  readonly times: number;
}

/** Where each node of a model runs that devices share. */
export interface SpreadNodes {
  /** Stage by flat index. */
  readonly stageOf: Int32Array;
  /** By flat index of the node behind which they are. */
  readonly exchanges: ReadonlyMap<number, readonly Exchange[]>;
}
