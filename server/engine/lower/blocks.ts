import { add, symbol, type Dim } from '../graph/dim';
import type { Attribute, Tensor } from '../graph/model';
import type { Architecture, NormKind, Role } from './architecture';
import { float, int, microsoft, type GraphWriter } from './graphWriter';
import type { WeightSource } from './weightSource';

/** Free sizes of a model, by the names that exporters give them. */
export const batch = symbol('batch');
export const sequence = symbol('sequence');
export const encoderSequence = symbol('encoder_sequence');
/** Positions after this run: those before it and its own. */
export const positionsInAll: Dim = add(symbol('past_sequence'), sequence);

/** What all parts of a model, or of one of its towers, are written with. */
export interface Building {
  readonly writer: GraphWriter;
  readonly weights: WeightSource;
  readonly architecture: Architecture;
  /** The beginning of its nodes' names: `/vision` of a tower, '' of a model that is one alone. */
  readonly path: string;
  readonly inputs: Inputs;
  /** Cosines and sines by which queries and keys are turned, where the operator of attention does not do so. */
  readonly rotary?: readonly [cosines: string, sines: string];
  /** Keys and values of what another part of the model made, by layer, for layers that attend to it. */
  readonly memory?: readonly (readonly [key: string, value: string])[];
}

/** What the inputs of a model that reads tokens are called, and their length. */
export interface Inputs {
  /** What names of inputs begin with: `decoder_`. */
  readonly prefix: string;
  readonly length: Dim;
  /** What stands in names of caches before key and value: `decoder.`. */
  readonly cache: string;
}

export const plainInputs: Inputs = { prefix: '', length: sequence, cache: '' };

/** A place in a model: the number of the layer, undefined outside of layers, and the beginning of its nodes' names. */
export interface Place {
  readonly layer?: number;
  readonly path: string;
}

/** A product with a weight of so many rows and columns, as files store it: [outputs, inputs]; and its bias. */
export function linear(
  building: Building,
  place: Place,
  input: string,
  role: Role,
  dims: readonly [outputs: number, inputs: number],
): string {
  const { writer, weights } = building;
  const path = `${place.path}/${partName(role)}`;
  const weight = weights.take(role, 'weight', dims, place.layer);
  const product = isTransposed(weight, dims)
    ? writer.node(`${path}/MatMul`, 'MatMul', [input, writer.weight(weight)])
    : productWith(writer, path, input, asMatrix(writer, path, weight));
  return biased(building, { ...place, path }, product, role, dims[0]);
}

/** A product with the bias of a role, where the model has one. */
export function biased(
  { writer, weights }: Pick<Building, 'writer' | 'weights'>,
  { path, layer }: Place,
  product: string,
  role: Role,
  outputs: number,
): string {
  const bias = weights.find(role, 'bias', [outputs], layer);
  return bias ? writer.node(`${path}/Add`, 'Add', [product, writer.weight(bias)]) : product;
}

/** A file may have [inputs, outputs] instead, as the Conv1D of GPT-2 does; a square matrix does not show which, and it does not matter. */
function isTransposed({ dims }: Tensor, [outputs, inputs]: readonly [number, number]): boolean {
  return dims.length === 2 && dims[0] === inputs && dims[1] === outputs && inputs !== outputs;
}

/** A product with one row may have a vector in the file. */
function asMatrix(writer: GraphWriter, path: string, weight: Tensor): string {
  const name = writer.weight(weight);
  if (weight.dims.length !== 1) return name;
  return writer.node(`${path}/Reshape`, 'Reshape', [name, writer.integers(`${path}/dims`, [1, -1])]);
}

/** input · weightᵀ. */
export function productWith(writer: GraphWriter, path: string, input: string, weight: string): string {
  const attributes = [int('transB', 1)];
  return writer.node(`${path}/FusedMatMul`, 'FusedMatMul', [input, weight], {
    domain: microsoft,
    attributes,
  });
}

const normOperators: Readonly<Record<NormKind, string>> = {
  rms: 'SimplifiedLayerNormalization',
  layer: 'LayerNormalization',
};

/** The normalised input; the input itself where the model has no such norm there. */
export function norm(
  building: Building,
  place: Place,
  input: string,
  role: Role,
  dims: readonly number[] = [building.architecture.hidden],
): string {
  const { writer, weights, architecture } = building;
  const { kind, epsilon } = architecture.norm;
  const weight = weights.find(role, 'weight', dims, place.layer);
  if (!weight) return input;
  const bias = kind === 'layer' ? weights.find(role, 'bias', dims, place.layer) : undefined;
  const inputs = [input, ...[weight, ...(bias ? [bias] : [])].map((tensor) => writer.weight(tensor))];
  const attributes = [int('axis', -1), float('epsilon', epsilon)];
  const operator = normOperators[kind];
  return writer.node(`${place.path}/${partName(role)}/${operator}`, operator, inputs, { attributes });
}

/** A value times a factor of the architecture; itself where that is 1. */
export function scaled(writer: GraphWriter, path: string, value: string, factor: number): string {
  return factor === 1
    ? value
    : writer.node(`${path}/Mul`, 'Mul', [value, writer.scalar(`${path}/factor`, factor)]);
}

/** Values capped at ±cap: cap · tanh(value ÷ cap); themselves where the cap is 0. */
export function capped(writer: GraphWriter, path: string, value: string, cap: number): string {
  if (cap === 0) return value;
  const factor = writer.scalar(`${path}/cap`, cap);
  const inner = writer.node(`${path}/Div`, 'Div', [value, factor]);
  const tanh = writer.node(`${path}/Tanh`, 'Tanh', [inner]);
  return writer.node(`${path}/Mul`, 'Mul', [tanh, factor]);
}

/** The factor of scores, where it is not one over the root of a head's width. */
export function scoreScale({ architecture: { attentionScale } }: Building): readonly Attribute[] {
  return attentionScale === null ? [] : [float('scale', attentionScale)];
}

/** Rows of a table, in the type of the activations. */
export function rowsOfTable(writer: GraphWriter, path: string, table: Tensor, rows: string): string {
  const gathered = writer.node(`${path}/Gather`, 'Gather', [writer.stored(table), rows]);
  return table.dtype === writer.type || table.dtype === undefined ? gathered : writer.castTo(gathered, path);
}

/** A role as part of a node's name: `query_down`. */
function partName(role: Role): string {
  return role.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
