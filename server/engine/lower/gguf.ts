import { entryOf } from '../../../outside/table';
import type { Tensor } from '../graph/model';
import type {
  Activation,
  Architecture,
  Experts,
  HeadsAttention,
  Layer,
  NormKind,
  StateSpace,
  TimeMix,
} from './architecture';
import table from './gguf.json';
import { MissingKeyError, type Hyperparameters } from './hyperparameters';
import { activationTypeOf, WeightsOfFile, type TensorNames } from './weightsOfFile';

/** What differs from one architecture to the next beside the numbers that files state. */
interface Row {
  readonly activation?: Activation;
  /** Without it the key of the norm's epsilon tells. */
  readonly norm?: NormKind;
  readonly normed?: HeadsAttention['normed'];
  readonly isParallel?: boolean | 'by-key' | 'without-second-norm';
  readonly isEncoder?: boolean;
  readonly isRotary?: boolean;
  /** What layers have instead of attention: a selective scan, or a mixture with the token before and one of its rules. */
  readonly recurrence?: 'scan' | TimeMix['rule'];
  /** Embeddings are multiplied by the root of their width. */
  readonly scalesEmbedding?: boolean;
  /** Caps of attention scores and of logits where files do not state them. */
  readonly softcaps?: readonly [attention: number, logits: number];
  /** `ffn_up` holds gate and up. */
  readonly fusedGate?: boolean;
  /** Of so many layers in a row the one at this place sees all positions, the others a window; -1: none does. */
  readonly windowed?: { readonly every: number; readonly full: number };
  readonly names?: TensorNames;
}

const rows = table.architectures as unknown as Readonly<Record<string, Row | undefined>>;

/** Whether the graph of an architecture of GGUF files is known. */
export function isKnownToGguf(architecture: string): boolean {
  return entryOf(rows, architecture) !== undefined;
}

/** A file's architecture in neutral terms, and its weights by role. Throws a `MissingKeyError` where a number is missing. */
export function ofGguf(
  name: string,
  values: Hyperparameters,
  tensors: readonly Tensor[],
): { readonly architecture: Architecture; readonly weights: WeightsOfFile } {
  const row = entryOf(rows, values.prefix)!;
  const weights = new WeightsOfFile(tensors, namesOf(row), activationTypeOf(tensors), 'float16');
  const hidden = values.need('embedding_length');
  const count = values.need('block_count') - (values.number('nextn_predict_layers') ?? 0);
  const layers: Layer[] = [];
  // Each layer has tensors of its own, so that a file cannot claim more than it has.
  for (let layer = 0; layer < Math.min(count, tensors.length); layer++)
    layers.push(layerOf(row, values, weights, layer));
  const rms = values.number('attention.layer_norm_rms_epsilon');
  const epsilon = rms ?? values.number('attention.layer_norm_epsilon') ?? 1e-5;
  const architecture: Architecture = {
    name,
    entry: { kind: 'tokens' },
    hidden,
    norm: { kind: row.norm ?? (rms === undefined ? 'layer' : 'rms'), epsilon },
    layers,
    predictors: [],
    isParallel: isParallel(row, values, weights),
    isPostNorm: row.isEncoder === true,
    isCausal: row.isEncoder !== true,
    hasCache: row.isEncoder !== true && row.recurrence === undefined,
    embeddingScale: values.number('embedding_scale') ?? (row.scalesEmbedding ? Math.sqrt(hidden) : 1),
    residualScale: values.number('residual_scale') ?? 1,
    logitScale: values.number('logit_scale') ?? 1,
    logitSoftcap: values.number('final_logit_softcapping') ?? row.softcaps?.[1] ?? 0,
    exit: row.isEncoder === true ? 'states' : 'logits',
    pool: 'none',
    attentionScale: null,
    distance: 0,
  };
  return { architecture, weights };
}

function namesOf({ names, fusedGate }: Row): TensorNames {
  const own = fusedGate === true ? { gateUp: table.names.up, up: null, gate: null } : {};
  return { ...table.names, ...own, ...names };
}

function isParallel({ isParallel: said }: Row, values: Hyperparameters, weights: WeightsOfFile): boolean {
  if (said === 'by-key') return values.flag('use_parallel_residual');
  if (said === 'without-second-norm') return !weights.has('feedForwardNorm', 0);
  return said === true;
}

function layerOf(row: Row, values: Hyperparameters, weights: WeightsOfFile, layer: number): Layer {
  const isSparse = weights.has('router', layer);
  const experts: Experts = isSparse
    ? { count: values.need('expert_count'), chosen: values.need('expert_used_count') }
    : { count: 0, chosen: 0 };
  const dense = values.number('feed_forward_length', layer) ?? 0;
  return {
    attention: attentionOf(row, values, weights, layer),
    feedForward: {
      activation: row.activation ?? 'silu',
      inner: dense,
      expertInner: values.number('expert_feed_forward_length') ?? dense,
      sharedInner: values.number('expert_shared_feed_forward_length') ?? dense,
      experts: isSparse ? experts : null,
    },
  };
}

function attentionOf(
  row: Row,
  values: Hyperparameters,
  weights: WeightsOfFile,
  layer: number,
): Layer['attention'] {
  const { recurrence } = row;
  if (recurrence === 'scan') return scan(values, weights.has('scanSteps', layer));
  if (recurrence !== undefined) return timeMix(values, recurrence);
  return values.number('attention.kv_lora_rank') === undefined ? heads(row, values, layer) : latent(values);
}

/** The rank of steps is the number of heads where steps come out of the first product. */
function scan(values: Hyperparameters, isStepped: boolean): StateSpace {
  const inner = values.need('ssm.inner_size');
  const rank = values.need('ssm.time_step_rank');
  return {
    kind: 'state-space',
    inner,
    heads: isStepped ? inner : rank,
    stateSize: values.need('ssm.state_size'),
    kernel: values.need('ssm.conv_kernel'),
    rank: isStepped ? rank : 0,
    groups: isStepped ? 1 : values.need('ssm.group_count'),
    isNormed: values.flag('ssm.dt_b_c_rms'),
  };
}

function timeMix(values: Hyperparameters, rule: TimeMix['rule']): TimeMix {
  const headSize = values.need('wkv.head_size');
  const heads = values.need('embedding_length') / headSize;
  if (!Number.isInteger(heads)) throw new MissingKeyError(`${values.prefix}.wkv.head_size`);
  return { kind: 'time-mix', rule, heads, headSize };
}

function heads(row: Row, values: Hyperparameters, layer: number): HeadsAttention {
  const count = values.need('attention.head_count', layer);
  const headSize = values.number('attention.key_length') ?? values.need('embedding_length') / count;
  const { every, full } = row.windowed ?? { every: 1, full: 0 };
  const window = values.number('attention.sliding_window') ?? 0;
  const pattern = values.number('attention.sliding_window_pattern', layer);
  const isWindowed = pattern === undefined ? layer % every !== full : pattern !== 0;
  return {
    kind: 'heads',
    heads: count,
    kvHeads: values.number('attention.head_count_kv', layer) ?? count,
    headSize,
    valueHeadSize: values.number('attention.value_length') ?? headSize,
    window: window > 0 && isWindowed ? window : null,
    isRotary: row.isRotary !== false,
    normed: row.normed ?? 'head',
    softcap: values.number('attn_logit_softcapping') ?? row.softcaps?.[0] ?? 0,
  };
}

/** Before llama.cpp stored latent rows, `key_length` was that of a head; since then heads have keys of their own. */
function latent(values: Hyperparameters): Layer['attention'] {
  const rotatedSize = values.need('rope.dimension_count');
  const keySize = values.number('attention.key_length_mla') ?? values.need('attention.key_length');
  return {
    kind: 'latent',
    heads: values.need('attention.head_count'),
    rank: values.need('attention.kv_lora_rank'),
    plainSize: keySize - rotatedSize,
    rotatedSize,
    valueHeadSize: values.number('attention.value_length_mla') ?? values.need('attention.value_length'),
    queryRank: values.number('attention.q_lora_rank') ?? 0,
  };
}
