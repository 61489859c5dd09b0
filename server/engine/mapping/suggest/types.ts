import type { Estimate } from '../../cost/types';
import type { Bindings } from '../../graph/dim';
import type { CachePolicy, PrecisionPolicy, Training } from '../../workload';
import codes from './codes.json';

/** What a suggestion is about. */
export type SuggestionCode = keyof typeof codes;

/** How loudly a suggestion is told. */
export type SuggestionLevel = 'information' | 'hint';

/** The level of each code where its gain is sure; one whose range holds 0 is a hint. */
export const suggestionLevels = codes as Readonly<
  Record<SuggestionCode, { readonly level: SuggestionLevel }>
>;

export const suggestionCodes = Object.keys(codes) as readonly SuggestionCode[];

/** What to do: a setting of the workload, an option of the runtime, or another graph. */
export type Change =
  | { readonly kind: 'precision'; readonly value: PrecisionPolicy }
  | { readonly kind: 'runtime'; readonly value: string }
  | { readonly kind: 'cache'; readonly value: CachePolicy }
  /** Numbers for dimensions, by the model's own names. */
  | { readonly kind: 'dimensions'; readonly value: Bindings }
  | { readonly kind: 'training'; readonly value: Partial<Training> }
  | { readonly kind: 'chip'; readonly value: string }
  /** An option of the runtime, as its documentation writes it. */
  | { readonly kind: 'flag'; readonly value: string }
  /** The graph is written in another way; `value` says how. */
  | { readonly kind: 'graph'; readonly value: GraphEdit };

type GraphEdit =
  /** Nodes are written with operators that the runtime runs on the chip. */
  | 'replace'
  /** Nodes between two parts of the chip's are moved to the edge of the graph, or written with operators that it runs. */
  | 'move'
  /** Attention is written as one operator. */
  | 'attention'
  /** Nodes are left out. */
  | 'remove'
  /** Sizes have numbers in the file, and what follows from them is computed beforehand. */
  | 'fix'
  /** Of each four weights two are zero. */
  | 'prune'
  /** Products get columns of zeros, up to the next block of the units. */
  | 'pad'
  /** A widening and a depthwise convolution are one full convolution. */
  | 'full-convolution'
  /** Equal weights are stored once. */
  | 'merge'
  /** Less is alive at the highest point. */
  | 'lower-peak'
  /** Another, smaller model. */
  | 'smaller';

/** What a change may cost besides the work to make it. */
export type Risk =
  | 'none'
  | 'tf32'
  | 'bf16'
  | 'fp16'
  | 'fp8'
  | 'int8'
  | 'int4-weights'
  | 'fp4'
  | 'latency'
  | 'runtime'
  | 'static'
  | 'edit'
  | 'chip'
  | 'priced-chip'
  | 'retrain'
  | 'optimizer'
  | 'lora'
  | 'guard'
  | 'pruning';

/** What is gained; null is unknown. Negative numbers are losses. */
export interface Gain {
  /** Of one run, or of each sample in it where `isPerSample`. */
  readonly seconds: Estimate | null;
  readonly isPerSample: boolean;
  /** Most bytes at one time. */
  readonly bytes: number | null;
  /** Of one run, or of each sample in it where `isPerSample`. */
  readonly joules: Estimate | null;
}

/** What is gained by, and what stands against, one way of doing something. */
export interface Option {
  readonly change: Change;
  readonly gain: Gain;
  /** Seconds of a run (or sample) before and after; null is unknown. */
  readonly seconds: { readonly before: number | null; readonly after: number | null };
  readonly risk: Risk;
}

/** A number with what it measures, or a name, for a text. */
export type Fact =
  | { readonly of: 'seconds' | 'bytes' | 'count' | 'share' | 'decimal' | 'rate'; readonly value: number }
  | { readonly of: 'name'; readonly value: string };

/** How sure the gain is: its range is well above 0 and stands on measurements, is above 0, or holds 0. */
export type Confidence = 'high' | 'medium' | 'low';

/** What to do next, with what that gains. */
export interface Suggestion extends Option {
  readonly code: SuggestionCode;
  readonly level: SuggestionLevel;
  /** Flat indices of the nodes that it is about; none: the whole model. */
  readonly nodes: readonly number[];
  /** Other ways, each of which contradicts this one: safer ones that gain less, or riskier ones that gain more. */
  readonly others: readonly Option[];
  readonly confidence: Confidence;
  /** Numbers for the texts. */
  readonly facts: Readonly<Record<string, Fact>>;
}
