import { elementCount } from '../graph/dataTypes';
import { multiply, symbol, type Dim } from '../graph/dim';
import type { Tensor } from '../graph/model';
import type { Entry, FrameEntry, PatchEntry, Role, RowEntry } from './architecture';
import { batch, norm, productWith, rowsOfTable, scaled, type Building } from './blocks';
import { int, ints } from './graphWriter';
import { reshape, rowsForEach } from './shapes';

const embeddedBy: Readonly<Record<Entry['kind'], (building: Building, path: string) => string>> = {
  tokens,
  patches: (building, path) => patches(building, path, building.architecture.entry as PatchEntry),
  frames: (building, path) => frames(building, path, building.architecture.entry as FrameEntry),
  rows: (building, path) => patchRows(building, path, building.architecture.entry as RowEntry),
};

/** The states [batch, positions, width] that the first layer reads, from what goes into the model. */
export function embedded(building: Building): string {
  const { entry } = building.architecture;
  const path = `${building.path}/embedding`;
  const state = embeddedBy[entry.kind](building, path);
  return norm(building, { path }, state, 'embeddingNorm');
}

function tokens(building: Building, path: string): string {
  const { writer, weights, architecture, inputs } = building;
  const { hidden, embeddingScale } = architecture;
  const ids = writer.input(`${inputs.prefix}input_ids`, 'int64', [batch, inputs.length]);
  let state = rowsOfTable(writer, path, weights.take('embedding', 'weight', [0, hidden]), ids);
  state = scaled(writer, path, state, embeddingScale);
  state = withRows(building, `${path}/positions`, state, 'positions', 'position_ids');
  return withRows(building, `${path}/types`, state, 'tokenTypes', 'token_type_ids');
}

/** States with rows of a further table added, where the model has it. */
function withRows(
  { writer, weights, architecture, inputs }: Building,
  path: string,
  state: string,
  role: Role,
  input: string,
): string {
  const table = weights.find(role, 'weight', [0, architecture.hidden]);
  if (!table) return state;
  const rows = rowsOfTable(
    writer,
    path,
    table,
    writer.input(inputs.prefix + input, 'int64', [batch, inputs.length]),
  );
  return writer.node(`${path}/Add`, 'Add', [state, rows]);
}

/** Two convolutions over time, each behind the other's activation, and learned positions (Whisper, 2.2). */
function frames(building: Building, path: string, { channels, positions }: FrameEntry): string {
  const { writer, weights, architecture } = building;
  const { hidden } = architecture;
  let state = writer.input('input_features', writer.type, [batch, channels, 2 * positions]);
  let width = channels;
  for (const [role, stride] of [
    ['firstConvolution', 1],
    ['secondConvolution', 2],
  ] as const) {
    const at = `${path}/${role}`;
    const kernel = weights.take(role, 'weight', [hidden, width, 3]);
    const bias = weights.take(role, 'bias', [hidden]);
    const attributes = [ints('kernel_shape', [3]), ints('pads', [1, 1]), ints('strides', [stride])];
    const operands = [state, writer.weight(kernel), writer.weight(bias)];
    const sum = writer.node(`${at}/Conv`, 'Conv', operands, { attributes });
    state = writer.node(`${at}/Gelu`, 'Gelu', [sum]);
    width = hidden;
  }
  const rows = writer.node(`${path}/Transpose`, 'Transpose', [state], {
    attributes: [ints('perm', [0, 2, 1])],
  });
  const table = writer.weight(weights.take('positions', 'weight', [positions, hidden]));
  return writer.node(`${path}/positions/Add`, 'Add', [rows, table]);
}

/** Tokens that stand before the patches. */
const leading: readonly Role[] = ['classToken', 'distillationToken'];

/** Patches of an image. */
export function patchesOf({ image, patch }: PatchEntry): number {
  return Math.floor(image[0] / patch[0]) * Math.floor(image[1] / patch[1]);
}

/** A convolution that moves by its own size, its result as rows, and learned tokens and positions (ViT, 3.1). */
function patches(building: Building, path: string, entry: PatchEntry): string {
  const { writer, weights, architecture } = building;
  const { hidden } = architecture;
  const { channels, image, patch } = entry;
  const pixels = writer.input('pixel_values', writer.type, [batch, channels, ...image]);
  const at = `${path}/patches`;
  const kernel = weights.take('patches', 'weight', [hidden, channels, ...patch]);
  const bias = weights.find('patches', 'bias', [hidden]);
  const operands = [pixels, ...[kernel, ...(bias ? [bias] : [])].map((tensor) => writer.weight(tensor))];
  const attributes = [ints('kernel_shape', patch), ints('strides', patch)];
  const columns = writer.node(`${at}/Conv`, 'Conv', operands, { attributes });
  const flat = reshape(building, at, columns, [0, 0, -1]);
  const rows = writer.node(`${at}/Transpose`, 'Transpose', [flat], {
    attributes: [ints('perm', [0, 2, 1])],
  });
  // In training it stands for patches that are hidden; nothing else reads it.
  const mask = weights.find('maskToken', 'weight', [1, hidden]);
  if (mask) writer.stored(mask);
  const given = leading.flatMap((role) => weights.find(role, 'weight', [1, 1, hidden]) ?? []);
  const state = given.length === 0 ? rows : behind(building, path, pixels, given, rows);
  const count = patchesOf(entry) + given.length;
  const positions = weights.find('positions', 'weight', [1, count, hidden]);
  if (!positions) return state;
  return writer.node(`${path}/positions/Add`, 'Add', [state, writer.weight(positions)]);
}

/** Rows behind learned tokens, the same ones for each image. */
function behind(
  building: Building,
  path: string,
  pixels: string,
  given: readonly Tensor[],
  rows: string,
): string {
  const at = `${path}/tokens`;
  const { writer } = building;
  const shape = rowsForEach(building, at, pixels);
  const tokens = given.map((tensor, index) =>
    writer.node(`${at}.${index}/Expand`, 'Expand', [writer.weight(tensor), shape]),
  );
  return writer.node(`${at}/Concat`, 'Concat', [...tokens, rows], { attributes: [int('axis', 1)] });
}

/** How many units an image has: windows where layers stay in them, else groups of patches that become one row of the text. */
const units = { windows: symbol('image_windows'), groups: symbol('merged_patches') } as const;

/** Patches of an image of any size. */
export function patchCount({ merged, window }: RowEntry): Dim {
  return window === null ? multiply(units.groups, merged) : multiply(units.windows, window);
}

/** Rows that an image becomes in the text: one for each group of patches. */
export function mergedCount({ merged, window }: RowEntry): Dim {
  return window === null ? units.groups : multiply(units.windows, window / merged);
}

/** Patches as rows of their numbers, each through one product: a convolution that moves by its own size. */
function patchRows(building: Building, path: string, entry: RowEntry): string {
  const { writer, weights, architecture } = building;
  const { hidden } = architecture;
  const numbers = elementCount(entry.patch);
  const rows = writer.input('pixel_values', writer.type, [batch, patchCount(entry), numbers]);
  const at = `${path}/patches`;
  const kernel = writer.weight(weights.take('patches', 'weight', [hidden, ...entry.patch]));
  return productWith(writer, at, rows, reshape(building, at, kernel, [hidden, numbers]));
}
