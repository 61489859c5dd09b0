import type { Building } from './blocks';
import { int, ints } from './graphWriter';

/** A value with other dimensions: 0 keeps one, -1 takes what is left. */
export function reshape({ writer }: Building, path: string, value: string, dims: readonly number[]): string {
  return writer.node(`${path}/Reshape`, 'Reshape', [value, writer.integers(`${path}/dims`, dims)]);
}

/** [batch, sequence, heads · size] as [batch, heads, sequence, size]. */
export function byHeads(
  building: Building,
  path: string,
  value: string,
  dims: readonly [number, number],
): string {
  const apart = reshape(building, `${path}/heads`, value, [0, 0, ...dims]);
  return building.writer.node(`${path}/Transpose`, 'Transpose', [apart], {
    attributes: [ints('perm', [0, 2, 1, 3])],
  });
}

/** The way back of {@link byHeads}. */
export function joinHeads(building: Building, path: string, value: string, width = -1): string {
  const rows = building.writer.node(`${path}/back/Transpose`, 'Transpose', [value], {
    attributes: [ints('perm', [0, 2, 1, 3])],
  });
  return reshape(building, `${path}/back`, rows, [0, 0, width]);
}

/** Two parts of an axis, the last one unless another is named. */
export function splitInTwo(
  { writer }: Building,
  path: string,
  value: string,
  sizes: readonly [number, number],
  axis = -1,
): [string, string] {
  const outputs: [string, string] = [`${path}/Split_output_0`, `${path}/Split_output_1`];
  writer.node(`${path}/Split`, 'Split', [value, writer.integers(`${path}/sizes`, sizes)], {
    outputs,
    attributes: [int('axis', axis)],
  });
  return outputs;
}
