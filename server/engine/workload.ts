import type { Bindings } from './graph/dim';

export const phases = ['inference', 'prefill', 'decode', 'training'] as const;
export type Phase = (typeof phases)[number];

/** `as-stored` keeps the stored type (never TF32); the others are what-if policies. */
export const precisionPolicies = [
  'as-stored',
  'fp32',
  'tf32',
  'bf16',
  'fp16',
  'fp8',
  'int8',
  'int4-weights',
  'fp4',
] as const;
export type PrecisionPolicy = (typeof precisionPolicies)[number];

/**
 * What becomes of a cache of keys and values that a run is given and gives back. `exported`: as the graph is written, the
 * old one is copied into a new one. `shared`: both are one buffer, to which a run adds its own keys and values. `paged`: as
 * `shared`, in blocks that belong to one sequence each.
 */
export const cachePolicies = ['exported', 'shared', 'paged'] as const;
export type CachePolicy = (typeof cachePolicies)[number];

/** Contents by name of an input or another value, row-major; of a node, which of its branches runs. Truths are 0 and 1. */
export type Values = Readonly<Record<string, readonly number[]>>;

/** What a model is asked to do: everything besides the model and the chip that a cost depends on. */
export interface Workload {
  /** Numbers for symbolic dimensions, by canonical symbol name; also `loop:<node name>` for trip counts. */
  readonly bindings: Bindings;
  /** Contents that decide shapes or branches; left out where none is given. */
  readonly values?: Values;
  readonly phase: Phase;
  readonly precision: PrecisionPolicy;
  /** Id of a runtime profile, or null: the default of each chip. */
  readonly runtime: string | null;
  /** Null or left out: what the runtime does. */
  readonly cache?: CachePolicy | null;
}
