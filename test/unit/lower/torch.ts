import { readFileSync } from 'node:fs';

interface Flops {
  readonly weights: number;
  readonly attention: number;
}

/** A small model as transformers makes it, with what torch counts (test/conformance/lower/torch_counts.py). */
export interface TorchModel {
  readonly type: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  readonly tensors: readonly (readonly [name: string, dims: readonly number[]])[];
  readonly prefill: Flops;
  readonly decode?: Flops;
  readonly gguf?: {
    readonly architecture: string;
    readonly values: Readonly<Record<string, number | boolean>>;
    readonly tensors: readonly (readonly [name: string, dims: readonly number[]])[];
  };
}

interface Table {
  readonly prefill: number;
  readonly models: Readonly<Record<string, TorchModel>>;
}

export const torch = tableIn('torch.json');

/** The same with one field of their configuration changed, without their tensors (torch_variations.py beside it). */
export const variations = tableIn('variations.json');

function tableIn(name: string): Table {
  const text = readFileSync(new URL(`../../conformance/lower/${name}`, import.meta.url), 'utf8');
  return JSON.parse(text) as Table;
}

/** Query-key pairs that a causal mask, and a window with a query's own position in it, leave of one head. */
function pairs(queries: number, past: number, window: number): number {
  let sum = 0;
  for (let i = 0; i < queries; i++) sum += Math.min(past + i + 1, window);
  return sum;
}

/** Keys that a cache of torch holds for a run: a window's lie in a ring. */
function keys(queries: number, past: number, window: number): number {
  return queries === 1 ? Math.min(past + 1, window) : past + queries;
}

/**
 * Torch writes the products of attention out for all pairs of queries and keys; those that the mask leaves are counted here.
 * @param windows of each layer; Infinity: none
 * @param ratio operations of a pair here, over torch's
 */
export function unmasked(
  flops: number,
  queries: number,
  past: number,
  windows: readonly number[],
  ratio = 1,
): number {
  const left = windows.reduce((sum, window) => sum + pairs(queries, past, window), 0);
  const all = windows.reduce((sum, window) => sum + queries * keys(queries, past, window), 0);
  return (flops * left * ratio) / all;
}

/** The window of each layer of a configuration, as transformers has it. */
export function windowsOf({ config }: TorchModel): number[] {
  const layers = Number(config['num_hidden_layers'] ?? config['n_layer']);
  const types = config['layer_types'] as readonly string[] | undefined;
  const window = Number(config['sliding_window'] ?? Infinity);
  return Array.from({ length: layers }, (_, layer) =>
    types === undefined ? window : types[layer] === 'sliding_attention' ? window : Infinity,
  );
}

/** Operations of a pair where keys and values are latent rows, over those where they are taken out of them. */
export function latentRatio({ config }: TorchModel): number {
  const number = (key: string): number => Number(config[key]);
  if (config['kv_lora_rank'] === undefined) return 1;
  const rotated = number('qk_rope_head_dim');
  const wide = 2 * number('kv_lora_rank') + rotated;
  return wide / (number('qk_nope_head_dim') + rotated + number('v_head_dim'));
}

/**
 * Operations with which transformers takes keys and values of all past positions out of their latent rows, again in each
 * run; absorbed into queries and results, these products are made for new tokens alone.
 */
export function expandedPast({ config }: TorchModel, past: number): number {
  const number = (key: string): number => Number(config[key]);
  if (config['kv_lora_rank'] === undefined) return 0;
  const columns = number('num_attention_heads') * (number('qk_nope_head_dim') + number('v_head_dim'));
  return 2 * past * number('kv_lora_rank') * columns * number('num_hidden_layers');
}
