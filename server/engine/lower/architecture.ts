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
  | 'pooler'
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
  /** Keys, with a query's own, that it sees; null: all before it. */
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
  readonly attention: HeadsAttention | LatentAttention;
  readonly feedForward: FeedForward;
}

/** A transformer in neutral terms: what its shapes and operations follow from, beside the tensors that it has. */
export interface Architecture {
  readonly name: string;
  readonly hidden: number;
  readonly norm: { readonly kind: NormKind; readonly epsilon: number };
  readonly layers: readonly Layer[];
  /** Attention and feed-forward of a layer read the same residual, and both results are added to it. */
  readonly isParallel: boolean;
  /** Norms stand behind the residual additions (BERT) instead of before attention and feed-forward. */
  readonly isPostNorm: boolean;
  /** Tokens see those before them, and keys and values are kept for those to come. */
  readonly isCausal: boolean;
  /** Factors beside the weights: on embeddings, on what layers add to the residual, and on the logits; 1: none. */
  readonly embeddingScale: number;
  readonly residualScale: number;
  readonly logitScale: number;
  /** As that of attention, of the logits. */
  readonly logitSoftcap: number;
  /** Logits of the vocabulary come out; false: the hidden states do. */
  readonly hasHead: boolean;
}
