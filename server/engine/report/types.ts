import type { Bound, Estimate, Placement, PrecisionChoice } from '../cost/types';
import type { Operations, RuleState, WorkBytes } from '../operators/rule';
import type { Severity } from '../problem';
import type { Workload } from '../workload';
import type { Efficiency } from './efficiency';

export const reportSchemaVersion = 1;

/** One report per model and workload: what the command line prints and everything on screen derives from (design §8). */
export interface Report {
  readonly schemaVersion: typeof reportSchemaVersion;
  readonly tool: { readonly version: string; readonly catalogueVersion: string };
  readonly model: ReportModel;
  readonly workload: Workload;
  /** Grid intensity in g CO2e/kWh as the user gave it; null: not given, carbon is unknown. */
  readonly carbonIntensity: number | null;
  readonly nodes: readonly ReportNode[];
  readonly chips: readonly ReportChip[];
  readonly memory: ReportMemory;
  readonly problems: readonly ReportProblem[];
  /** Shares (0..1) of nodes, and of operations, with rule `exact` or `function`. */
  readonly coverage: { readonly nodes: number | null; readonly operations: number | null };
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
  /** Elements of initialisers and Constants without shape constants, scales and zero points; shared ones once. */
  readonly parameters: number;
  readonly quantizationParameters: number;
  /** Bytes of all initialisers as stored; null when a type is unknown. */
  readonly weightBytes: number | null;
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
  readonly nodes: readonly number[];
  readonly fusion: string | null;
  readonly placement: Placement;
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
  readonly precision: PrecisionChoice;
  readonly total: {
    readonly latencySeconds: Estimate | null;
    readonly throughput: { readonly samplesPerSecond: number; readonly concurrency: number } | null;
    readonly joules: Estimate | null;
    /** Operations per run that the runtime runs. */
    readonly operations: number | null;
    /** Operations of nodes that it computes at load time, merges or drops; with `operations` those of all nodes. */
    readonly eliminatedOperations: number | null;
    readonly bytes: number | null;
    readonly io: { readonly bytes: number; readonly seconds: number | null };
  };
  readonly efficiency: Efficiency;
  readonly memory: {
    readonly capacityBytes: number | null;
    readonly marketedBytes: number | null;
    readonly reserveBytes: number | null;
    readonly weightsBytes: number | null;
    readonly highWaterBytes: number | null;
    readonly highWaterNode: number | null;
    readonly fits: boolean | null;
  };
  /** Roofs for the roofline: rates in operations/s at the compute precision and bytes/s, dense and as published. */
  readonly roofs: {
    readonly matrixOpsPerSecond: number | null;
    readonly vectorOpsPerSecond: number | null;
    readonly bandwidthBytesPerSecond: number | null;
  };
  readonly kernels: readonly ReportKernel[];
  readonly nodes: readonly {
    readonly index: number;
    readonly kernel: number | null;
    readonly seconds: Estimate | null;
    readonly joules: Estimate | null;
    readonly bound: Bound;
  }[];
  /** Times of an imported profile beside the estimates; null (or left out) when none was imported for this chip. */
  readonly measured?: ReportMeasured | null;
}

/** An imported profile laid over the kernels of a chip. */
export interface ReportMeasured {
  /** Name of the profile's file. */
  readonly profile: string;
  /** Who wrote it: `onnxruntime`, `trtexec`, `csv`. */
  readonly kind: string;
  /** Rows of the profile, and the seconds of all of them together, matched or not. */
  readonly rows: number;
  readonly totalSeconds: number;
  /** Measured and estimated seconds of the matched kernels that have both. */
  readonly matchedSeconds: number;
  readonly estimatedSeconds: number;
  readonly kernels: readonly MeasuredKernel[];
  /** Rows that belong to no kernel, the longest first. */
  readonly unmatchedRows: readonly {
    readonly name: string;
    readonly operator: string | null;
    readonly seconds: number;
  }[];
  /** Kernels without a row. */
  readonly unmatchedKernels: readonly number[];
  /** Over the kernels that have both times; null when there are none. */
  readonly errors: {
    readonly kernels: number;
    /** Of max(estimated ÷ measured, measured ÷ estimated) − 1. */
    readonly median: number;
    readonly p90: number;
    /** Share (0..1) of the kernels whose measured time lies inside the stated range. */
    readonly inside: number;
  } | null;
}

/** A kernel that was measured. The time is that of all its nodes together, and of all its runs in one of the model. */
export interface MeasuredKernel {
  readonly kernel: number;
  /** The node that stands for it: its anchor. */
  readonly node: number;
  readonly seconds: number;
  readonly estimate: Estimate | null;
  /** Measured ÷ estimated. */
  readonly ratio: number | null;
  /** Whether the measured time lies inside the stated range. */
  readonly inside: boolean | null;
}

/** Memory over time at stored types; one point per executed node. */
export interface ReportMemory {
  readonly timeline: readonly {
    readonly node: number;
    readonly weightsBytes: number;
    readonly activationBytes: number;
  }[];
}

export interface ReportProblem {
  readonly severity: Severity;
  readonly code: string;
  readonly message: string;
  readonly node: number | null;
}
