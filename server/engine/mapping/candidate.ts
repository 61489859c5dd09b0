import type { Chip } from '../chips/chip';
import type { Basis } from '../cost/types';
import type { PrecisionPolicy } from '../workload';
import type { Ranged } from './ratio';

/** What chips are compared by, and what can be limited. SI units; unknown is null. */
export interface Figures {
  /** Seconds of one run, as totals state it. */
  readonly latency: Ranged | null;
  /** Samples per second. */
  readonly throughput: Ranged | null;
  /** Tokens per second; null also where the model has no sequence. */
  readonly tokens: Ranged | null;
  /** Joules of one run. */
  readonly energy: Ranged | null;
  /** Rated power, watts: what supply and cooling have to bear, of the whole product. */
  readonly watts: Ranged | null;
  /** Most bytes that the model takes at one time. */
  readonly memory: Ranged | null;
  /** In the user's own unit. */
  readonly price: Ranged | null;
}
export type FigureName = keyof Figures;

/** Whether more of a figure is better. */
export const isMoreBetter: Readonly<Record<FigureName, boolean>> = {
  latency: false,
  throughput: true,
  tokens: true,
  energy: false,
  watts: false,
  memory: false,
  price: false,
};

export const objectives = ['latency', 'throughput', 'energy', 'price'] as const;
export type Objective = (typeof objectives)[number];

/** A chip with a model on it at one precision. */
export interface Candidate {
  readonly chip: Chip;
  /** The power mode that the figures are of; null: the full state. */
  readonly mode: string | null;
  /** What was asked for. */
  readonly precision: PrecisionPolicy;
  /** What most of it is computed in, and whether that is another type than was asked for. */
  readonly compute: string;
  readonly substituted: boolean;
  readonly runtime: string;
  readonly figures: Figures;
  /** How sure the time is; null where there is none. */
  readonly basis: Basis | null;
  /** False: the chip can't run all of it, or the time is that of a part. */
  readonly isWhole: boolean;
  readonly fits: boolean | null;
  /** What is needed ÷ what there is; only where it does not fit. */
  readonly timesTooLarge: number | null;
}
