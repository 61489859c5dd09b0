import { equalDims, maximum, printDim, type Dim } from '../graph/dim';
import type { Shape } from '../graph/model';
import type { Element, NodeContext } from './rule';

/** Content of larger tensors is not followed: no shape depends on it. */
export const maximumElements = 1024;

/**
 * The shape of an elementwise result by multidirectional broadcasting (onnx docs/Broadcasting.md).
 * Undefined when a rank is unknown or when two dimensions contradict each other.
 * @param tie hears which dimensions meet
 */
export function broadcastShapes(
  shapes: readonly (Shape | undefined)[],
  tie: (a: Dim, b: Dim) => void = () => {},
): Dim[] | undefined {
  let rank = 0;
  for (const shape of shapes) {
    if (!shape) return undefined;
    rank = Math.max(rank, shape.length);
  }
  const result: Dim[] = [];
  for (let axis = 0; axis < rank; axis++) {
    let dim: Dim | undefined = 1;
    for (const shape of shapes) {
      const at = axis - (rank - shape!.length);
      if (at < 0 || dim === undefined) continue;
      if (dim !== 1 && shape![at] !== 1) tie(dim, shape![at]!);
      dim = broadcastDims(dim, shape![at]!);
    }
    if (dim === undefined) return undefined;
    result.push(dim);
  }
  return result;
}

/**
 * One dimension of a broadcast; undefined for two different numbers that are not 1. Two symbolic dimensions must be
 * equal or one of them 1, so that the larger is right either way.
 */
export function broadcastDims(a: Dim, b: Dim): Dim | undefined {
  if (equalDims(a, b) || b === 1) return a;
  if (a === 1) return b;
  if (typeof a === 'number') return typeof b === 'number' ? undefined : a;
  return typeof b === 'number' ? b : maximum(a, b);
}

/** Broadcast shape of some inputs of a node; reports `broadcast-mismatch` when they contradict each other. */
export function broadcastInputs(context: NodeContext, indices: readonly number[]): Dim[] | undefined {
  const shapes = indices.map((index) => context.shape(index));
  if (shapes.some((shape) => !shape)) return undefined;
  const result = broadcastShapes(shapes, (a, b) => context.tie(a, b, false));
  if (!result) {
    const texts = shapes.map((shape) => `[${shape!.map(printDim).join(', ')}]`);
    context.report('error', 'broadcast-mismatch', { shapes: texts.join(', ') });
  }
  return result;
}

/**
 * Content of `elements` of shape `from` as broadcast to `to`; undefined when something is unknown or too large.
 */
export function broadcastElements(
  elements: readonly Element[] | undefined,
  from: Shape | undefined,
  to: Shape,
): readonly Element[] | undefined {
  if (!elements || !from) return undefined;
  const count = numericCount(to);
  if (count === undefined || !(count >= 0 && count <= maximumElements)) return undefined;
  if (elements.length === count) return elements;
  if (elements.length === 1) return new Array<Element>(count).fill(elements[0]);
  const strides = stridesOf(from);
  const result: Element[] = new Array<Element>(count);
  const offset = to.length - from.length;
  for (let i = 0; i < count; i++) {
    let rest = i;
    let at = 0;
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const size = to[axis] as number;
      const position = rest % size;
      rest = Math.floor(rest / size);
      if (axis >= offset && from[axis - offset] !== 1) at += position * strides[axis - offset]!;
    }
    result[i] = elements[at];
  }
  return result;
}

/** Number of elements when every dimension is a number; undefined otherwise. */
export function numericCount(shape: Shape | undefined): number | undefined {
  if (!shape) return undefined;
  let count = 1;
  for (const dim of shape) {
    if (typeof dim !== 'number' || !(dim >= 0)) return undefined;
    count *= dim;
  }
  return count;
}

/** Row-major strides of a shape of numbers, in elements. */
export function stridesOf(shape: Shape): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= shape[axis] as number;
  }
  return strides;
}
