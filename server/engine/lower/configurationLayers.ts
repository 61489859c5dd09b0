import { entryOf } from '../../../outside/table';
import type {
  Activation,
  FeedForward,
  HeadsAttention,
  Layer,
  Role,
  StateSpace,
  TimeMix,
} from './architecture';
import { denseRoles, expertRoles, sharedRoles } from './architecture';
import table from './configuration.json';
import type { Row } from './configurationRow';
import type { Fields } from './fields';
import { MissingKeyError } from './hyperparameters';

const sparseRoles: ReadonlySet<Role> = new Set([
  'router',
  'routerBias',
  ...expertRoles,
  ...sharedRoles,
  'sharedRouter',
]);

/** Whether a layer is of the kind that has a role. */
export function isInLayer(layers: readonly Layer[], role: Role, layer: number | undefined): boolean {
  if (layer === undefined) return true;
  const isSparse = layers[layer]!.feedForward.experts !== null;
  return isSparse ? !denseRoles.has(role) : !sparseRoles.has(role);
}

/** The layer of a number, in neutral terms. */
export function layerOf(row: Row, fields: Fields, layer: number): Layer {
  return {
    attention: attentionOf(row, fields, layer),
    feedForward: feedForwardOf(row, fields, layer),
  };
}

function attentionOf(row: Row, fields: Fields, layer: number): Layer['attention'] {
  if (row.recurrence === 'scan') return stateSpace(row, fields);
  if (row.recurrence === 'mean') return timeMix(fields);
  return fields.number('kv_lora_rank') === undefined ? heads(row, fields, layer) : latent(fields);
}

function stateSpace(row: Row, fields: Fields): StateSpace {
  const hidden = fields.need('hidden');
  const inner = Math.floor(fields.need('expand') * hidden);
  const isStepped = Boolean(row.names?.scanSteps);
  const rank = fields.size('time_step_rank') ?? Math.ceil(hidden / 16);
  return {
    kind: 'state-space',
    inner,
    heads: isStepped ? inner : fields.need('num_heads'),
    stateSize: fields.need('state_size'),
    kernel: fields.need('conv_kernel'),
    rank: isStepped ? rank : 0,
    groups: isStepped ? 1 : fields.need('n_groups'),
    isNormed: row.normsScan === true,
  };
}

function timeMix(fields: Fields): TimeMix {
  const heads = fields.size('attention_hidden_size') ?? fields.need('hidden');
  return { kind: 'time-mix', rule: 'mean', heads, headSize: 1 };
}

function heads(row: Row, fields: Fields, layer: number): HeadsAttention {
  const count = fields.need('heads');
  const headSize = fields.size('headSize') ?? Math.floor(fields.need('hidden') / count);
  const isSingle = row.singleKeyHead?.every((condition) => fields.holds(condition)) === true;
  return {
    kind: 'heads',
    heads: count,
    kvHeads: isSingle ? 1 : row.isEncoder === true ? count : (fields.size('kvHeads') ?? count),
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
  if (typeof windows === 'object' && 'pixels' in windows) {
    const isWhole = fields.list(windows.exceptions)?.includes(layer) === true;
    return isWhole ? null : patchesOfWindow(fields, windows.pixels);
  }
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

/**
 * Patches of a window that is so many pixels wide and high, of whole units that become one row of the text.
 * Source: transformers, `get_vision_window_index`.
 */
export function patchesOfWindow(fields: Fields, pixels: string): number {
  const merged = fields.need('spatial_merge_size');
  const side = Math.floor(fields.need(pixels) / fields.need('patch') / merged) * merged;
  if (side === 0) throw new MissingKeyError(pixels);
  return side ** 2;
}

function latent(fields: Fields): Layer['attention'] {
  return {
    kind: 'latent',
    heads: fields.need('heads'),
    rank: fields.need('kv_lora_rank'),
    plainSize: fields.need('qk_nope_head_dim'),
    rotatedSize: fields.need('qk_rope_head_dim'),
    valueHeadSize: fields.need('v_head_dim'),
    queryRank: fields.size('q_lora_rank') ?? 0,
  };
}

function feedForwardOf(row: Row, fields: Fields, layer: number): FeedForward {
  const { innerPerHidden: ratio = 0 } = row;
  const times = typeof ratio === 'string' ? (fields.number(ratio) ?? 0) : ratio;
  const plain = Math.floor(times * fields.need('hidden'));
  const gated = Math.ceil(Math.floor((plain * 2) / 3) / 8) * 8;
  const inner = fields.size('inner') ?? (row.isGatedInner === true ? gated : plain);
  const expertInner = fields.size(row.experts?.inner ?? 'moe_intermediate_size') ?? 0;
  const shared = (fields.size('n_shared_experts') ?? 0) * expertInner;
  const isSparse = row.names?.router !== undefined && isSparseLayer(fields, layer);
  return {
    activation: row.activation ?? activationOf(fields),
    inner,
    expertInner,
    sharedInner: fields.size('shared_expert_intermediate_size') ?? shared,
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
