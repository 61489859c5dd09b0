import type { Inference } from '../inference/types';
import type { KernelPlan } from '../kernels/types';
import type { Problem } from '../problem';
import type { Workload } from '../workload';
import type { Unit } from './units';

/** A model as a runtime runs it under a workload. */
export interface PlannedModel {
  readonly inference: Inference;
  readonly plan: KernelPlan;
  readonly workload: Workload;
}

/** The parts of a figure of energy, joules. */
export interface JoulesParts {
  /** Arithmetic. */
  readonly compute: number;
  /** Memories of the chip and beside it. */
  readonly memory: number;
  /** Links between units, and the one over which weights are streamed. */
  readonly link: number;
  /** Power that is drawn whatever is done. */
  readonly idle: number;
}

/** An energy with its parts, which add up to its value. */
export interface Energy {
  readonly joules: Estimate;
  readonly parts: JoulesParts;
}

/** What a kernel waits for: values from another unit. */
export interface Transfer {
  readonly seconds: Estimate;
  /** Null without a rated power. */
  readonly energy: Energy | null;
}

/** How sure an estimate is. */
export type Basis = 'calibrated' | 'class' | 'peak' | 'unknown';

/** A figure with its central 90 % interval. Unknown figures are null, never 0. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly basis: Basis;
}

/** Multipliers of an estimate to the ends of its central 90 % interval: at most 1 and at least 1. */
export interface Spread {
  readonly low: number;
  readonly high: number;
}

/**
 * How much is known of a sum over the nodes of a model. Where parts are unknown or missing the sum is of the others: the
 * whole is at least that.
 */
export interface Bounded {
  readonly isLowerBound: boolean;
  /** Nodes whose part is unknown; 0 in a lower bound where parts of the model are missing or wrong. */
  readonly unknownNodes: number;
  /** What the whole is at the most; null where the graph sets no limit, and where the sum is whole. */
  readonly atMost: number | null;
}

/** A number summed over nodes; null where nothing of it is known, never 0 for that. */
export interface Total extends Bounded {
  readonly value: number | null;
}

/** What a sum is at the most of which no node's part is known. */
export interface Ceiling extends Bounded {
  readonly value: null;
  readonly low: null;
  readonly high: null;
  readonly basis: 'unknown';
  readonly isLowerBound: true;
  readonly atMost: number;
}

/** An estimate summed over nodes; interval and basis of a lower bound are those of its known part. */
export type TotalEstimate = (Estimate & Bounded) | Ceiling;

export type Bound = 'compute' | 'memory' | 'overhead' | 'link' | 'none' | 'unknown';

/** Type in which a chip computes, with the types at which bytes are sized. */
export interface PrecisionChoice {
  readonly compute: string;
  readonly weights: string;
  readonly activations: string;
  /** The stored type is not what the chip computes in. */
  readonly substituted: boolean;
}

/** One kernel on one chip. Times are per run; multiply by `repeat` for the model. */
export interface KernelCost {
  readonly kernel: number;
  /** Of a transfer: the kernel that waits for it. */
  readonly before?: number;
  /** Index into `units` of where it runs; null where nothing can run it. */
  readonly unit: number | null;
  readonly precision: string;
  /** Null while a dimension, a rate or a bandwidth is unknown. */
  readonly seconds: Estimate | null;
  /** What of the range of `seconds` all kernels of a run have in common; null: all of it. */
  readonly common: Spread | null;
  readonly joules: Estimate | null;
  /** The parts of `joules.value`. */
  readonly joulesParts: JoulesParts | null;
  /** The parts of `seconds.value`. */
  readonly parts: { readonly compute: number; readonly memory: number; readonly overhead: number } | null;
  /** Bytes by memory level name. */
  readonly bytes: Readonly<Record<string, number>>;
  /** Those of weights among the bytes of the memory outside the chip. */
  readonly farWeightBytes: number;
  readonly bound: Bound;
  /** Achieved share of the chip's peak rate (compute) or bandwidth (memory), 0..1. */
  readonly utilisation: number | null;
}

/** One node's share of its kernel. */
export interface NodeCost {
  /** -1 for folded nodes and those for which nothing is dispatched. */
  readonly kernel: number;
  /** All runs of the model together (kernel share × repeat). */
  readonly seconds: Estimate | null;
  /** What they take at the most where that is unknown and the graph limits it. */
  readonly secondsAtMost?: number;
  /** Its share of the kernel's energy, all runs together; null where the chip's power is unknown. */
  readonly joules: Estimate | null;
  readonly bound: Bound;
}

/** A model on one chip with one runtime. */
export interface ChipCost {
  readonly chip: string;
  readonly runtime: string;
  /** Where kernels run: the chip, and what else has some of them. */
  readonly units: readonly Unit[];
  readonly precision: PrecisionChoice;
  /** Name of the memory outside the chip that the model lives in; null where there is none. */
  readonly home: string | null;
  /** Bytes of weights that no memory of the chip has room for: they come over the host link in every run. */
  readonly streamedBytes: number;
  readonly kernels: readonly KernelCost[];
  readonly nodes: readonly NodeCost[];
  readonly total: {
    /** Null where the time of no node is known nor limited by the graph, and where the chip cannot run one of them. */
    readonly latencySeconds: TotalEstimate | null;
    /** Null where only a part of the time is known: how much can be done per second is not. */
    readonly throughput: { readonly samplesPerSecond: number; readonly concurrency: number } | null;
    readonly joules: TotalEstimate | null;
    /** The parts of its value, as much a lower bound as that is; null where it is, and for counted spikes. */
    readonly joulesParts: JoulesParts | null;
    /** Operations per run of the model that the runtime runs. */
    readonly operations: Total;
    /**
     * Operations of nodes that the runtime computes at load time, merges or drops (forward pass). In inference these
     * and `operations` are those of all nodes together.
     */
    readonly eliminatedOperations: Total;
    readonly bytes: Total;
    /** Transfer of graph inputs and outputs over the host link; kept apart from node times. */
    readonly io: { readonly bytes: number | null; readonly seconds: number | null };
    /** What starting a run from the host costs the runtime, seconds; kept apart from node times too. */
    readonly startSeconds: number | null;
  };
  readonly problems: readonly Problem[];
}

/** What is said of a whole run. */
export type ChipTotals = Omit<ChipCost, 'kernels' | 'nodes' | 'problems'>;

/** The same where single kernels are not kept. */
export interface RunTotals extends ChipTotals {
  /** What bounds most of the time. */
  readonly bound: Bound;
}
