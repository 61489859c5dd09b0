import type { Problem } from '../../problem';
import type { Row } from './rows';

/**
 * What measured: `onnxruntime` a trace of its profiler, `trtexec` a file of `--exportProfile`, `node-table` a CSV with a
 * time per node, `kernel-table` a CSV of kernels by size that belong to no model.
 */
type ProfileKind = 'onnxruntime' | 'trtexec' | 'node-table' | 'kernel-table';

/** One node, layer or kernel as it was measured. */
export interface MeasuredRow {
  /** As the file calls it. */
  readonly name: string;
  /** Names of nodes or values of the model that it may stand for, most telling first; empty where the name tells none. */
  readonly names: readonly string[];
  /** The names are the first and the last node of a stretch of the graph that ran as one. */
  readonly isRange: boolean;
  readonly operator: string | null;
  /** Seconds of one execution, by the profile's statistic. Nodes inside are not counted in a loop's or branch's time. */
  readonly seconds: number;
  /** Median over the executions, seconds. */
  readonly medianSeconds: number;
  /** Executions that were kept. */
  readonly count: number;
  /** Executions per run of the model: more than one inside a loop. */
  readonly repeat: number;
  /** Shapes of the outputs as they were during the measurement; null where the file does not say. */
  readonly outputShapes: readonly (readonly number[] | null)[] | null;
  /** The sizes of a row of a kernel table, null in the other kinds. */
  readonly kernel: Row | null;
}

/** Measured times, from whichever file. */
export interface Measurement {
  readonly kind: ProfileKind;
  /** Which of the executions `seconds` is: the fastest, the median, or what a table states. */
  readonly statistic: 'fastest' | 'median' | 'stated';
  /** Runs of the model behind the times, the first (which warms caches) left out; null where the file does not say. */
  readonly runs: number | null;
  readonly rows: readonly MeasuredRow[];
  /** Seconds of one run of the model: rows × repeat. Null for kernel tables, whose rows belong to no model. */
  readonly seconds: number | null;
  /** Seconds of one whole run with the runtime's own time between nodes, where the file has it. */
  readonly wholeSeconds: number | null;
  /**
   * What the profiler itself adds to each row, as rows show that do next to nothing, seconds; it was taken off the rows,
   * so that what is left of the shortest is 0. Null or left out where no row shows it.
   */
  readonly profilerSeconds?: number | null;
  /** Execution providers, or the ids of chips that a table names, most frequent first. */
  readonly places: readonly string[];
}

/** A profile, or why there is none. Warnings come with a profile, errors without. */
export interface ReadProfile {
  readonly profile: Measurement | null;
  readonly problems: readonly Problem[];
}

/** Caps against files that were made to hurt. No real profile comes near them. */
export const profileLimits = {
  /** Characters of the whole file. */
  characters: 384 * 1024 * 1024,
  /** Characters of a file that has to be parsed in one piece. */
  wholeCharacters: 64 * 1024 * 1024,
  /** Characters of one line. */
  line: 1024 * 1024,
  rows: 100_000,
  events: 4_000_000,
  lines: 6_000_000,
  /** Characters of a name; longer ones are cut. */
  name: 2_000,
  /** Nodes that one row may name. */
  names: 2_000,
  /** Nodes that all rows together may name. */
  allNames: 500_000,
} as const;

/** A time as a file may state it: no year-long kernels, nothing infinite. */
export function isTime(seconds: unknown): seconds is number {
  return typeof seconds === 'number' && seconds >= 0 && seconds < 1e8;
}

/** Middle value of numbers in ascending order, the upper one of two. */
export function medianOf(sorted: readonly number[]): number {
  return sorted[sorted.length >> 1]!;
}

/** Seconds of one run of the model. */
export function sumOfRows(rows: readonly MeasuredRow[]): number {
  return rows.reduce((sum, { seconds, repeat }) => sum + seconds * repeat, 0);
}
