import { minimum } from '../graph/dim';
import type { Shape } from '../graph/model';
import { batch, positionsInAll, type Building } from './blocks';

/** Values that attentions of all layers read. */
export interface Shared {
  /** How many positions there are, where keys and values of past ones are kept. */
  readonly lengths: Lengths | null;
  /** What scores are added to by how far positions are apart: [1, heads, positions, positions]; '' for nothing. */
  readonly bias: string;
}

export interface Lengths {
  /** [batch]: of each request the number of its last position. */
  readonly last: string;
  /** Positions in all. */
  readonly total: string;
}

interface CacheSizes {
  readonly heads: number;
  readonly width: number;
  /** Positions that are kept at most; null: all. */
  readonly window: number | null;
}

/** Keys or values of the positions so far: names of the input and output. */
export function cache(
  building: Building,
  layer: number,
  part: string,
  { heads, width, window }: CacheSizes,
): [past: string, present: string] {
  const length = window === null ? positionsInAll : minimum(positionsInAll, window);
  return carried(building, `${layer}.${building.inputs.cache}${part}`, [batch, heads, length, width]);
}

/** A buffer that the graph takes and gives back: names of its input and output. */
export function carried(
  { writer, weights }: Building,
  name: string,
  shape: Shape,
): [past: string, present: string] {
  const past = writer.input(`past_key_values.${name}`, weights.cacheType, shape);
  const present = `present.${name}`;
  writer.output(present, weights.cacheType, shape);
  return [past, present];
}
