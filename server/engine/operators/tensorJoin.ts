import { byteLength, elementCount } from '../graph/dataTypes';
import {
  add,
  ceilDivide,
  floorDivide,
  lowerBound,
  minimum,
  multiply,
  negate,
  subtract,
  sum,
  type Dim,
} from '../graph/dim';
import type { Shape } from '../graph/model';
import { numericCount, stridesOf } from './broadcast';
import type { Element, NodeContext, OperatorRule, WorkContext } from './rule';
import { isDim, normalizeAxis, numbers } from './shared';
import { pick, shapeElements } from './tensorShape';

/** From here on a slice end means "to the end", as exporters write it (INT32_MAX, INT64_MAX). */
const toTheEnd = 2 ** 31 - 1;

function inferConcat(context: NodeContext): void {
  const shapes = Array.from({ length: context.inputCount }, (_, index) => context.shape(index));
  const known = shapes.find((shape) => shape !== undefined);
  const axis = known && normalizeAxis(context.int('axis', context.version < 4 ? 1 : 0), known.length);
  if (!known || axis === undefined) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const result = known.map((_, at): Dim => {
    const dims = shapes.map((shape) => shape?.[at]);
    if (at !== axis) tieAll(context, dims);
    if (at !== axis)
      return dims.find((dim) => typeof dim === 'number') ?? dims.find((dim) => dim !== undefined)!;
    return dims.every((dim) => dim !== undefined) ? sum(dims) : context.fresh(`dim${at}`);
  });
  context.setTensor(0, context.dtype(0), result);
  concatElements(context, shapes, axis);
}

/** Parts that are joined agree on all other axes. */
function tieAll(context: NodeContext, dims: readonly (Dim | undefined)[]): void {
  for (const dim of dims) context.tie(dims[0], dim);
}

function concatElements(context: NodeContext, shapes: readonly (Shape | undefined)[], axis: number): void {
  const counts = shapes.map(numericCount);
  if (counts.some((count) => count === undefined) || (sum(counts as number[]) as number) > 1024) return;
  const contents = shapes.map((_, index) => context.elements(index));
  if (contents.every((content) => content === undefined)) return;
  if (sum(counts as number[]) === 0) return;
  const outer = elementCount((shapes[0] as readonly number[]).slice(0, axis));
  const result: Element[] = [];
  for (let row = 0; row < outer; row++) {
    contents.forEach((content, index) => {
      const length = counts[index]! / outer;
      for (let i = 0; i < length; i++) result.push(content?.[row * length + i]);
    });
  }
  context.setElements(0, result);
}

function inferSplit(context: NodeContext): void {
  const shape = context.shape(0);
  const axis = shape && normalizeAxis(context.int('axis', 0), shape.length);
  const total = axis === undefined ? undefined : shape![axis]!;
  const given: readonly Element[] | undefined =
    context.ints('split') ?? (context.hasInput(1) ? shapeElements(context, 1) : undefined);
  const parts = context.outputCount;
  const asked = context.int('num_outputs', parts);
  let offset: number | undefined = 0;
  for (let index = 0; index < parts; index++) {
    const size = given ? given[index] : total === undefined ? undefined : evenPart(total, asked, index);
    const dim = isDim(size) ? size : context.fresh(`part${index}`, total);
    const result = axis === undefined ? undefined : shape!.map((own, at) => (at === axis ? dim : own));
    context.setTensor(index, context.dtype(0), result);
    const elements = context.elements(0);
    if (
      elements &&
      result &&
      offset !== undefined &&
      numericCount(shape) === elements.length &&
      typeof dim === 'number' &&
      // Sizes may ask for more than there is.
      dim >= 0 &&
      offset + dim <= (total as number)
    ) {
      const strides = stridesOf(shape!);
      context.setElements(index, pick(elements, result as number[], strides, offset * strides[axis!]!));
    }
    offset = offset !== undefined && typeof dim === 'number' ? offset + dim : undefined;
  }
}

/** Equal parts of ceil(total / count); the last is what remains. */
function evenPart(total: Dim, count: number, index: number): Dim {
  const size = ceilDivide(total, count);
  if (index < count - 1) return size;
  return subtract(total, multiply(size, count - 1));
}

interface SliceStep {
  readonly axis: number;
  readonly start: Element;
  readonly end: Element;
  readonly step: Element;
}

function sliceSteps(context: NodeContext, rank: number): SliceStep[] | undefined {
  const old = context.version < 10;
  const starts: readonly Element[] | undefined = old ? context.ints('starts') : shapeElements(context, 1);
  const ends: readonly Element[] | undefined = old ? context.ints('ends') : shapeElements(context, 2);
  const count = starts?.length ?? ends?.length;
  if (count === undefined) return undefined;
  const axes = old
    ? (context.ints('axes') ?? Array.from({ length: count }, (_, i) => i))
    : context.hasInput(3)
      ? numbers(context.elements(3))
      : Array.from({ length: count }, (_, i) => i);
  const steps: readonly Element[] | undefined =
    !old && context.hasInput(4) ? shapeElements(context, 4) : new Array<number>(count).fill(1);
  const result: SliceStep[] = [];
  for (let i = 0; i < count; i++) {
    const axis = axes?.[i] === undefined ? undefined : normalizeAxis(axes[i]!, rank);
    if (axis === undefined) return undefined;
    result.push({ axis, start: starts?.[i], end: ends?.[i], step: steps?.[i] });
  }
  return result;
}

function inferSlice(context: NodeContext): void {
  const shape = context.shape(0);
  if (!shape) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const steps = sliceSteps(context, shape.length);
  if (!steps) {
    const same = shape.map((dim, axis) => context.fresh(`dim${axis}`, dim));
    context.setTensor(0, context.dtype(0), same);
    return;
  }
  const result = [...shape];
  for (const { axis, start, end, step } of steps) {
    result[axis] = sliceLength(shape[axis]!, start, end, step) ?? context.fresh(`dim${axis}`, shape[axis]);
  }
  context.setTensor(0, context.dtype(0), result);
  sliceElements(context, shape, steps, result);
}

/** Length of start:end:step of a dimension; undefined when a part is unknown. */
function sliceLength(dim: Dim, start: Element, end: Element, step: Element): Dim | undefined {
  if (typeof step !== 'number' || step === 0 || !isDim(start) || !isDim(end)) return undefined;
  if (typeof dim === 'number' && typeof start === 'number' && typeof end === 'number') {
    const [from, to] = bounds(dim, start, end, step);
    return Math.max(0, Math.ceil((to - from) / step));
  }
  if (step < 0) {
    const from =
      typeof start === 'number' && start >= toTheEnd
        ? subtract(dim, 1)
        : fromEnd(dim, start, subtract(dim, 1));
    const to = typeof end === 'number' && end <= -toTheEnd ? -1 : fromEnd(dim, end, subtract(dim, 1));
    return atLeastZero(ceilDivide(subtract(from, to), -step));
  }
  // A window of fixed size at a place that is not known, x[i : i + 1]: it lies inside, or the model is wrong.
  const width = subtract(end, start);
  if (typeof start !== 'number' && typeof width === 'number' && width >= 0) return Math.ceil(width / step);
  const from = isNegative(start) ? atLeastZero(add(dim, start)) : start;
  const to = typeof end === 'number' && end >= toTheEnd ? dim : fromEnd(dim, end, dim);
  return atLeastZero(ceilDivide(subtract(to, from), step));
}

/** A position counted from the end where it is negative, and no further than `last`. */
function fromEnd(dim: Dim, at: Dim, last: Dim): Dim {
  return isNegative(at) ? add(dim, at) : minimum(at, last);
}

function isNegative(at: Dim): boolean {
  return typeof at === 'number' ? at < 0 : lowerBound(at) < 0 && lowerBound(negate(at)) >= 0;
}

/** Lengths are at least 0; symbolic ones are taken to be, as their slices are valid. */
function atLeastZero(length: Dim): Dim {
  return typeof length === 'number' ? Math.max(0, length) : length;
}

/** Start and end clamped as numpy does. */
function bounds(size: number, start: number, end: number, step: number): [number, number] {
  const clamp = (at: number): number => {
    const positive = at < 0 ? at + size : at;
    return step > 0 ? Math.min(Math.max(positive, 0), size) : Math.min(Math.max(positive, -1), size - 1);
  };
  return [clamp(start), clamp(end)];
}

function sliceElements(context: NodeContext, shape: Shape, steps: readonly SliceStep[], result: Shape): void {
  const elements = context.elements(0);
  if (!elements || numericCount(result) === undefined || numericCount(shape) !== elements.length) return;
  const strides = stridesOf(shape);
  let base = 0;
  for (const { axis, start, end, step } of steps) {
    if (typeof start !== 'number' || typeof end !== 'number' || typeof step !== 'number') return;
    base += bounds(shape[axis] as number, start, end, step)[0] * strides[axis]!;
    strides[axis]! *= step;
  }
  context.setElements(0, pick(elements, result as number[], strides, base));
}

function padAmounts(context: NodeContext, rank: number): readonly Element[] | undefined {
  if (context.version < 2) return context.ints('paddings');
  if (context.version < 11) return context.ints('pads');
  const pads = shapeElements(context, 1);
  if (!context.hasInput(3)) return pads;
  const axes = numbers(context.elements(3));
  if (!pads || !axes) return undefined;
  const all = new Array<Element>(2 * rank).fill(0);
  axes.forEach((given, i) => {
    const axis = normalizeAxis(given, rank);
    if (axis === undefined) return;
    all[axis] = pads[i];
    all[axis + rank] = pads[i + axes.length];
  });
  return all;
}

function inferPad(context: NodeContext): void {
  const shape = context.shape(0);
  const pads = shape && padAmounts(context, shape.length);
  const result = shape?.map((dim, axis): Dim => {
    const [before, after] = [pads?.[axis], pads?.[axis + shape.length]];
    return isDim(before) && isDim(after) ? add(add(dim, before), after) : context.fresh(`dim${axis}`);
  });
  context.setTensor(0, context.dtype(0), result);
}

/** CenterCropPad: each named axis gets the size that the second input gives. */
function inferCenterCropPad(context: NodeContext): void {
  const shape = context.shape(0);
  if (!shape) {
    context.setTensor(0, context.dtype(0), undefined);
    return;
  }
  const axes = context.ints('axes') ?? shape.map((_, axis) => axis);
  const sizes = shapeElements(context, 1);
  const result = [...shape];
  axes.forEach((given, i) => {
    const axis = normalizeAxis(given, shape.length);
    const size = sizes?.[i];
    if (axis !== undefined) result[axis] = isDim(size) ? size : context.fresh(`dim${axis}`);
  });
  context.setTensor(0, context.dtype(0), result);
}

function spaceShape(context: NodeContext, change: (dims: readonly Dim[], block: number) => Dim[]): void {
  const shape = context.shape(0);
  const block = context.int('blocksize', 1);
  context.setTensor(0, context.dtype(0), shape?.length === 4 ? change(shape, block) : undefined);
}

const movement = (name: string, infer: OperatorRule['infer']): OperatorRule => ({
  domain: '',
  name,
  operatorClass: 'movement',
  formula: 'none: bytes only',
  infer,
});

export const tensorJoinOperators: readonly OperatorRule[] = [
  movement('Concat', inferConcat),
  movement('Split', inferSplit),
  {
    ...movement('Slice', inferSlice),
    formula: 'none: bytes of the result read and written',
    work: (context) => ({ inputBytes: touched(context) }),
  },
  movement('Pad', inferPad),
  movement('CenterCropPad', inferCenterCropPad),
  movement('DepthToSpace', (context) =>
    spaceShape(context, ([n, c, h, w], block) => [
      n!,
      floorDivide(c!, block * block),
      multiply(h!, block),
      multiply(w!, block),
    ]),
  ),
  movement('SpaceToDepth', (context) =>
    spaceShape(context, ([n, c, h, w], block) => [
      n!,
      multiply(c!, block * block),
      floorDivide(h!, block),
      floorDivide(w!, block),
    ]),
  ),
];

/** Input 0 is read only where it reaches the output. */
export function touched(context: WorkContext): Record<number, number> {
  const dtype = context.dtype(0);
  const bytes = dtype && byteLength(dtype, Math.min(context.count(0), context.outputCountOf(0)));
  return bytes === undefined || bytes === null ? {} : { 0: bytes };
}
