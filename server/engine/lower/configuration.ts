import { entryOf } from '../../../outside/table';
import type { DataType } from '../graph/dataTypes';
import type { Tensor } from '../graph/model';
import type {
  Activation,
  Architecture,
  FeedForward,
  HeadsAttention,
  Layer,
  NormKind,
  Role,
} from './architecture';
import { denseRoles, expertRoles, sharedRoles } from './architecture';
import table from './configuration.json';
import { Fields, type JsonObject } from './fields';
import { MissingKeyError } from './hyperparameters';
import type { Quantisation } from './quantisation';
import { WeightsOfConfiguration } from './weightsOfConfiguration';
import type { TensorNames } from './weightsOfFile';

type Condition = boolean | string;

/** What one `model_type` of transformers is like, as far as its fields do not say. */
interface Row {
  /** A type from which all is taken that is not stated here; names are added to its names. */
  readonly like?: string;
  readonly names?: TensorNames;
  /** Roles that have a bias: always, or where a field holds something. */
  readonly biases?: Readonly<Partial<Record<Role, Condition>>>;
  /** Roles that exist where a field holds something only. */
  readonly when?: Readonly<Partial<Record<Role, string>>>;
  readonly defaults?: JsonObject;
  readonly norm?: NormKind;
  readonly normed?: HeadsAttention['normed'];
  readonly isParallel?: Condition;
  readonly isRotary?: boolean;
  readonly isEncoder?: boolean;
  readonly scalesEmbedding?: boolean;
  /** Layers that see a window alone: all, those above `max_window_layers` where a field says so, or by their place. */
  readonly windows?: string | { readonly every: number; readonly full: number };
  /** The field that says how wide an expert is, and what files that keep each expert apart call its parts. */
  readonly experts?: { readonly inner: string; readonly parts?: TensorNames };
  /** Where all of these hold, one head of keys and values serves all. */
  readonly singleKeyHead?: readonly string[];
  /** Width between the two products of a feed-forward over that of the model, where no field states it. */
  readonly innerPerHidden?: number;
  /** Rows of the table of positions beside those of positions. */
  readonly positionOffset?: number;
}

const rows = table.types as unknown as Readonly<Record<string, Row | undefined>>;

/** Layers at most: the largest models have some 130. */
const mostLayers = 2000;

function rowOf(type: string): Row | undefined {
  const row = entryOf(rows, type);
  const base = row?.like === undefined ? undefined : rowOf(row.like);
  return base ? { ...base, ...row, names: { ...base.names, ...row?.names } } : row;
}

/** Whether the graph of a `model_type` of transformers is known. */
export function isKnownConfiguration(type: string): boolean {
  return entryOf(rows, type) !== undefined;
}

/** A configuration's architecture in neutral terms, and its weights by role. Throws a `MissingKeyError` where a number is missing. */
export function ofConfiguration(
  name: string,
  configuration: JsonObject,
  tensors: readonly Tensor[],
  quantisation: Quantisation | null = null,
): { readonly architecture: Architecture; readonly weights: WeightsOfConfiguration } {
  const row = rowOf(String(configuration['model_type']))!;
  const fields = new Fields(configuration, row.defaults ?? {}, table.fields);
  const hidden = fields.need('hidden');
  const count = fields.need('layers');
  if (count > mostLayers) throw new MissingKeyError('num_hidden_layers');
  const layers = Array.from({ length: count }, (_, layer) => layerOf(row, fields, layer));
  const weights = new WeightsOfConfiguration(
    {
      names: row.names ?? {},
      has: (role, part, layer) => hasRole(row, fields, role, part) && isInLayer(layers, role, layer),
      rows: {
        embedding: fields.need('vocabulary'),
        positions: positionsOf(row, fields),
        tokenTypes: fields.number('tokenTypes') ?? 0,
      },
      type: elementType(fields),
      isQuantised: quantisation !== null,
      quantised: (role) => (quantisation?.isOf(role) === true ? quantisation.type : undefined),
      expertParts: row.experts?.parts ?? table.expertParts,
    },
    tensors,
  );
  return { architecture: { ...architectureOf(row, fields, hidden), name, layers }, weights };
}

function architectureOf(row: Row, fields: Fields, hidden: number): Omit<Architecture, 'name' | 'layers'> {
  return {
    hidden,
    norm: { kind: row.norm ?? 'rms', epsilon: fields.number('epsilon') ?? 1e-5 },
    isParallel: isTrue(row.isParallel, fields),
    isPostNorm: row.isEncoder === true,
    isCausal: row.isEncoder !== true,
    embeddingScale:
      fields.number('embedding_multiplier') ?? (row.scalesEmbedding === true ? Math.sqrt(hidden) : 1),
    residualScale: fields.number('residual_multiplier') ?? 1,
    logitScale: fields.number('logit_scale') ?? 1 / (fields.number('logits_scaling') ?? 1),
    logitSoftcap: fields.number('final_logit_softcapping') ?? 0,
    hasHead: row.isEncoder !== true,
  };
}

function isTrue(condition: Condition | undefined, fields: Fields): boolean {
  return typeof condition === 'string' ? fields.holds(condition) : condition === true;
}

function hasRole(row: Row, fields: Fields, role: Role, part: 'weight' | 'bias'): boolean {
  const { when = {}, biases = {} } = row;
  const condition = when[role];
  if (condition !== undefined && !fields.holds(condition)) return false;
  if (role === 'head' && fields.holds('tie_word_embeddings')) return false;
  return part === 'weight' || isTrue(biases[role], fields);
}

const sparseRoles: ReadonlySet<Role> = new Set([
  'router',
  'routerBias',
  ...expertRoles,
  ...sharedRoles,
  'sharedRouter',
]);

function isInLayer(layers: readonly Layer[], role: Role, layer: number | undefined): boolean {
  if (layer === undefined) return true;
  const isSparse = layers[layer]!.feedForward.experts !== null;
  return isSparse ? !denseRoles.has(role) : !sparseRoles.has(role);
}

function positionsOf({ positionOffset = 0 }: Row, fields: Fields): number {
  return (fields.number('positions') ?? 0) + positionOffset;
}

function elementType(fields: Fields): DataType {
  return (entryOf(table.elementTypes, fields.text('type') ?? 'float32') ?? 'float') as DataType;
}

function layerOf(row: Row, fields: Fields, layer: number): Layer {
  const isLatent = fields.number('kv_lora_rank') !== undefined;
  return {
    attention: isLatent ? latent(fields) : heads(row, fields, layer),
    feedForward: feedForwardOf(row, fields, layer),
  };
}

function heads(row: Row, fields: Fields, layer: number): HeadsAttention {
  const count = fields.need('heads');
  const headSize = fields.number('headSize') ?? Math.floor(fields.need('hidden') / count);
  const isSingle = row.singleKeyHead?.every((condition) => fields.holds(condition)) === true;
  return {
    kind: 'heads',
    heads: count,
    kvHeads: isSingle ? 1 : row.isEncoder === true ? count : (fields.number('kvHeads') ?? count),
    headSize,
    valueHeadSize: headSize,
    window: windowOf(row, fields, layer),
    isRotary: row.isRotary !== false,
    normed: row.normed ?? 'head',
    softcap: fields.number('attn_logit_softcapping') ?? 0,
  };
}

/** `layer_types` names the kind of each layer; before there was such a field, each type had its own rule. */
function windowOf({ windows }: Row, fields: Fields, layer: number): number | null {
  const window = fields.number('window') ?? 0;
  if (window <= 0 || windows === undefined) return null;
  const kind = fields.list('layer_types')?.[layer];
  if (typeof kind === 'string') return kind === 'sliding_attention' ? window : null;
  if (windows === 'all') return window;
  if (typeof windows === 'string') {
    const isWindowed = fields.holds(windows) && layer >= (fields.number('max_window_layers') ?? 0);
    return isWindowed ? window : null;
  }
  const every = fields.number('sliding_window_pattern') ?? windows.every;
  return layer % every === Math.min(windows.full, every - 1) || every === 1 ? null : window;
}

function latent(fields: Fields): Layer['attention'] {
  return {
    kind: 'latent',
    heads: fields.need('heads'),
    rank: fields.need('kv_lora_rank'),
    plainSize: fields.need('qk_nope_head_dim'),
    rotatedSize: fields.need('qk_rope_head_dim'),
    valueHeadSize: fields.need('v_head_dim'),
    queryRank: fields.number('q_lora_rank') ?? 0,
  };
}

function feedForwardOf(row: Row, fields: Fields, layer: number): FeedForward {
  const inner = fields.number('inner') ?? (row.innerPerHidden ?? 0) * fields.need('hidden');
  const expertInner = fields.number(row.experts?.inner ?? 'moe_intermediate_size') ?? 0;
  const shared = (fields.number('n_shared_experts') ?? 0) * expertInner;
  const isSparse = row.names?.router !== undefined && isSparseLayer(fields, layer);
  return {
    activation: activationOf(fields),
    inner,
    expertInner,
    sharedInner: fields.number('shared_expert_intermediate_size') ?? shared,
    experts: isSparse ? { count: fields.need('experts'), chosen: fields.need('chosen') } : null,
  };
}

function isSparseLayer(fields: Fields, layer: number): boolean {
  const step = fields.number('decoder_sparse_step') ?? fields.number('moe_layer_freq') ?? 1;
  const dense = fields.list('mlp_only_layers') ?? [];
  return (
    layer >= (fields.number('first_k_dense_replace') ?? 0) &&
    (layer + 1) % step === 0 &&
    !dense.includes(layer)
  );
}

function activationOf(fields: Fields): Activation {
  const name = fields.text('activation') ?? 'silu';
  const known = entryOf(table.activations, name);
  if (known === undefined) throw new MissingKeyError(name);
  return known as Activation;
}
