import { readFileSync } from 'node:fs';
import { elementCount } from '../../../server/engine/graph/dataTypes';
import type { Tensor } from '../../../server/engine/graph/model';
import rwkvTable from '../../conformance/lower/rwkv.json';
import type { TorchModel } from './torch';

interface Flops {
  readonly weights: number;
  readonly attention: number;
  /** Those of attention that a causal mask hides a part of; torch counts all pairs. */
  readonly causal: number;
  /** Those of convolutions, among the ones with weights. */
  readonly convolution: number;
}

/** A small model of towers as transformers makes it, with what torch counts (test/conformance/lower/towers.py). */
export interface Towers {
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  /** Tensors of its safetensors file. */
  readonly files: readonly (readonly [name: string, dims: readonly number[]])[];
  readonly runs: Readonly<Record<string, Flops>>;
  readonly gguf?: TorchModel['gguf'];
}

/** What a model with a state is, in a file of transformers or of ggml alone. */
export type Recurrent = Pick<Towers, 'runs' | 'gguf'> & Partial<Pick<Towers, 'config'>>;

/** Small models of RWKV, which transformers does not have (test/conformance/lower/rwkv.py). */
export const rwkv = rwkvTable.models as unknown as Readonly<Record<string, Recurrent>>;

export const towers = JSON.parse(
  readFileSync(new URL('../../conformance/lower/towers.json', import.meta.url), 'utf8'),
) as { readonly tokens: number; readonly models: Readonly<Record<string, Towers>> };

/** The tensors of a file, as its reader gives them. */
export function tensorsOf({ files }: Pick<Towers, 'files'>): readonly Tensor[] {
  return files.map(([name, dims]) => ({
    name,
    dims,
    dtype: 'float',
    data: { place: 'embedded', offset: 0, length: 4 * elementCount(dims) },
  }));
}

/**
 * What torch computes of a convolution over tokens and then leaves out: kernel - 1 positions behind a prompt, one beside a
 * new token. 0 for models without one.
 */
export function convolvedInVain({ config = {} }: Recurrent, run: string, convolution: number): number {
  const kernel = Number(config['conv_kernel'] ?? 1);
  const given = run === 'decode' ? 1 : towers.tokens;
  const computed = run === 'decode' ? Math.min(kernel, 2) : given + kernel - 1;
  return convolution * (1 - given / computed);
}

/**
 * Operations of attention as it is counted here: of pairs a causal mask leaves half, and those of tokens with themselves,
 * where torch counts all. Torch computes the scan of Mamba 2 in chunks; token by token it is as many as in a decode step.
 */
export function attentionOf({ config = {}, runs }: Recurrent, run: string): number {
  const { tokens } = towers;
  const { attention, causal } = runs[run]!;
  if (config['model_type'] === 'mamba2') return runs['decode']!.attention * (run === 'decode' ? 1 : tokens);
  const left = run === 'decode' ? 1 : (tokens + 1) / (2 * tokens);
  return Math.round(attention - causal * (1 - left));
}
