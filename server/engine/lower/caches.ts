import { minimum } from '../graph/dim';
import type { DataType } from '../graph/dataTypes';
import type { Shape } from '../graph/model';
import type { Role } from './architecture';
import { batch, positionsInAll, type Building } from './blocks';

/** Values that attentions of all layers read. */
export interface Shared {
  /** How many positions there are, where keys and values of past ones are kept. */
  readonly lengths: Lengths | null;
  /** What scores are added to by how far positions are apart: [1, heads, positions, positions]; '' for nothing. */
  readonly bias: string;
  /** What an earlier layer made for the ones behind it, by its role. */
  readonly kept: Map<Role, string>;
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
  const shape = [batch, heads, length, width];
  return carried(building, `${layer}.${building.inputs.cache}${part}`, shape, building.weights.cacheType);
}

/** A state of a recurrence: names of its input and output. */
export function state(building: Building, name: string, shape: Shape): [past: string, present: string] {
  return carried(building, name, shape, building.weights.stateType);
}

/**
 * A state that operators read and give in the type of the activations.
 * @returns what they read, and what takes what they give
 */
export function activeState(
  building: Building,
  name: string,
  shape: Shape,
): [past: string, keep: (present: string) => void] {
  const { writer, weights } = building;
  const [past, present] = state(building, name, shape);
  const [to, back] = [writer.type, weights.stateType];
  const cast = (value: string, type: DataType): string =>
    to === back ? value : writer.cast(value, `/states/${name}/${type}`, type);
  return [
    cast(past, to),
    (value) => {
      writer.node(`/states/${name}/Identity`, 'Identity', [cast(value, back)], { outputs: [present] });
    },
  ];
}

/** A buffer that the graph takes and gives back: names of its input and output. */
function carried(
  { writer }: Building,
  name: string,
  shape: Shape,
  type: DataType,
): [past: string, present: string] {
  const past = writer.input(`past_key_values.${name}`, type, shape);
  const present = `present.${name}`;
  writer.output(present, type, shape);
  return [past, present];
}
