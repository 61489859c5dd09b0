import type { HeadsAttention } from './architecture';
import { linear, scoreScale, type Building, type Place } from './blocks';
import { int, microsoft } from './graphWriter';
import { byHeads } from './shapes';

/** Attention to what another part of the model made: its keys and values are the same in each run. */
export function crossAttention(
  building: Building,
  place: Place & { readonly layer: number },
  input: string,
  [key, value]: readonly [key: string, value: string],
): string {
  const { architecture, writer } = building;
  const { hidden, layers } = architecture;
  const { heads, headSize, valueHeadSize } = layers[place.layer]!.attention as HeadsAttention;
  const query = linear(building, place, input, 'crossQuery', [heads * headSize, hidden]);
  const path = `${place.path}/MultiHeadAttention`;
  const attended = writer.node(path, 'MultiHeadAttention', [query, key, value], {
    domain: microsoft,
    attributes: [int('num_heads', heads), ...scoreScale(building)],
  });
  return linear(building, place, attended, 'crossOutput', [hidden, heads * valueHeadSize]);
}

/** Keys and values [batch, heads, positions, width] that a layer's cross attention reads, of states of another part. */
export function crossKeys(
  building: Building,
  place: Place & { readonly layer: number },
  states: string,
  width: number,
): readonly [key: string, value: string] {
  const { heads, headSize, valueHeadSize } = building.architecture.layers[place.layer]!
    .attention as HeadsAttention;
  const made = (role: 'crossKey' | 'crossValue', size: number): string => {
    const rows = linear(building, place, states, role, [heads * size, width]);
    return byHeads(building, `${place.path}/${role}`, rows, [heads, size]);
  };
  return [made('crossKey', headSize), made('crossValue', valueHeadSize)];
}
