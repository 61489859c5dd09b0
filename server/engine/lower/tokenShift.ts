import type { Tensor } from '../graph/model';
import type { Role } from './architecture';
import { batch, type Building, type Place } from './blocks';
import { activeState } from './caches';
import { int } from './graphWriter';
import { splitInto } from './shapes';

/** A token's row and what leads from it to the row of the token before: [batch, tokens, width] each. */
export interface Shifted {
  readonly row: string;
  readonly step: string;
}

/** A row with the difference to the one before; the last row goes out and comes in as that before the first. */
export function shifted(
  building: Building,
  { layer, path }: Place & { readonly layer: number },
  row: string,
  name: string,
): Shifted {
  const { writer, architecture } = building;
  const at = `${path}/shift`;
  const shape = [batch, 1, architecture.hidden];
  const [past, keep] = activeState(building, `${layer}.${name}`, shape);
  const attributes = [int('axis', 1)];
  const all = writer.node(`${at}/Concat`, 'Concat', [past, row], { attributes });
  const [start, end, axis] = [0, -1, 1].map((value, i) => writer.integers(`${at}/slice.${i}`, [value]));
  const before = writer.node(`${at}/Slice`, 'Slice', [all, start!, end!, axis!]);
  const most = writer.integers(`${at}/most`, [Number.MAX_SAFE_INTEGER]);
  keep(writer.node(`${at}/last/Slice`, 'Slice', [row, end!, most, axis!]));
  return { row, step: writer.node(`${at}/Sub`, 'Sub', [before, row]) };
}

/** A mixture of a row and the one before, by a weight of each channel. */
export function mixed(
  { writer, weights, architecture }: Building,
  place: Place,
  at: Shifted,
  role: Role,
): string {
  const weight = weights.take(role, 'weight', [architecture.hidden], place.layer);
  return lerp({ writer }, `${place.path}/${role}`, at, writer.weight(weight));
}

/** row + step · share. */
function lerp(
  { writer }: Pick<Building, 'writer'>,
  path: string,
  { row, step }: Shifted,
  share: string,
): string {
  return writer.node(`${path}/Add`, 'Add', [writer.node(`${path}/Mul`, 'Mul', [step, share]), row]);
}

/** What shares of mixtures that stand side by side are made of, and how many there are. */
export interface Mixtures {
  /** The tensor of all, [count, 1, width] but for further axes of 1, or one of [width] each. */
  readonly tensors: readonly Tensor[];
  readonly count: number;
  /** What is added to the shares, [batch, count, tokens, width]; '' for nothing. */
  readonly more: string;
}

/** So many mixtures of the same two rows, [batch, tokens, width] each. */
export function mixtures(
  building: Building,
  path: string,
  { row, step }: Shifted,
  { tensors, count, more }: Mixtures,
): readonly string[] {
  const { writer, architecture } = building;
  const given = tensors.map((tensor) => writer.weight(tensor));
  const all =
    given.length === 1
      ? given[0]!
      : writer.node(`${path}/Concat`, 'Concat', given, { attributes: [int('axis', 0)] });
  const dims = writer.integers(`${path}/dims`, [count, 1, architecture.hidden]);
  let share = writer.node(`${path}/Reshape`, 'Reshape', [all, dims]);
  if (more !== '') share = writer.node(`${path}/more/Add`, 'Add', [more, share]);
  const axis = writer.integers(`${path}/axis`, [1]);
  const [rows, steps] = [row, step].map((value, i) =>
    writer.node(`${path}/${i}/Unsqueeze`, 'Unsqueeze', [value, axis]),
  );
  const mixed = lerp(building, path, { row: rows!, step: steps! }, share);
  const apart = splitInto(building, path, mixed, Array<number>(count).fill(1), 1);
  return apart.map((value, i) => writer.node(`${path}/${i}/Squeeze`, 'Squeeze', [value, axis]));
}
