import { floorDivide, multiply, printDim, product, type Dim } from '../graph/dim';
import type { Shape } from '../graph/model';
import { shapeText } from './checks/terms';
import { broadcastDims, broadcastElements, numericCount, stridesOf } from './broadcast';
import type { Element, NodeContext, OperatorRule } from './rule';
import { attributeOrInput, isDim, movement, normalizeAxes, normalizeAxis, sameAsInput, view } from './shared';

function passElements(context: NodeContext): void {
  const elements = context.elements(0);
  if (elements) context.setElements(0, elements);
}

/** A rank that is given by data and larger than this is a broken model's, not followed. */
export const maximumRank = 64;

/** Elements of a 1-D input that holds a shape: its length is known even where its content is not. */
export function shapeElements(context: NodeContext, index: number): readonly Element[] | undefined {
  const elements = context.elements(index);
  if (elements) return elements;
  const length = context.shape(index)?.[0];
  return typeof length === 'number' && length <= maximumRank
    ? new Array<Element>(length).fill(undefined)
    : undefined;
}

/** A shape from its elements; unknown ones become symbols of their own. */
export function shapeFromElements(context: NodeContext, elements: readonly Element[]): Dim[] {
  return elements.map((element, axis) => (isDim(element) ? element : context.fresh(`dim${axis}`)));
}

function inferShape(context: NodeContext): void {
  const shape = context.shape(0);
  if (!shape) {
    context.setTensor(0, 'int64', [context.unknown('rank')]);
    return;
  }
  const clamp = (at: number): number => Math.min(Math.max(at < 0 ? at + shape.length : at, 0), shape.length);
  const part = shape.slice(clamp(context.int('start', 0)), clamp(context.int('end', shape.length)));
  context.setTensor(0, 'int64', [part.length]);
  context.setElements(0, part);
}

function inferSize(context: NodeContext): void {
  context.setTensor(0, 'int64', []);
  const shape = context.shape(0);
  if (shape) context.setElements(0, [product(shape)]);
}

function inferReshape(context: NodeContext): void {
  const wanted: readonly Element[] | undefined =
    context.version < 5 ? context.ints('shape') : shapeElements(context, 1);
  if (!wanted) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  context.setTensor(0, context.dtype(0), reshaped(context, context.shape(0), wanted));
  passElements(context);
}

/** The shape that Reshape makes of `from`: 0 copies, -1 (or one unknown) is what remains. */
function reshaped(context: NodeContext, from: Shape | undefined, wanted: readonly Element[]): Dim[] {
  const keepZero = context.int('allowzero', 0) === 1;
  const result = wanted.map((element, axis): Dim | undefined => {
    if (element === 0 && !keepZero) return from ? (from[axis] ?? 0) : undefined;
    return isDim(element) && !(typeof element === 'number' && element < 0) ? element : undefined;
  });
  const open = result.flatMap((dim, axis) => (dim === undefined ? [axis] : []));
  if (open.length === 1 && from) {
    const rest = product(result.filter((dim): dim is Dim => dim !== undefined));
    const total = product(from);
    result[open[0]!] = floorDivide(total, rest);
    context.tie(total, multiply(rest, result[open[0]!]!));
    if (typeof total === 'number' && typeof rest === 'number' && rest > 0 && total % rest !== 0) {
      context.report('error', 'reshape-mismatch', { from: shapeText(from), to: `${rest} × ?` });
    }
  } else if (open.length === 0 && from) {
    const [total, target] = [product(from), product(result as Dim[])];
    context.tie(total, target);
    if (typeof total === 'number' && typeof target === 'number' && total !== target) {
      const to = shapeText(result as Dim[]);
      context.report('error', 'reshape-mismatch', { from: shapeText(from), to });
    }
  }
  return result.map((dim, axis) => dim ?? context.fresh(`dim${axis}`));
}

function inferFlatten(context: NodeContext): void {
  const shape = context.shape(0);
  if (!shape) {
    context.setTensor(0, context.dtype(0), [context.fresh('outer'), context.fresh('inner')]);
    return;
  }
  const given = context.int('axis', 1);
  const axis = given < 0 ? given + shape.length : given;
  context.setTensor(0, context.dtype(0), [product(shape.slice(0, axis)), product(shape.slice(axis))]);
  passElements(context);
}

function inferSqueeze(context: NodeContext): void {
  const shape = context.shape(0);
  const given = attributeOrInput(context, 'axes', 1);
  context.setTensor(0, context.dtype(0), shape && given && squeezed(shape, given));
  passElements(context);
}

function squeezed(shape: Shape, given: readonly number[] | 'absent'): Shape | undefined {
  if (given === 'absent') {
    // Whether a symbol is 1 decides the rank: unknown.
    return shape.every((dim) => typeof dim === 'number') ? shape.filter((dim) => dim !== 1) : undefined;
  }
  const axes = normalizeAxes(given, shape.length);
  return axes && shape.filter((_, axis) => !axes.includes(axis));
}

function inferUnsqueeze(context: NodeContext): void {
  const shape = context.shape(0);
  const given = attributeOrInput(context, 'axes', 1);
  const axes =
    shape && given && given !== 'absent' ? normalizeAxes(given, shape.length + given.length) : undefined;
  let next = 0;
  const result = axes
    ? Array.from({ length: shape!.length + axes.length }, (_, axis): Dim =>
        axes.includes(axis) ? 1 : shape![next++]!,
      )
    : undefined;
  context.setTensor(0, context.dtype(0), result);
  passElements(context);
}

function inferTranspose(context: NodeContext): void {
  const shape = context.shape(0);
  const order = context.ints('perm') ?? shape?.map((_, axis) => shape.length - 1 - axis);
  if (!shape || !order || order.length !== shape.length || order.some((axis) => shape[axis] === undefined)) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const result = order.map((axis) => shape[axis]!);
  context.setTensor(0, context.dtype(0), result);
  const elements = context.elements(0);
  const count = numericCount(result);
  if (elements && count === elements.length) {
    const from = stridesOf(shape);
    context.setElements(
      0,
      pick(
        elements,
        result as number[],
        order.map((axis) => from[axis]!),
      ),
    );
  }
}

/** Elements of a strided view in row-major order. */
export function pick(
  elements: readonly Element[],
  shape: readonly number[],
  strides: readonly number[],
  base = 0,
): Element[] {
  if (shape.includes(0)) return [];
  let at = [base];
  shape.forEach((size, axis) => {
    at = at.flatMap((start) => Array.from({ length: size }, (_, i) => start + i * strides[axis]!));
  });
  return at.map((index) => elements[index]);
}

function inferExpand(context: NodeContext): void {
  const from = context.shape(0);
  const wanted = shapeElements(context, 1);
  if (!from || !wanted) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const rank = Math.max(from.length, wanted.length);
  const result = Array.from({ length: rank }, (_, axis): Dim => {
    const own = from[axis - (rank - from.length)] ?? 1;
    const at = axis - (rank - wanted.length);
    const given = at < 0 ? 1 : wanted[at];
    // -1 is not in the specification; where it is written it means: as it is.
    const other = typeof given === 'number' && given < 0 ? 1 : given;
    if (!isDim(other)) return typeof own === 'number' && own !== 1 ? own : context.fresh(`dim${axis}`);
    context.tie(own, other, false);
    const joined = broadcastDims(own, other);
    if (joined === undefined) {
      const shapes = `${shapeText(from)}, [${wanted.map((one) => (isDim(one) ? printDim(one) : '?')).join(', ')}]`;
      context.report('error', 'broadcast-mismatch', { shapes });
    }
    return joined ?? context.fresh(`dim${axis}`);
  });
  context.setTensor(0, context.dtype(0), result);
  const elements = broadcastElements(context.elements(0), from, result);
  if (elements) context.setElements(0, elements);
}

function inferTile(context: NodeContext): void {
  const shape = context.shape(0);
  if (context.version < 6) {
    // Tile-1: one axis, inputs tiles and axis.
    const [times, axis] = [context.elements(1)?.[0], context.elements(2)?.[0]];
    const at = shape && typeof axis === 'number' ? normalizeAxis(axis, shape.length) : undefined;
    const known = isDim(times) && at !== undefined;
    context.setTensor(
      0,
      context.dtype(0),
      known
        ? shape!.map((dim, i) => (i === at ? multiply(dim, times) : dim))
        : shape?.map((_, i) => context.fresh(`dim${i}`)),
    );
    return;
  }
  const repeats = shapeElements(context, 1);
  const result = shape?.map((dim, axis): Dim => {
    const times = repeats?.[axis];
    return isDim(times) ? multiply(dim, times) : context.fresh(`dim${axis}`);
  });
  context.setTensor(0, context.dtype(0), result);
  const elements = context.elements(0);
  const count = numericCount(result);
  if (!elements || count === undefined || count === 0 || count > 1024) return;
  const strides = stridesOf(shape!);
  let at: number[] = [0];
  result!.forEach((size, axis) => {
    const own = shape![axis] as number;
    at = at.flatMap((start) =>
      Array.from({ length: size as number }, (_, i) => start + (i % own) * strides[axis]!),
    );
  });
  context.setElements(
    0,
    at.map((index) => elements[index]),
  );
}

export const tensorShapeOperators: readonly OperatorRule[] = [
  view('Identity', (context) => {
    sameAsInput(context);
    passElements(context);
  }),
  view('Shape', inferShape),
  view('Size', inferSize),
  view('Reshape', inferReshape),
  view('Flatten', inferFlatten),
  view('Squeeze', inferSqueeze),
  view('Unsqueeze', inferUnsqueeze),
  movement('Transpose', inferTranspose),
  movement('Expand', inferExpand),
  movement('Tile', inferTile),
];
