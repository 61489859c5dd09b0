import { product, sum, type Dim } from '../../../graph/dim';
import type { Shape } from '../../../graph/model';
import type { Call } from '../call';
import { axisOf, broadcast, replaced, viewed } from '../../shapes';
import type { Value } from '../writer';

/** What is gone when the model runs, or keeps the shape: computed in the layer's own type. */
export const sameShape = (call: Call): Value => call.emit(call.shape);

export const activation = (call: Call): Value => {
  const result = call.activated(call.x);
  return result === call.x ? call.emit(call.shape, { operator: 'Identity' }) : result;
};

export const merged = (call: Call): Value => call.emit(broadcast(call.inputs.map(({ shape }) => shape)));

export function concatenated(call: Call): Value {
  const shapes = call.inputs.map(({ shape }) => shape);
  const axis = call.axis('axis', -1, shapes[0]?.length);
  const dims = shapes.map((shape) => (axis === undefined ? undefined : shape?.[axis]));
  const isKnown = axis !== undefined && dims.every((dim) => dim !== undefined);
  return call.emit(isKnown ? replaced(shapes[0]!, axis, sum(dims)) : undefined);
}

/** Products along an axis of each: what remains of both stands one behind the other; of nothing 1. */
export function dot(call: Call): Value {
  const [a, b] = call.inputs.map(({ shape }) => shape);
  const [first = -1, second = first] = call.list('axes') ?? [call.int('axes') ?? -1];
  const left = a && without(a, first);
  const right = b && without(b, second)?.slice(1);
  const shape = left && right && [...left, ...right];
  return call.emit(shape?.length === 1 ? [...shape, 1] : shape);
}

function without(shape: Shape, axis: number): Shape | undefined {
  const at = axisOf(axis, shape.length);
  return at === undefined ? undefined : shape.filter((_, i) => i !== at);
}

export function flattened(call: Call): Value {
  const { shape } = call;
  return call.emit(shape && [shape[0] ?? 1, product(shape.slice(1))]);
}

export function reshaped(call: Call): Value {
  const { shape } = call;
  const wanted = call.list('target_shape');
  const result = shape && wanted && viewed(shape.slice(1), wanted);
  return call.emit(result && [shape[0] ?? 1, ...result]);
}

/** Axes count from 1: the batch stays. */
export function permuted(call: Call): Value {
  const dims = call.list('dims')?.map((axis) => call.shape?.[axis]);
  const isKnown = dims?.every((dim): dim is Dim => dim !== undefined) === true && call.shape;
  return call.emit(isKnown ? [call.shape[0]!, ...dims] : undefined);
}

export function repeated(call: Call): Value {
  const { shape } = call;
  const times = call.int('n');
  return call.emit(shape?.length === 2 && times !== undefined ? [shape[0]!, times, shape[1]!] : undefined);
}
