/** What a normalisation divides by: the root of the mean square, or also less the mean. */
export type NormKind = 'rms' | 'layer';

/** A role of a tensor in a model, whatever its file calls it. Roles of layers are asked for with the layer's number. */
export type Role =
  | 'embedding'
  | 'positions'
  | 'tokenTypes'
  | 'embeddingNorm'
  | 'embeddingProjection'
  | 'finalNorm'
  | 'head'
  | 'pooledNorm'
  | 'pooler'
  | 'pooledProjection'
  | 'probe'
  | 'probeProjection'
  | 'probeOutput'
  | 'probeNorm'
  | 'probeUp'
  | 'probeDown'
  | 'textProjection'
  | 'imageProjection'
  | 'projectorNorm'
  | 'projectorUp'
  | 'projectorDown'
  | 'logitScale'
  | 'logitBias'
  | 'firstConvolution'
  | 'secondConvolution'
  | 'distanceBias'
  | 'scanIn'
  | 'scanConvolution'
  | 'scanParameters'
  | 'scanSteps'
  | 'scanStepBias'
  | 'scanDecayLog'
  | 'scanDecay'
  | 'scanSkip'
  | 'scanNorm'
  | 'scanOut'
  | 'mixShift'
  | 'mixShiftAll'
  | 'mixShiftDown'
  | 'mixShiftUp'
  | 'mixShiftDecay'
  | 'mixShiftKey'
  | 'mixShiftValue'
  | 'mixShiftQuery'
  | 'mixShiftGate'
  | 'mixBonus'
  | 'mixGate'
  | 'mixGateDown'
  | 'mixGateUp'
  | 'mixDecay'
  | 'mixDecayDown'
  | 'mixDecayUp'
  | 'mixRate'
  | 'mixRateDown'
  | 'mixRateUp'
  | 'mixFirst'
  | 'mixFirstDown'
  | 'mixFirstUp'
  | 'mixKeyDirection'
  | 'mixKeyRate'
  | 'mapShift'
  | 'mapShiftGate'
  | 'mapGate'
  | 'predictorTokenNorm'
  | 'predictorStateNorm'
  | 'predictorProjection'
  | 'predictorNorm'
  | 'crossNorm'
  | 'crossQuery'
  | 'crossKey'
  | 'crossValue'
  | 'crossOutput'
  | 'crossPostNorm'
  | 'patches'
  | 'classToken'
  | 'distillationToken'
  | 'maskToken'
  | 'classifier'
  | 'distillationClassifier'
  | 'attentionNorm'
  | 'secondNorm'
  | 'query'
  | 'key'
  | 'value'
  | 'queryKeyValue'
  | 'queryNorm'
  | 'keyNorm'
  | 'sinks'
  | 'attentionSubNorm'
  | 'attentionOutput'
  | 'attentionPostNorm'
  | 'attentionScale'
  | 'queryDown'
  | 'queryDownNorm'
  | 'queryUp'
  | 'latentDown'
  | 'latentNorm'
  | 'keyValueUp'
  | 'keyUp'
  | 'valueUp'
  | 'feedForwardNorm'
  | 'gate'
  | 'up'
  | 'gateUp'
  | 'down'
  | 'feedForwardPostNorm'
  | 'feedForwardScale'
  | 'router'
  | 'routerBias'
  | 'expertGate'
  | 'expertUp'
  | 'expertGateUp'
  | 'expertDown'
  | 'sharedGate'
  | 'sharedUp'
  | 'sharedDown'
  | 'sharedRouter';

/** Products of the one network of a layer, of its experts, and of the experts that all tokens go through. */
export const denseRoles: ReadonlySet<Role> = new Set(['gate', 'up', 'gateUp', 'down']);
export const expertRoles: ReadonlySet<Role> = new Set([
  'expertGate',
  'expertUp',
  'expertGateUp',
  'expertDown',
]);
export const sharedRoles: ReadonlySet<Role> = new Set(['sharedGate', 'sharedUp', 'sharedDown']);

/** Attention with heads of its own keys and values, some of which several query heads may share. */
export interface HeadsAttention {
  readonly kind: 'heads';
  readonly heads: number;
  readonly kvHeads: number;
  /** Width of a head of queries and keys. */
  readonly headSize: number;
  readonly valueHeadSize: number;
  /** Keys, with a query's own, that it sees; null: all before it. Where none are hidden, windows of so many stand side by side. */
  readonly window: number | null;
  readonly isRotary: boolean;
  /** Where a layer has norms of queries and keys: over a head with one weight for all, with its own, or over all heads. */
  readonly normed: 'head' | 'each-head' | 'all';
  /** Scores are capped at ±softcap by a hyperbolic tangent; 0: not at all. */
  readonly softcap: number;
}

/** Keys and values of all heads come from one latent row per token, which is all that is cached (DeepSeek-V2, 2.1). */
export interface LatentAttention {
  readonly kind: 'latent';
  readonly heads: number;
  /** Width of the latent row. */
  readonly rank: number;
  /** Part of a query's and key's head that is not rotated, and the part that is, which all heads share. */
  readonly plainSize: number;
  readonly rotatedSize: number;
  readonly valueHeadSize: number;
  /** Width of the row that queries come from where they are made in two steps; else 0. */
  readonly queryRank: number;
}

/**
 * A recurrence over tokens instead of attention: of constant state, however many tokens came before.
 * Source: Mamba (arXiv 2312.00752), 3.4; Mamba 2 (arXiv 2405.21060), 7.1.
 */
export interface StateSpace {
  readonly kind: 'state-space';
  /** Width of what is carried along, in heads of equal size. */
  readonly inner: number;
  readonly heads: number;
  /** Numbers that each channel keeps. */
  readonly stateSize: number;
  /** Tokens that the convolution before it sees. */
  readonly kernel: number;
  /** Width of the row that steps of time come from; 0: they come out of the first product, as all the rest does. */
  readonly rank: number;
  /** Rows of B and C that heads share. */
  readonly groups: number;
  /** What steps, B and C are made of is normed, without weights (Falcon Mamba, arXiv 2410.05355, 3.1). */
  readonly isNormed: boolean;
}

/**
 * A recurrence whose inputs are mixtures of a token and the one before it: of a weighted mean for each channel (heads of one
 * number), or of matrices [size, size], one for each head.
 * Source: RWKV-4 (arXiv 2305.13048), 3.1; RWKV-6 (arXiv 2404.05892), 4; RWKV-7 (arXiv 2503.14456), 4.
 */
export interface TimeMix {
  readonly kind: 'time-mix';
  /** How the state changes: as a mean (RWKV-4), decays alone (RWKV-6), or also by what a key takes back (RWKV-7). */
  readonly rule: 'mean' | 'decay' | 'delta';
  readonly heads: number;
  readonly headSize: number;
}

/** The part of a layer that looks at one token at a time. */
export interface FeedForward {
  readonly activation: Activation;
  /** Widths between the two products: of the one network, of an expert, and of the experts that all tokens go through. */
  readonly inner: number;
  readonly expertInner: number;
  readonly sharedInner: number;
  /** Null: one network for all tokens. */
  readonly experts: Experts | null;
}

export interface Experts {
  readonly count: number;
  readonly chosen: number;
}

/** Functions by the names that models of transformers have for them (`ACT2FN`). */
export type Activation = 'silu' | 'gelu' | 'gelu_tanh' | 'quick_gelu' | 'relu' | 'relu2';

export interface Layer {
  readonly attention: HeadsAttention | LatentAttention | StateSpace | TimeMix;
  readonly feedForward: FeedForward;
}

/** An image, cut into patches that do not overlap: each is one position. */
export interface PatchEntry {
  readonly kind: 'patches';
  readonly channels: number;
  readonly image: readonly [height: number, width: number];
  readonly patch: readonly [height: number, width: number];
}

/** A spectrum [channels, frames] of sound, which two convolutions make positions of, the second one half as many. */
export interface FrameEntry {
  readonly kind: 'frames';
  readonly channels: number;
  readonly positions: number;
}

/** Patches that lie one behind the other as rows of numbers, however large their image: as many as a unit has, times a free size. */
export interface RowEntry {
  readonly kind: 'rows';
  /** Frames, height and width of a patch, behind its channels. */
  readonly patch: readonly [channels: number, frames: number, height: number, width: number];
  /** Patches that become one row of the text. */
  readonly merged: number;
  /** Patches of a window, in which most layers stay; null: images of any size. */
  readonly window: number | null;
}

/** What goes into a model, and how positions come of it: rows of a table by tokens, or products with pieces of an input. */
export type Entry = { readonly kind: 'tokens' } | PatchEntry | FrameEntry | RowEntry;

/**
 * What comes out: logits of the vocabulary, those of classes from the first position (or from it and the mean of the
 * others), or the states of all positions.
 */
export type Exit = 'logits' | 'classes' | 'classes-with-mean' | 'states';

/**
 * The state that stands for a whole text or image: of the first position, the last one, that of the token with the largest
 * number (which ends a text of CLIP), or an attention of one learned query over all.
 */
export type Pool = 'none' | 'first' | 'last' | 'largest-token' | 'attention';

/** A transformer in neutral terms: what its shapes and operations follow from, beside the tensors that it has. */
export interface Architecture {
  readonly name: string;
  readonly entry: Entry;
  readonly hidden: number;
  readonly norm: { readonly kind: NormKind; readonly epsilon: number };
  readonly layers: readonly Layer[];
  /**
   * Layers behind the last one that predict further tokens from its states (DeepSeek-V3, 2.2). They are stored, and not run:
   * a run gives one token, and who drafts with them decides how often.
   */
  readonly predictors: readonly Layer[];
  /** Attention and feed-forward of a layer read the same residual, and both results are added to it. */
  readonly isParallel: boolean;
  /** Norms stand behind the residual additions (BERT) instead of before attention and feed-forward. */
  readonly isPostNorm: boolean;
  /** Tokens see those before them alone. */
  readonly isCausal: boolean;
  /** Keys and values are kept for tokens to come. */
  readonly hasCache: boolean;
  /** Factors beside the weights: on embeddings, on what layers add to the residual, and on the logits; 1: none. */
  readonly embeddingScale: number;
  readonly residualScale: number;
  readonly logitScale: number;
  /** As that of attention, of the logits. */
  readonly logitSoftcap: number;
  readonly exit: Exit;
  readonly pool: Pool;
  /** The factor of attention scores; null: one over the root of a head's width. */
  readonly attentionScale: number | null;
  /** Positions further apart than this share a bias of attention, where there is one by distance. */
  readonly distance: number;
}
