import { readFileSync } from 'node:fs';
import { elementCount } from '../../../server/engine/graph/dataTypes';
import type { Tensor } from '../../../server/engine/graph/model';

interface Flops {
  readonly weights: number;
  readonly attention: number;
  /** Those of attention that a causal mask hides a part of; torch counts all pairs. */
  readonly causal: number;
}

/** A small model of towers as transformers makes it, with what torch counts (test/conformance/lower/towers.py). */
export interface Towers {
  readonly config: Readonly<Record<string, unknown>>;
  readonly parameters: number;
  /** Tensors of its safetensors file. */
  readonly files: readonly (readonly [name: string, dims: readonly number[]])[];
  readonly runs: Readonly<Record<string, Flops>>;
}

export const towers = JSON.parse(
  readFileSync(new URL('../../conformance/lower/towers.json', import.meta.url), 'utf8'),
) as { readonly tokens: number; readonly models: Readonly<Record<string, Towers>> };

/** The tensors of a file, as its reader gives them. */
export function tensorsOf({ files }: Towers): readonly Tensor[] {
  return files.map(([name, dims]) => ({
    name,
    dims,
    dtype: 'float',
    data: { place: 'embedded', offset: 0, length: 4 * elementCount(dims) },
  }));
}
