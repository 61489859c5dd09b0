import type { DataType } from '../../graph/dataTypes';
import type { Shape, Tensor } from '../../graph/model';
import { productWith } from '../blocks';
import type { Fields } from '../fields';
import { float, int, ints, type GraphWriter } from '../graphWriter';
import { MissingKeyError } from '../hyperparameters';

/** What a model of diffusers is written with: its modules are named as its files name them. */
export interface Net {
  readonly writer: GraphWriter;
  readonly fields: Fields;
  /** The file's tensors by name. */
  readonly files: ReadonlyMap<string, Tensor>;
  /** Constants that several nodes read, by what they hold. */
  readonly constants: Map<string, string>;
}

/** The name of a module's nodes: `/down_blocks.0/resnets.1/conv1` of `down_blocks.0.resnets.1.conv1`. */
export function pathOf(module: string): string {
  return `/${module.replaceAll(/\.(?!\d)/g, '/')}`;
}

/** A tensor of the model as an operand: that of the file, or one of the sizes that follow from the configuration. */
export function parameter({ writer, files }: Net, name: string, dims: readonly number[]): string {
  return writer.weight(
    files.get(name) ??
      files.get(olderName(name)) ?? { name, dtype: writer.type, dims, data: { place: 'none' } },
  );
}

/** What attention's products were called in files of older versions (diffusers, `_convert_deprecated_attention_blocks`). */
const olderParts: ReadonlyMap<string, string> = new Map([
  ['to_q', 'query'],
  ['to_k', 'key'],
  ['to_v', 'value'],
  ['to_out.0', 'proj_attn'],
]);

function olderName(name: string): string {
  return name.replace(/\.(to_[qkv]|to_out\.0)(?=\.\w+$)/, (_, part: string) => `.${olderParts.get(part)}`);
}

/** Adds a node behind a module's path and returns its first output. */
export function operate(
  { writer }: Net,
  path: string,
  operator: string,
  inputs: readonly string[],
  attributes: Parameters<GraphWriter['node']>[3] = {},
): string {
  return writer.node(`${path}/${operator}`, operator, inputs, attributes);
}

/** input · weightᵀ + bias, with a weight [outputs, inputs]. */
export function linear(
  net: Net,
  module: string,
  input: string,
  dims: readonly [outputs: number, inputs: number],
  hasBias = true,
): string {
  const path = pathOf(module);
  const product = productWith(net.writer, path, input, parameter(net, `${module}.weight`, dims));
  if (!hasBias) return product;
  return operate(net, path, 'Add', [product, parameter(net, `${module}.bias`, [dims[0]])]);
}

interface Kernel {
  readonly outputs: number;
  readonly inputs: number;
  readonly size: number;
  readonly stride?: number;
  /** Zeros before and behind each axis; left out: as many as keep the size at a stride of 1. */
  readonly pads?: readonly [before: number, behind: number];
}

/** A convolution of an image with square kernels, and its bias. */
export function convolution(net: Net, module: string, input: string, kernel: Kernel): string {
  const { outputs, inputs, size, stride = 1, pads = [size >> 1, size >> 1] } = kernel;
  const weight = parameter(net, `${module}.weight`, [outputs, inputs, size, size]);
  const bias = parameter(net, `${module}.bias`, [outputs]);
  const [before, behind] = pads;
  const attributes = [
    ints('kernel_shape', [size, size]),
    ints('strides', [stride, stride]),
    ints('pads', [before, before, behind, behind]),
  ];
  return operate(net, pathOf(module), 'Conv', [input, weight, bias], { attributes });
}

interface Groups {
  readonly channels: number;
  readonly groups: number;
  readonly epsilon: number;
}

/** A norm over groups of channels and all places of an image. */
export function groupNorm(
  net: Net,
  module: string,
  input: string,
  { channels, groups, epsilon }: Groups,
): string {
  const factors = ['weight', 'bias'].map((part) => parameter(net, `${module}.${part}`, [channels]));
  const attributes = [float('epsilon', epsilon), int('num_groups', groups)];
  return operate(net, pathOf(module), 'GroupNormalization', [input, ...factors], { attributes });
}

/** A norm over rows with a factor and a bias of its own. */
export function layerNorm(net: Net, module: string, input: string, width: number): string {
  const factors = ['weight', 'bias'].map((part) => parameter(net, `${module}.${part}`, [width]));
  const attributes = [int('axis', -1), float('epsilon', 1e-5)];
  return operate(net, pathOf(module), 'LayerNormalization', [input, ...factors], { attributes });
}

/** A norm over rows without weights. */
export function plainNorm(net: Net, path: string, input: string): string {
  const attributes = [int('axis', -1), float('epsilon', 1e-6)];
  return operate(net, path, 'LayerNormalization', [input, one(net)], { attributes });
}

/** A 1 in the type of the activations, written as a constant: it is nothing that was trained. */
function one({ writer, constants }: Net): string {
  let known = constants.get('one');
  if (known === undefined) {
    const value = writer.node('/one/Constant', 'Constant', [], { attributes: [float('value_float', 1)] });
    known = writer.type === 'float' ? value : writer.castTo(value, '/one');
    constants.set('one', known);
  }
  return known;
}

/** x · sigmoid(x). */
export function silu(net: Net, path: string, input: string): string {
  return operate(net, path, 'Swish', [input]);
}

/** GELU by its exact formula, or with a hyperbolic tangent. */
export function gelu(net: Net, path: string, input: string, approximate: 'none' | 'tanh'): string {
  const attributes =
    approximate === 'none' ? [] : [{ name: 'approximate', kind: 'string', value: 'tanh' } as const];
  return operate(net, path, 'Gelu', [input], { attributes });
}

/** An image [batch, channels, height, width] as rows [batch, places, channels]. */
export function rowsOfImage(net: Net, path: string, image: string): string {
  const dims = net.writer.integers(`${path}/rows/dims`, [0, 0, -1]);
  const flat = operate(net, `${path}/rows`, 'Reshape', [image, dims]);
  return operate(net, `${path}/rows`, 'Transpose', [flat], { attributes: [ints('perm', [0, 2, 1])] });
}

/** The way back of {@link rowsOfImage}: an image of the height and width of another. */
export function imageOfRows(net: Net, path: string, rows: string, like: string): string {
  const at = `${path}/image`;
  const columns = operate(net, at, 'Transpose', [rows], { attributes: [ints('perm', [0, 2, 1])] });
  const sizes = operate(net, at, 'Shape', [like], { attributes: [int('start', 2)] });
  const leading = net.writer.integers(`${at}/leading`, [0, 0]);
  const dims = operate(net, at, 'Concat', [leading, sizes], { attributes: [int('axis', 0)] });
  return operate(net, at, 'Reshape', [columns, dims]);
}

/** An input of the model in the type of its activations, or in another. */
export function input({ writer }: Net, name: string, shape: Shape, type: DataType = writer.type): string {
  return writer.input(name, type, shape);
}

/** Gives a value out under a name. */
export function output({ writer }: Net, value: string, name: string): void {
  writer.node(`/${name}/Identity`, 'Identity', [value], { outputs: [name] });
  writer.output(name, writer.type);
}

/** Values side by side along an axis. */
export function concat(net: Net, path: string, values: readonly string[], axis: number): string {
  return operate(net, path, 'Concat', values, { attributes: [int('axis', axis)] });
}

/** Equal parts of a value along its last axis. */
export function chunks(net: Net, path: string, value: string, count: number): readonly string[] {
  const outputs = Array.from({ length: count }, (_, i) => `${path}/Split_output_${i}`);
  net.writer.node(`${path}/Split`, 'Split', [value], {
    outputs,
    attributes: [int('axis', -1), int('num_outputs', count)],
  });
  return outputs;
}

/** Entries of a list at most: a model has as many blocks. */
const longest = 32;

/** No size of a block is larger, and no block has more layers. */
const largestSize = 2 ** 20;
const mostLayersOfBlock = 100;

/** A size of each of so many blocks, from a list or one number for all. Throws a `MissingKeyError` for anything else. */
export function sizesOf(
  fields: Fields,
  name: string,
  count: number,
  largest = largestSize,
): readonly number[] {
  const list = fields.list(name) ?? Array<unknown>(count).fill(fields.value(name));
  const isSize = (value: unknown): value is number =>
    Number.isInteger(value) && (value as number) > 0 && (value as number) <= largest;
  if (list.length === count && list.every(isSize)) return list;
  throw new MissingKeyError(name);
}

/** As {@link sizesOf}: numbers of layers. */
export function depthsOf(fields: Fields, name: string, count: number): readonly number[] {
  return sizesOf(fields, name, count, mostLayersOfBlock);
}

/** The names of a model's blocks. Throws a `MissingKeyError` where they are not among those that are known. */
export function blocksOf(fields: Fields, name: string, known: ReadonlySet<string>): readonly string[] {
  const list = fields.list(name) ?? [];
  const isKnown = (value: unknown): value is string => typeof value === 'string' && known.has(value);
  if (list.length > 0 && list.length <= longest && list.every(isKnown)) return list;
  throw new MissingKeyError(name);
}

/** Throws a `MissingKeyError` where a field states something else than what is known here; null where it may be left out. */
export function allowOnly(fields: Fields, allowed: Readonly<Record<string, readonly unknown[]>>): void {
  for (const [name, values] of Object.entries(allowed)) {
    if (!values.includes(fields.value(name) ?? null)) throw new MissingKeyError(name);
  }
}

/** Layers at most, of one list of blocks. */
const mostLayers = 500;

/** A number of layers. Throws a `MissingKeyError` where it is none, or more than any model has. */
export function layersOf(fields: Fields, name: string): number {
  const count = fields.size(name);
  if (count === undefined || count > mostLayers) throw new MissingKeyError(name);
  return count;
}
