import type { DataType } from './graph/dataTypes';
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

/**
 * Types that keys and values may be kept in where an operator lets a cache be of another type than the activations: those
 * of llama.cpp by its names (`--cache-type-k`, common/arg.cpp), and 8-bit floats as servers have them (vLLM,
 * `--kv-cache-dtype fp8`). Types in blocks hold their scales.
 */
export const cacheTypes = {
  f32: 'float',
  f16: 'float16',
  bf16: 'bfloat16',
  q8_0: 'q8_0',
  q5_1: 'q5_1',
  q5_0: 'q5_0',
  q4_1: 'q4_1',
  q4_0: 'q4_0',
  iq4_nl: 'iq4_nl',
  fp8: 'float8e4m3fn',
} as const satisfies Readonly<Record<string, DataType>>;
export type CacheType = keyof typeof cacheTypes;
export const cacheTypeNames = Object.keys(cacheTypes) as readonly CacheType[];

export const optimizers = ['sgd', 'momentum', 'adam', 'adam-8bit', 'adafactor'] as const;
export type OptimizerName = (typeof optimizers)[number];

/**
 * What a training step computes a second time instead of keeping it: nothing, the inside of attention (between the product
 * with the keys and that with the values), or every layer, of which only the input is kept.
 */
export const recomputations = ['none', 'selective', 'full'] as const;
export type Recomputation = (typeof recomputations)[number];

/** What is shared out over the devices: nothing, states of the optimizer, gradients too, parameters too (the stages of ZeRO). */
export const zeroStages = [0, 1, 2, 3] as const;
type ZeroStage = (typeof zeroStages)[number];

/** How a model is trained. */
export interface Training {
  readonly optimizer: OptimizerName;
  /** A copy of the weights in 32 bits, which is updated; null: where weights have fewer bits. */
  readonly masterWeights: boolean | null;
  readonly recompute: Recomputation;
  readonly zero: ZeroStage;
  /** Devices that train copies of the model on samples of their own. */
  readonly devices: number;
  /** Rank of the adapters that alone are trained (LoRA); null: all weights are. */
  readonly loraRank: number | null;
  /** Passes forward and backward, each of the batch in force, from one update to the next. */
  readonly accumulation: number;
}

export const defaultTraining: Training = {
  optimizer: 'adam',
  masterWeights: null,
  recompute: 'none',
  zero: 0,
  devices: 1,
  loraRank: null,
  accumulation: 1,
};

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
  /** What keys and values are kept in; null or left out: as the model has them. */
  readonly cacheType?: CacheType | null;
  /**
   * False: a runtime that can do either writes the scores of attention out instead of computing it in one kernel
   * (`--flash-attn off` of llama.cpp). Null or left out: as the runtime does by itself.
   */
  readonly flashAttention?: boolean | null;
  /**
   * Layers of a language model that a runtime puts on the chip, counted from the last one on, that of the logits among them; the
   * rest runs on the host (`--gpu-layers` of llama.cpp). Null or left out: the whole model is on the chip.
   */
  readonly gpuLayers?: number | null;
  /** What is left out is as in {@link defaultTraining}; only training asks for it. */
  readonly training?: Partial<Training>;
}

/** A workload of a part of a model, or of a share of each of its layers: none of them goes to a host. */
export function unshared<W extends Pick<Workload, 'gpuLayers'>>(workload: W): W {
  return workload.gpuLayers === undefined ? workload : { ...workload, gpuLayers: null };
}

/** How a workload trains; null where it does not. */
export function trainingOf({ phase, training }: Workload): Training | null {
  return phase === 'training' ? { ...defaultTraining, ...training } : null;
}

/** A way of training by the names and values of its settings; what is as by default is left out. */
export function trainingLabel({
  optimizer,
  masterWeights,
  recompute,
  zero,
  devices,
  loraRank,
  accumulation,
}: Training): string {
  const parts = [
    optimizer,
    masterWeights !== null && `masterWeights ${masterWeights}`,
    recompute !== 'none' && `recompute ${recompute}`,
    devices > 1 && `zero ${zero}, devices ${devices}`,
    loraRank !== null && `loraRank ${loraRank}`,
    accumulation > 1 && `accumulation ${accumulation}`,
  ];
  return parts.filter((part) => part !== false).join(', ');
}
