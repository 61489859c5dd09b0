import type { Measurement } from '../cost/calibrate/measurement';
import type { Bound, ChipCost, Estimate, PrecisionChoice, Total } from '../cost/types';
import type { Refusal } from '../kernels/support/conditions';
import type { Spread } from '../mapping/parallel/spread';
import type { Fit } from '../memory/fit';
import type { LevelUse } from '../memory/levels';
import type { Resident } from '../memory/resident';
import type { MemoryClass } from '../memory/timeline';
import type { Operations, RuleState, WorkBytes } from '../operators/rule';
import type { Severity } from '../problem';
import type { TrainingMemory } from '../memory/training/training';
import type { CachePolicy, Workload } from '../workload';
import type { Efficiency } from './efficiency';

export const reportSchemaVersion = 3;

/** The content of a small input or the condition of a branch, which decides shapes or what runs. */
export interface ReportContent {
  readonly name: string;
  /** One number may stand for all elements. Null: not known. */
  readonly value: number | boolean | readonly number[] | null;
  readonly isAssumed: boolean;
}

/** One report per model and workload: what the command line prints and everything on screen derives from. */
export interface Report {
  readonly schemaVersion: typeof reportSchemaVersion;
  readonly tool: { readonly version: string; readonly catalogueVersion: string };
  readonly model: ReportModel;
  /** With the names of those bindings whose numbers nobody gave, and contents that were given or decide something. */
  readonly workload: Omit<Workload, 'values'> & {
    readonly assumed: readonly string[];
    readonly values: readonly ReportContent[];
  };
  /** Grid intensity in g CO2e/kWh as the user gave it; null: not given, carbon is unknown. */
  readonly carbonIntensity: number | null;
  readonly nodes: readonly ReportNode[];
  readonly chips: readonly ReportChip[];
  readonly problems: readonly ReportProblem[];
  /**
   * Shares (0..1): of nodes with rule `exact` or `function`, and of the operations that are known. Null where they are unknown: of
   * a model of which parts are missing, and of operations while those of one node are unknown.
   */
  readonly coverage: { readonly nodes: number | null; readonly operations: number | null };
}

/**
 * A report whose long lists are made while they are read, as often as they are: what can be larger than memory is printed
 * from it. Every `Report` is one.
 */
export interface LazyReport extends Omit<Report, 'nodes' | 'chips'> {
  readonly nodes: Iterable<ReportNode>;
  readonly chips: readonly LazyChip[];
}
export interface LazyChip extends Omit<ReportChip, 'kernels' | 'nodes'> {
  readonly kernels: Iterable<ReportKernel>;
  readonly nodes: Iterable<ReportChip['nodes'][number]>;
}

export interface ReportValue {
  readonly name: string;
  readonly dtype: string | null;
  /** A dimension that stays symbolic is a string; null when the rank is unknown. */
  readonly shape: readonly (number | string)[] | null;
  /** The same by the names of dimensions; only where one of them has a name beside its number. */
  readonly symbolicShape?: readonly (number | string)[];
}

export interface ReportModel {
  readonly path: string;
  readonly format: string;
  readonly irVersion: number | null;
  readonly opsets: readonly { readonly domain: string; readonly version: number }[];
  readonly producer: string;
  readonly nodeCount: number;
  /** Numbers that were trained, shared ones once; packed weights count as many as they hold. */
  readonly parameters: number;
  /** Scales and zero points. */
  readonly quantizationParameters: number;
  /** Tables beside them: running statistics, positions, masks, other integers. */
  readonly buffers: number;
  /** There may be more of the three in a part of the file that was not read; only where that is so. */
  readonly isLowerBound?: true;
  /** Of all nodes in one run of the model, whatever a runtime makes of them. */
  readonly operations: Total;
  /** Bytes of all initialisers as stored; null when a type is unknown, or a part of the file was not read. */
  readonly weightBytes: number | null;
  /** Bytes of those that are known; only where others are not. */
  readonly leastWeightBytes?: number;
  readonly inputs: readonly ReportValue[];
  readonly outputs: readonly ReportValue[];
}

export interface ReportNode {
  readonly index: number;
  readonly parent: number | null;
  readonly repeat: number | null;
  readonly name: string;
  readonly domain: string;
  readonly operator: string;
  /** Module path as the exporter wrote it, '' when it wrote none. */
  readonly scope: string;
  /** Line of the listing, 1-based; null when elided. */
  readonly line: number | null;
  readonly outputs: readonly ReportValue[];
  readonly operations: Operations | null;
  readonly bytes: WorkBytes | null;
  readonly rule: RuleState;
}

export interface ReportKernel {
  readonly index: number;
  /** Of a transfer between units, which holds no nodes: the kernel that waits for it. */
  readonly before?: number;
  readonly nodes: readonly number[];
  readonly fusion: string | null;
  /** Id of the unit that runs it; `none` where nothing can. */
  readonly placement: string;
  /** Why it does not run on the chip itself; only where that is so. */
  readonly refusal?: Refusal;
  readonly precision: string;
  readonly operations: Operations | null;
  /** Bytes per run by memory level. */
  readonly bytes: Readonly<Record<string, number>>;
  readonly seconds: Estimate | null;
  readonly joules: Estimate | null;
  readonly bound: Bound;
  readonly utilisation: number | null;
  readonly repeat: number | null;
}

export interface ReportChip {
  readonly id: string;
  readonly name: string;
  readonly class: string;
  readonly runtime: string;
  /** Where kernels run: the chip, and what else has some of them. Runtimes are null where nothing is known of one. */
  readonly units: readonly {
    readonly id: string;
    readonly chip: string;
    readonly name: string;
    readonly runtime: string | null;
    /** What lies in its memory; null where all kernels run on one unit, or where the runtime put them. */
    readonly memory: Fit | null;
    /** Ids of other units that have the same memory, in which all of them stand together. */
    readonly sharesWith: readonly string[];
  }[];
  /** Equal devices that share the model, of which memory, kernels and nodes tell one; left out where the chip has all of it. */
  readonly spread?: Spread;
  readonly precision: PrecisionChoice;
  readonly total: ChipCost['total'];
  readonly efficiency: Efficiency;
  readonly memory: Fit & {
    /** Of all initialisers and Constants, there all the time. */
    readonly weightsBytes: number | null;
    /** Of those whose size is known; only where another's is not. */
    readonly leastWeightsBytes?: number;
    /** What becomes of caches that a run is given and gives back; null where the model has none. */
    readonly cache: CachePolicy | null;
    /** How it is trained and what that takes; null where it is not. */
    readonly training: TrainingMemory | null;
    /** The block in which the runtime's allocator planned the places of buffers; null where it plans none. */
    readonly arenaBytes: number | null;
    /** What the runtime's allocator holds for the model; null where that is not known. */
    readonly resident: Resident | null;
    /**
     * One point per kernel in the order in which they run, at the types at which the chip holds values; in training one per
     * operator on the way forward and then on the way back, with all that is there but weights. A kernel is named by its last
     * node.
     */
    readonly timeline: readonly { readonly node: number; readonly activationBytes: number }[];
    /** Of each class its part of these bytes, point by point; classes that are never there are left out. */
    readonly classes: Readonly<Partial<Record<MemoryClass, readonly number[]>>>;
    /** Every memory of the chip under the model. */
    readonly levels: readonly LevelUse[];
  };
  /** Roofs for the roofline: rates in operations/s at the compute precision and bytes/s, dense and as published. */
  readonly roofs: {
    readonly matrixOpsPerSecond: number | null;
    readonly vectorOpsPerSecond: number | null;
    readonly bandwidthBytesPerSecond: number | null;
    /** Memories from far to near with a bandwidth, that of the roof among them. */
    readonly levels: readonly RoofLevel[];
  };
  readonly kernels: readonly ReportKernel[];
  readonly nodes: readonly {
    readonly index: number;
    readonly kernel: number | null;
    readonly seconds: Estimate | null;
    /** What it takes at the most where `seconds` is unknown; only where the graph limits its sizes. */
    readonly secondsAtMost?: number;
    readonly joules: Estimate | null;
    readonly bound: Bound;
    /** Id of the unit that runs it; only where kernels run on several. */
    readonly placement?: string;
  }[];
  /** Times of an imported profile beside the estimates; null (or left out) when none was imported for this chip. */
  readonly measured?: ReportMeasured | null;
}

/** A memory of a chip under which kernels would run if all of their traffic went to it. */
export interface RoofLevel {
  readonly name: string;
  readonly onChip: boolean;
  readonly bytesPerSecond: number;
  /** No figure is published: one that is typical of the class stands in. */
  readonly isAssumed: boolean;
}

/** An imported profile laid over the kernels of a chip. */
export interface ReportMeasured {
  /** Name of the profile's file. */
  readonly profile: string;
  /** What measured. */
  readonly kind: Measurement['kind'];
  /** Which of the executions the times are. */
  readonly statistic: Measurement['statistic'];
  /** Runs of the model behind the times; null where the file does not say. */
  readonly runs: number | null;
  /** Rows of the profile, and the seconds of all of them in one run of the model; null for rows of no model. */
  readonly rows: number;
  readonly totalSeconds: number | null;
  /** Seconds of one whole run with the runtime's own time between nodes; null where the file has none. */
  readonly wholeSeconds: number | null;
  /** Measured and estimated seconds of the groups that have both. */
  readonly matchedSeconds: number;
  readonly estimatedSeconds: number;
  readonly groups: readonly MeasuredGroup[];
  /** Rows that belong to no kernel, the longest first. */
  readonly unmatchedRows: readonly {
    readonly name: string;
    readonly operator: string | null;
    readonly seconds: number;
  }[];
  /** Kernels without a row. */
  readonly unmatchedKernels: readonly number[];
  /** Over the groups that have both times; null when there are none. */
  readonly errors: {
    readonly groups: number;
    /** Of max(estimated ÷ measured, measured ÷ estimated) − 1. */
    readonly median: number;
    readonly p90: number;
    /** Share (0..1) of the groups whose measured time lies inside the stated range. */
    readonly inside: number;
  } | null;
}

/** Kernels that were measured together, usually one alone. The time is that of all their nodes and runs in one of the model. */
export interface MeasuredGroup {
  readonly kernels: readonly number[];
  /** The node that stands for the group: the anchor of its first kernel. */
  readonly node: number;
  /** Names of the profile's rows. */
  readonly rows: readonly string[];
  readonly seconds: number;
  readonly estimate: Estimate | null;
  /** Measured ÷ estimated; null where either is missing, and where the sizes differ. */
  readonly ratio: number | null;
  /** Whether the measured time lies inside the stated range. */
  readonly inside: boolean | null;
  /** The sizes were others during the measurement: the times can't be compared. */
  readonly conflict: { readonly measured: readonly number[]; readonly expected: readonly number[] } | null;
}

export interface ReportProblem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly node: number | null;
  /** Place in a hand-written text, counted from 1, where it is known. */
  readonly line?: number;
  readonly column?: number;
}
