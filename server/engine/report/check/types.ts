import type { Figure } from '../../budgets/figures';
import type { Status } from '../../budgets/judge';
import type { MetricName } from '../../budgets/metrics';
import type { NodeChange, NodeRow } from '../../budgets/nodes';
import type { Workload } from '../../workload';

/** What `siliconlens check` found: models held against a budget file. */
export interface CheckReport {
  readonly schemaVersion: 1;
  readonly tool: { readonly version: string };
  /** The budget file, as the user wrote it. */
  readonly budget: string;
  readonly baseline: CheckBaseline | null;
  /** All that has to hold does, and every model could be read. */
  readonly holds: boolean;
  readonly models: readonly CheckModel[];
  /** Globs that name no model. */
  readonly unmatched: readonly {
    readonly glob: string;
    readonly line: number;
    readonly column: number;
    readonly fails: boolean;
  }[];
}

/** What models were compared with. */
export interface CheckBaseline {
  /** Of a file its path, of git what was asked for. */
  readonly name: string;
  /** Hash of the commit; null for files. */
  readonly commit: string | null;
  /** Version of Siliconlens whose estimates it has: of a revision this one's. */
  readonly tool: string;
}

export interface CheckModel {
  /** From the root of the budget file. */
  readonly path: string;
  /** From the folder that the command was called in. */
  readonly file: string;
  /** Digest of what was read of it: its graph, and weights where they lie in one piece with it; null where nothing could be. */
  readonly contentHash: string | null;
  /** That of the model in the baseline; null where it does not have the model. */
  readonly contentHashBefore: string | null;
  /** Why it, or a part of it, could not be read; null where all was. */
  readonly error: string | null;
  /** Why the baseline has nothing of it that could be read; null where it has, or never had the model. */
  readonly baselineError: string | null;
  readonly remarks: readonly string[];
  readonly places: readonly CheckPlace[];
}

/** A model under one budget, on one chip or by itself. */
export interface CheckPlace {
  /** The budget's name, or its number from 1. */
  readonly budget: string;
  /** Null: the model by itself. */
  readonly chip: string | null;
  readonly system: string | null;
  /** The runtime that was assumed; null for the model by itself. */
  readonly runtime: string | null;
  readonly workload: Workload;
  readonly verdicts: readonly CheckVerdict[];
  readonly totals: readonly CheckTotal[];
  /** Largest effect first; none without a baseline. Seconds on a chip, else operations. */
  readonly changes: readonly NodeChange[];
  /** Changes that are not listed. */
  readonly moreChanges: number;
  /** Dearest first: seconds on a chip, else operations. */
  readonly dearest: readonly NodeRow[];
}

export interface CheckVerdict {
  readonly metric: MetricName;
  readonly level: string | null;
  readonly against: 'limit' | 'baseline';
  readonly status: Status;
  readonly fails: boolean;
  /** The most that is allowed, in SI units; null where the baseline does not say. */
  readonly most: number | null;
  readonly figure: Figure;
  readonly before: Figure | null;
  /** The upper end of the range was held against it, not the value. */
  readonly isUpper: boolean;
  /** Place in the budget file, from 1. */
  readonly line: number;
  readonly column: number;
}

/** A figure then and now. */
export interface CheckTotal {
  readonly metric: MetricName;
  readonly level: string | null;
  /** Null without a baseline, or where it does not have it. */
  readonly before: Figure | null;
  readonly now: Figure;
}
