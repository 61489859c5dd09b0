import type { Prepared } from '../../../analyse';
import type { WholeNode } from './families';
import type { Obstacle } from './relation';

/** How a copy of a model is shared out among devices that run it together. */
export interface ShardSplit {
  /** Devices that divide each matrix. */
  readonly tp: number;
  /** So many groups of them have experts of their own; divides `tp`, and each expert is divided among the others. */
  readonly ep: number;
  /** Load of the busiest device with experts over the mean, at least 1: its tokens take longer to come and go. */
  readonly imbalance?: number;
  /**
   * Between the divided products each does its part of the positions (sequence parallelism), where there are as many; left out: all do all of
   * them.
   */
  readonly sequence?: boolean;
}

/** Something that the devices of a group exchange, behind a node. */
export interface Collective {
  /** Flat index of the node that makes what is exchanged; of those on the way back, the one that read what its gradient is of. */
  readonly node: number;
  readonly collective: 'all_reduce' | 'all_gather' | 'reduce_scatter' | 'alltoall';
  /**
   * Of all_reduce the summed tensor, of all_gather what each has afterwards, of reduce_scatter what each has before, of alltoall
   * what each sends, its own part included; null while a size is unknown.
   */
  readonly bytes: number | null;
  readonly group: 'tp' | 'ep';
  readonly pass: 'forward' | 'backward';
}

/** An axis that was made longer so that it can be divided. */
export interface Padded {
  /** The value, by its name. */
  readonly name: string;
  readonly whole: number;
  readonly padded: number;
}

/** What one device of a group runs. */
export interface Shard {
  readonly kind: 'shard';
  /** The model of one device, with as many nodes in the same places. */
  readonly prepared: Prepared;
  /** In the order of nodes, way back last. */
  readonly collectives: readonly Collective[];
  /** Products with weights that every device has and computes whole. */
  readonly replicated: readonly WholeNode[];
  /** Weights that several devices have parts of alike: heads of keys and values of which there are fewer than devices. */
  readonly copied: readonly { readonly name: string; readonly copies: number }[];
  readonly padded: readonly Padded[];
  /**
   * Flat indices of nodes of which each device does its part of the positions. In `prepared` they stand with all of them: what they take,
   * and what they make, is to be divided by `tp`.
   */
  readonly byPosition: readonly number[];
}

/** Why a model cannot be shared out in a way. */
export interface ShardRefusal {
  readonly kind: 'refused';
  /** `experts`: there are none, or fewer than groups, or groups that do not divide the devices. `shapes`: what would come out does not fit together. */
  readonly reason: Obstacle | 'experts' | 'shapes';
  /** Flat index of a node where that is so; null where it is none alone. */
  readonly node: number | null;
}
