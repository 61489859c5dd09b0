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

/** Parts of an axis, the last one unless another is named. */
export function splitInto<const Sizes extends readonly number[]>(
  { writer }: Building,
  path: string,
  value: string,
  sizes: Sizes,
  axis = -1,
): { readonly [Part in keyof Sizes]: string } {
  const outputs = sizes.map((_, i) => `${path}/Split_output_${i}`);
  writer.node(`${path}/Split`, 'Split', [value, writer.integers(`${path}/sizes`, sizes)], {
    outputs,
    attributes: [int('axis', axis)],
  });
  return outputs as { readonly [Part in keyof Sizes]: string };
}

/** Sizes of rows that are the same for each item of a batch: as many as `items` has. */
export function rowsForEach({ writer, architecture }: Building, path: string, items: string): string {
  const count = writer.node(`${path}/Shape`, 'Shape', [items], {
    attributes: [int('start', 0), int('end', 1)],
  });
  const row = writer.integers(`${path}/row`, [1, architecture.hidden]);
  return writer.node(`${path}/shape/Concat`, 'Concat', [count, row], { attributes: [int('axis', 0)] });
}
