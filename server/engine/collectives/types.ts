import type { Estimate } from '../cost/types';
import type { Problem } from '../problem';

/** What members of a group do together; `send` is one member's message to one other. */
export type Collective = 'all_reduce' | 'all_gather' | 'reduce_scatter' | 'alltoall' | 'broadcast' | 'send';

/** One call of a collective. */
export interface CollectiveCall {
  readonly collective: Collective;
  /** Devices of the group; one alone has nothing to do. */
  readonly members: number;
  /**
   * Bytes of the whole tensor, which is never a shard and never counts both directions:
   * - `all_reduce`: what each member puts in, which is as much as it gets;
   * - `all_gather`: what each member has afterwards, of which it put in one part of `members`;
   * - `reduce_scatter`: what each member puts in, of which it gets one part of `members`;
   * - `alltoall`: what each member holds before, and after, of which one part of `members` stays with it;
   * - `broadcast`: what the first member has and all others get;
   * - `send`: the message.
   */
  readonly bytes: number;
  /**
   * How many members lie in each node of a system of several: 1 for groups that take one device of each node. Left out:
   * as many as a node has.
   */
  readonly perNode?: number;
}

/**
 * The time of a call in seconds with its central 90 % interval: `calibrated` where the link was measured, `class` where it
 * was not; or null with the reason.
 */
export type CollectiveTime =
  | { readonly seconds: Estimate; readonly problem: null }
  | { readonly seconds: null; readonly problem: Problem };

/** What data goes along, from member to member; `switch`: a ring of eight, and a tree where there are more. */
export type Shape = 'ring' | 'switch' | 'tree' | 'torus';

/** A way of libraries to move data: the quickest one for a size is taken, as they do. */
export interface Protocol {
  /** What it is called in NCCL, for readers. */
  readonly name: string;
  /** Seconds until data moves, however many members there are. */
  readonly start: number;
  /** Seconds per step; `steps` says how many there are. */
  readonly step: number;
  /** Share of the link's rate that a member reaches. */
  readonly share: number;
  /** What steps go along; left out: a ring. */
  readonly steps?: Shape;
  /** Share of the link's rate with which the part is copied that stays with the member. */
  readonly own?: number;
  /** The switch reduces: the tensor goes to it once and comes back once, in a single step. */
  readonly inSwitch?: boolean;
  /** It is used from so many members on. */
  readonly least?: number;
}

/** The law of one link for one collective, or for all (`*`). */
export interface CollectiveLaw {
  /** Family of links (`links.json`). */
  readonly link: string;
  readonly collective: Collective | '*';
  readonly basis: 'calibrated' | 'class';
  /** The clock of the chip that start and step were measured with; other chips have them by their own clock. */
  readonly clockHz?: number;
  readonly protocols: readonly Protocol[];
  /** Multiply a time to its central 90 % interval. */
  readonly low: number;
  readonly high: number;
  readonly source: string;
}
