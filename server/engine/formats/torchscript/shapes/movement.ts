import { axisOf, known, replaced, viewed } from '../../shapes';
import { add, floorDivide, multiply, product, subtract, sum, type Dim } from '../../../graph/dim';
import { first, type ShapeOf } from './common';

/** A place on an axis: from the end where it is negative, and no further than the end. */
function place(at: Dim | undefined, dim: Dim): Dim | undefined {
  if (typeof at !== 'number') return at;
  if (at < 0) return typeof dim === 'number' ? Math.max(at + dim, 0) : add(dim, at);
  if (at >= 2 ** 62) return dim;
  return typeof dim === 'number' ? Math.min(at, dim) : at;
}

export const sliced: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim') ?? 0, shape?.length ?? 0);
  if (!shape || axis === undefined) return undefined;
  const dim = shape[axis]!;
  const start = args.has('start') ? place(args.dim('start'), dim) : 0;
  const end = args.has('end') ? place(args.dim('end'), dim) : dim;
  const step = args.has('step') ? args.int('step') : 1;
  if (start === undefined || end === undefined || !step) return undefined;
  const length = floorDivide(add(subtract(end, start), step - 1), step);
  return replaced(shape, axis, typeof length === 'number' ? Math.max(length, 0) : length);
};

export const narrowed: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const [axis, length] = [axisOf(args.int('dim'), shape?.length ?? 0), args.dim('length')];
  return shape && axis !== undefined && length !== undefined ? replaced(shape, axis, length) : undefined;
};

export const without: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim'), shape?.length ?? 0);
  return shape && axis !== undefined ? shape.filter((_, at) => at !== axis) : undefined;
};

export const squeezed: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  if (!shape) return undefined;
  const list = args.has('dim') ? args.dims('dim') : shape.map((_, axis) => axis);
  const axes = list?.map((dim) => axisOf(typeof dim === 'number' ? dim : undefined, shape.length)) ?? [];
  return shape.filter((dim, axis) => dim !== 1 || !axes.includes(axis));
};

export const unsqueezed: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim'), (shape?.length ?? 0) + 1);
  return shape && axis !== undefined ? [...shape.slice(0, axis), 1, ...shape.slice(axis)] : undefined;
};

export const swapped: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const [a, b] = ['dim0', 'dim1'].map((name) => axisOf(args.int(name), shape?.length ?? 0));
  if (!shape || a === undefined || b === undefined) return undefined;
  return shape.map((dim, axis) => (axis === a ? shape[b]! : axis === b ? shape[a]! : dim));
};

export const permuted: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axes = args
    .dims('dims')
    ?.map((dim) => axisOf(typeof dim === 'number' ? dim : undefined, shape?.length ?? 0));
  return shape && axes
    ? known(axes.map((axis) => (axis === undefined ? undefined : shape[axis])))
    : undefined;
};

export const flattened: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  if (!shape) return undefined;
  if (shape.length === 0) return [1];
  const start = axisOf(args.int('start_dim') ?? 0, shape.length);
  const end = axisOf(args.int('end_dim') ?? -1, shape.length);
  if (start === undefined || end === undefined) return undefined;
  return [...shape.slice(0, start), product(shape.slice(start, end + 1)), ...shape.slice(end + 1)];
};

export const unflattened: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim'), shape?.length ?? 0);
  if (!shape || axis === undefined) return undefined;
  const parts = viewed([shape[axis]!], args.dims('sizes'));
  return parts && [...shape.slice(0, axis), ...parts, ...shape.slice(axis + 1)];
};

export const expanded: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const wanted = args.dims('size');
  if (!shape || !wanted) return undefined;
  const lead = wanted.length - shape.length;
  return known(wanted.map((dim, axis) => (typeof dim === 'number' && dim < 0 ? shape[axis - lead] : dim)));
};

export const repeated: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const times = known(args.dims('repeats') ?? args.dims('dims'));
  if (!shape || !times) return undefined;
  const rank = Math.max(times.length, shape.length);
  const [own, by] = [shape, times].map((list) => [
    ...new Array<Dim>(rank - list.length).fill(1),
    ...list,
  ]) as [Dim[], Dim[]];
  return own.map((dim, axis) => multiply(dim, by[axis]!));
};

export const padded: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const sides = known(args.dims('pad') ?? args.dims('padding'));
  if (!shape || !sides) return undefined;
  return shape.map((dim, axis) => {
    const at = 2 * (shape.length - 1 - axis);
    return sum([dim, sides[at] ?? 0, sides[at + 1] ?? 0]);
  });
};

/** Differences of neighbours, `n` times over; what is put before or behind makes up for one of them. */
export const differences: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim') ?? -1, shape?.length ?? 0);
  const isExtended = args.has('prepend') !== args.has('append');
  if (!shape || axis === undefined) return undefined;
  return isExtended ? shape : replaced(shape, axis, subtract(shape[axis]!, args.int('n') ?? 1));
};

export const halved: ShapeOf = (args) => {
  const shape = first(args)?.shape;
  const axis = axisOf(args.int('dim') ?? -1, shape?.length ?? 0);
  return shape && axis !== undefined ? replaced(shape, axis, floorDivide(shape[axis]!, 2)) : undefined;
};
