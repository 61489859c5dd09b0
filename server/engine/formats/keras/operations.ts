import { entryOf } from '../../../../outside/table';
import type { DataType } from '../../graph/dataTypes';
import { add, ceilDivide, floorDivide, multiply, subtract, sum, type Dim } from '../../graph/dim';
import { kerasOperationDomain } from '../../graph/domains';
import type { Shape } from '../../graph/model';
import { appendAll } from '../../lists';
import { objectOf } from '../../lower/fields';
import { member, textOf } from '../json';
import { axisOf, broadcast, matmul, replaced, viewed } from '../shapes';
import type { Call } from './call';
import { typeOf } from './given';
import { pooling } from './layers/windows';
import table from './operations.json';
import type { Value } from './writer';

/** Shapes of the results of an operation; undefined for one that is not known. */
type ShapesOf = (call: Call) => readonly (Shape | undefined)[];

const one =
  (shapeOf: (call: Call, shape: Shape) => Shape | undefined): ShapesOf =>
  (call) => [call.shape && shapeOf(call, call.shape)];

function reduced(call: Call, shape: Shape): Shape {
  const list = call.list('axis') ?? call.list('axes');
  const single = call.int('axis') ?? call.int('axes');
  const axes = list ?? (single === undefined ? shape.map((_, axis) => axis) : [single]);
  const gone = new Set(axes.map((axis) => axisOf(axis, shape.length)));
  const isKept = call.is('keepdims');
  return isKept
    ? shape.map((dim, axis) => (gone.has(axis) ? 1 : dim))
    : shape.filter((_, axis) => !gone.has(axis));
}

function inserted(call: Call, shape: Shape): Shape {
  const axes = call.list('axis', 1) ?? [call.int('axis', 1) ?? 0];
  const rank = shape.length + axes.length;
  const new_ = new Set(axes.map((axis) => axisOf(axis, rank)));
  const rest = [...shape];
  return Array.from({ length: rank }, (_, axis) => (new_.has(axis) ? 1 : (rest.shift() ?? 1)));
}

function squeezed(call: Call, shape: Shape): Shape {
  const single = call.int('axis');
  const axes = call.list('axis') ?? (single === undefined ? undefined : [single]);
  const gone = new Set(axes?.map((axis) => axisOf(axis, shape.length)));
  return shape.filter((dim, axis) => (axes ? !gone.has(axis) : dim !== 1));
}

function ordered(call: Call, shape: Shape): Shape | undefined {
  const axes = call.list('axes', 1) ?? shape.map((_, axis) => shape.length - 1 - axis);
  const dims = axes.map((axis) => shape[axisOf(axis, shape.length) ?? -1]);
  return dims.every((dim) => dim !== undefined) ? dims : undefined;
}

function swapped(call: Call, shape: Shape): Shape | undefined {
  const [a, b] = ['axis1', 'axis2'].map((name, i) => axisOf(call.int(name, i + 1), shape.length));
  if (a === undefined || b === undefined) return undefined;
  return replaced(replaced(shape, a, shape[b]!), b, shape[a]!);
}

function moved(call: Call, shape: Shape): Shape | undefined {
  const [from, to] = ['source', 'destination'].map((name, i) =>
    axisOf(call.single(name) ?? call.int(name, i + 1), shape.length),
  );
  if (from === undefined || to === undefined) return undefined;
  const rest = shape.filter((_, axis) => axis !== from);
  return [...rest.slice(0, to), shape[from]!, ...rest.slice(to)];
}

function joined(call: Call): Shape | undefined {
  const shapes = call.inputs.map(({ shape }) => shape);
  const [first] = shapes;
  const axis =
    first && axisOf(call.int('axis', 1) ?? (call.className === 'Concatenate' ? -1 : 0), first.length);
  const dims = shapes.map((shape) => (axis === undefined ? undefined : shape?.[axis]));
  return axis !== undefined && dims.every((dim) => dim !== undefined)
    ? replaced(first!, axis, sum(dims))
    : undefined;
}

function stacked(call: Call, shape: Shape): Shape | undefined {
  const axis = axisOf(call.int('axis', 1) ?? 0, shape.length + 1);
  return axis === undefined ? undefined : [...shape.slice(0, axis), call.inputs.length, ...shape.slice(axis)];
}

/** Most parts that a tensor is split into; hostile files ask for any number. */
const mostParts = 4096;

const split: ShapesOf = (call) => {
  const { shape } = call;
  const axis = shape && axisOf(call.int('axis', 2) ?? 0, shape.length);
  const places = call.list('indices_or_sections', 1);
  const count = call.int('indices_or_sections', 1) ?? (places ? places.length + 1 : 1);
  if (axis === undefined || count < 1 || count > mostParts) return [undefined];
  const whole = shape![axis]!;
  if (!places) return new Array<Shape>(count).fill(replaced(shape!, axis, floorDivide(whole, count)));
  return [...places, whole].map((end, i) =>
    replaced(shape!, axis, subtract(end, i === 0 ? 0 : places[i - 1]!)),
  );
};

function padded(call: Call, shape: Shape): Shape | undefined {
  const list = call.list('pad_width', 1) ?? [call.int('pad_width', 1) ?? NaN];
  const all = list.length === 2 * shape.length ? list : shape.flatMap(() => [list[0]!, list.at(-1)!]);
  return all.some(Number.isNaN) ? undefined : shape.map((dim, i) => add(dim, all[2 * i]! + all[2 * i + 1]!));
}

function tiled(call: Call, shape: Shape): Shape | undefined {
  const list = call.list('repeats', 1) ?? [call.int('repeats', 1) ?? NaN];
  if (list.some(Number.isNaN)) return undefined;
  const rank = Math.max(shape.length, list.length);
  const [dims, times] = [shape, list].map((of) => [...new Array<Dim>(rank - of.length).fill(1), ...of]);
  return dims!.map((dim, i) => multiply(dim, times![i]!));
}

function repeated(call: Call, shape: Shape): Shape | undefined {
  const axis = axisOf(call.int('axis', 2), shape.length);
  const times = call.single('repeats') ?? call.int('repeats', 1);
  return axis === undefined || times === undefined
    ? undefined
    : replaced(shape, axis, multiply(shape[axis]!, times));
}

/** Rows of a table by their numbers, which stand in the call or are a tensor of their own. */
function taken(call: Call, shape: Shape): Shape | undefined {
  const stated = call.list('indices', 1);
  const single = call.int('indices', 1);
  const indices: Shape | undefined = stated
    ? [stated.length]
    : single === undefined
      ? call.inputs[1]?.shape
      : [];
  const axis = axisOf(call.int('axis', 2) ?? 0, shape.length);
  return indices && axis !== undefined
    ? [...shape.slice(0, axis), ...indices, ...shape.slice(axis + 1)]
    : undefined;
}

/** Items that a slice takes of an axis. */
function sliced(dim: Dim, config: Readonly<Record<string, unknown>>): Dim | undefined {
  const [start, stop, step] = ['start', 'stop', 'step'].map((name) => entryOf(config, name) ?? null);
  const by = step === null ? 1 : step;
  if (typeof by !== 'number' || !Number.isSafeInteger(by) || by === 0) return undefined;
  if (start === null && stop === null) return ceilDivide(dim, Math.abs(by));
  const place = (at: unknown, otherwise: Dim): Dim | undefined => {
    if (at === null) return otherwise;
    if (!Number.isSafeInteger(at)) return undefined;
    const index = at as number;
    if (typeof dim === 'number') return Math.min(Math.max(index < 0 ? index + dim : index, 0), dim);
    return index < 0 ? add(dim, index) : index;
  };
  const [from, to] =
    by > 0 ? [place(start, 0), place(stop, dim)] : [place(stop, -1), place(start, add(dim, -1))];
  if (from === undefined || to === undefined) return undefined;
  const length = subtract(to, from);
  const count = ceilDivide(length, Math.abs(by));
  return typeof count === 'number' ? Math.max(count, 0) : count;
}

/** What remains of the axes behind places, slices, new axes and `...`. */
function itemsOf(call: Call, shape: Shape): Shape | undefined {
  const key = call.given.plain.get('arg1') ?? call.given.plain.get('key');
  if (key === undefined) return undefined;
  const items: readonly unknown[] = Array.isArray(key) ? key : [key];
  const taking = items.filter((item) => item !== null && !isEllipsis(item)).length;
  const between = Math.max(shape.length - taking, 0);
  const result: Dim[] = [];
  let axis = 0;
  for (const item of items) {
    if (item === null) result.push(1);
    else if (isEllipsis(item)) {
      appendAll(result, shape.slice(axis, axis + between));
      axis += between;
    } else if (Number.isSafeInteger(item)) axis++;
    else {
      const config =
        textOf(objectOf(item), 'class_name') === '__slice__' ? member(objectOf(item), 'config') : undefined;
      const dim = shape[axis++];
      const count = config && dim !== undefined ? sliced(dim, config) : undefined;
      if (count === undefined) return undefined;
      result.push(count);
    }
  }
  return [...result, ...shape.slice(axis)];
}

const isEllipsis = (item: unknown): boolean => textOf(objectOf(item), 'class_name') === '__ellipsis__';

/** Sizes of the letters behind the arrow. */
function einsum(call: Call): Shape | undefined {
  const [left = '', right] = call.text('subscripts').replaceAll(' ', '').split('->');
  const sizes = new Map<string, Dim>();
  for (const [i, letters] of left.split(',').entries()) {
    const shape = call.inputs[i]?.shape;
    if (shape?.length !== letters.length) return undefined;
    for (const [axis, letter] of [...letters].entries()) sizes.set(letter, shape[axis]!);
  }
  const dims = right === undefined ? [undefined] : [...right].map((letter) => sizes.get(letter));
  return dims.every((dim) => dim !== undefined) ? dims : undefined;
}

/** Sizes that are stated; those below 0 or left out stay. */
function broadcastTo(call: Call, shape: Shape): Shape | undefined {
  const wanted = call.list('shape', 1);
  return wanted?.map((dim, i) => (dim < 0 ? (shape.at(i - wanted.length) ?? 1) : dim));
}

function resized(call: Call, shape: Shape): Shape | undefined {
  const [height, width] = call.list('size', 1) ?? [];
  const rank = shape.length;
  if (height === undefined || width === undefined || rank < 3) return undefined;
  const at = call.text('data_format') === 'channels_first' ? rank - 2 : rank - 3;
  return replaced(replaced(shape, at, height), at + 1, width);
}

function classes(call: Call, shape: Shape): Shape | undefined {
  const count = call.int('num_classes', 1);
  const axis = axisOf(call.int('axis') ?? -1, shape.length + 1);
  return count === undefined || axis === undefined
    ? undefined
    : [...shape.slice(0, axis), count, ...shape.slice(axis)];
}

const topK: ShapesOf = (call) => {
  const k = call.int('k', 1);
  const shape = call.shape && k !== undefined ? [...call.shape.slice(0, -1), k] : undefined;
  return [shape, shape];
};

const same = one((_, shape) => shape);
const spread: ShapesOf = (call) => [broadcast(call.inputs.map(({ shape }) => shape))];

const shapesOf: ReadonlyMap<string, ShapesOf> = new Map<string, ShapesOf>([
  ...table.same.map((name) => [name, same] as const),
  ...[...table.broadcast, ...table.truths].map((name) => [name, spread] as const),
  ...table.reductions.map((name) => [name, one(reduced)] as const),
  ['Moments', (call) => [call.shape && reduced(call, call.shape), call.shape && reduced(call, call.shape)]],
  ['Reshape', one((call, shape) => viewed(shape, call.list('newshape', 1)))],
  ['Transpose', one(ordered)],
  ['Swapaxes', one(swapped)],
  ['Moveaxis', one(moved)],
  ['ExpandDims', one(inserted)],
  ['Squeeze', one(squeezed)],
  ['Concatenate', (call) => [joined(call)]],
  ['Stack', one(stacked)],
  ['Split', split],
  ['Pad', one(padded)],
  ['Tile', one(tiled)],
  ['Repeat', one(repeated)],
  ['Take', one(taken)],
  ['GetItem', one(itemsOf)],
  ['Einsum', (call) => [einsum(call)]],
  ['Matmul', (call) => [matmul(call.inputs[0]?.shape, call.inputs[1]?.shape)]],
  ['BroadcastTo', one(broadcastTo)],
  ['Resize', one(resized)],
  ['OneHot', one(classes)],
  ['TopK', topK],
  ['DotProductAttention', same],
]);

const truths: ReadonlySet<string> = new Set(table.truths);

/** The type of a result: that of the first floating operand, else that of the first one, but where the operation has its own. */
function resultType(call: Call): DataType | undefined {
  const own = entryOf(table.types as Readonly<Record<string, DataType>>, call.className);
  if (own) return own;
  if (truths.has(call.className)) return 'bool';
  const stated = typeOf(call.config['dtype']);
  if (stated) return stated;
  const types = call.inputs.map(({ dtype }) => dtype);
  const counted = call.className === 'Where' ? types.slice(1) : types;
  return counted.find((type) => type?.includes('float') || type === 'double') ?? counted[0];
}

/** An operation of keras.ops, whose results are undefined where it is not known. */
export function operation(call: Call): readonly Value[] {
  const emitted = { domain: kerasOperationDomain, dtype: resultType(call) };
  if (call.className === 'MaxPool' || call.className === 'AveragePool') {
    const axes = (call.shape?.length ?? 4) - 2;
    return [pooling(call, axes, emitted)];
  }
  const shapes = shapesOf.get(call.className)?.(call) ?? [undefined];
  return call.emitAll(shapes, emitted);
}
