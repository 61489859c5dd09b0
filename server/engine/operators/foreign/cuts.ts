import { add, ceilDivide, subtract, type Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { numericCount, stridesOf } from '../broadcast';
import { knownNumbers } from '../helpers';
import type { Element, NodeContext } from '../rule';
import { isDim, normalizeAxis } from '../shared';
import { pick, shapeElements } from '../tensorShape';

/** A size, or a new symbol where it is not known. */
export function sizeOr(context: NodeContext, dim: Dim | undefined, axis: number): Dim {
  return dim ?? context.fresh(`dim${axis}`);
}

/** One axis of a slice. */
export interface Cut {
  readonly start: number | undefined;
  readonly step: number;
  readonly length: Dim | undefined;
}

/** States shape and, where all is known, content of what is cut out; `drops` are the axes that vanish. */
export function setCut(
  context: NodeContext,
  shape: Shape,
  cuts: readonly Cut[],
  drops: ReadonlySet<number>,
): void {
  const full = cuts.map(({ length }, axis) => sizeOr(context, length, axis));
  context.setTensor(
    0,
    context.dtype(0),
    full.filter((_, axis) => !drops.has(axis)),
  );
  const elements = context.elements(0);
  const isKnown = cuts.every(({ start }) => start !== undefined) && numericCount(full) !== undefined;
  if (!elements || !isKnown || numericCount(shape) !== elements.length) return;
  const strides = stridesOf(shape);
  const base = cuts.reduce((at, { start }, axis) => at + start! * strides[axis]!, 0);
  context.setElements(
    0,
    pick(
      elements,
      full as number[],
      cuts.map(({ step }, axis) => step * strides[axis]!),
      base,
    ),
  );
}

/** What an entry of begin, end and strides does. */
type EntryKind = 'ellipsis' | 'new_axis' | 'shrink_axis' | 'range';

/** Whether a mask (`begin`, `end`, `ellipsis`, `new_axis`, `shrink_axis`) is set for an entry. */
type IsMasked = (name: string, entry: number) => boolean;

function kindOf(isMasked: IsMasked, entry: number): EntryKind {
  const masks = ['ellipsis', 'new_axis', 'shrink_axis'] as const;
  return masks.find((name) => isMasked(name, entry)) ?? 'range';
}

/**
 * A strided slice: masks are about single entries of begin, end and strides (inputs 1 to 3): begin or end are left out, the entry stands for
 * all axes in between (`ellipsis`), puts in an axis of 1, or takes one place and drops the axis.
 * Source: TensorFlow's tf.strided_slice.
 */
export function inferStridedSlice(context: NodeContext, isMasked: IsMasked): void {
  const shape = context.shape(0);
  const [begins, ends, steps] = [1, 2, 3].map((input) => shapeElements(context, input));
  const count = begins?.length ?? ends?.length ?? steps?.length;
  if (!shape || count === undefined) return context.setTensor(0, context.dtype(0), undefined);
  const kinds = Array.from({ length: count }, (_, i) => kindOf(isMasked, i));
  const spanned = shape.length - kinds.filter((kind) => kind === 'range' || kind === 'shrink_axis').length;
  const cuts: Cut[] = [];
  const from: Dim[] = [];
  const drops = new Set<number>();
  let axis = 0;
  const isOffset = context.int('offset', 0) !== 0;
  // What the masks leave out; an end may be told from the begin on.
  const masked = ({ begin, end, step }: Range, entry: number): Range => ({
    begin: isMasked('begin', entry) ? limits.first : begin,
    end: isMasked('end', entry) ? limits.last : isOffset ? plus(begin, end) : end,
    step,
  });
  const takeWhole = (until: number): void => {
    while (axis < until) whole(cuts, from, shape[axis++]!);
  };
  for (const [i, kind] of kinds.entries()) {
    if (kind === 'ellipsis') takeWhole(Math.min(axis + spanned, shape.length));
    else if (kind === 'new_axis') whole(cuts, from, 1);
    else {
      const dim = shape[axis++];
      if (dim === undefined) continue;
      from.push(dim);
      if (kind === 'shrink_axis') {
        drops.add(cuts.length);
        cuts.push({ start: place(begins?.[i], dim), step: 1, length: 1 });
      } else cuts.push(cutOf(dim, masked({ begin: begins?.[i], end: ends?.[i], step: steps?.[i] ?? 1 }, i)));
    }
  }
  takeWhole(shape.length);
  setCut(context, from, cuts, drops);
}

/** An axis that is taken as it is. */
function whole(cuts: Cut[], from: Dim[], dim: Dim): void {
  from.push(dim);
  cuts.push({ start: 0, step: 1, length: dim });
}

/** Stand where a begin or an end is left out; no element of a tensor is a symbol. */
const limits = { first: Symbol('first'), last: Symbol('last') } as const;
type End = Element | symbol;

function plus(a: End, b: End): Element {
  return isSize(a) && isSize(b) ? add(a, b) : undefined;
}

function place(at: Element, dim: Dim): number | undefined {
  if (typeof at !== 'number') return undefined;
  return at >= 0 ? at : typeof dim === 'number' ? at + dim : undefined;
}

interface Range {
  readonly begin: End;
  readonly end: End;
  readonly step: Element;
}

function isSize(at: End): at is Dim {
  return typeof at !== 'symbol' && isDim(at);
}

function cutOf(dim: Dim, { begin, end, step }: Range): Cut {
  if (typeof step !== 'number' || step === 0) return { start: undefined, step: 1, length: undefined };
  if (begin === limits.first && end === limits.last) {
    const start = step > 0 ? 0 : typeof dim === 'number' ? dim - 1 : undefined;
    return { start, step, length: ceilDivide(dim, Math.abs(step)) };
  }
  if (typeof dim === 'number') return numberCut(dim, begin, end, step);
  const [from, to] = [begin === limits.first ? 0 : begin, end === limits.last ? dim : end];
  if (step < 0 || !isSize(from) || !isSize(to)) return { start: undefined, step, length: undefined };
  const [low, high] = [from, to].map((at) => (typeof at === 'number' && at < 0 ? add(dim, at) : at)) as [
    Dim,
    Dim,
  ];
  return {
    start: typeof low === 'number' ? low : undefined,
    step,
    length: ceilDivide(subtract(high, low), step),
  };
}

/** Places outside are clamped as numpy does. */
function numberCut(dim: number, begin: Range['begin'], end: Range['end'], step: number): Cut {
  const [lowest, highest] = step > 0 ? [0, dim] : [-1, dim - 1];
  const clamp = (at: number): number => Math.min(Math.max(at < 0 ? at + dim : at, lowest), highest);
  const isBackwards = step < 0;
  const start =
    begin === limits.first
      ? isBackwards
        ? dim - 1
        : 0
      : typeof begin === 'number'
        ? clamp(begin)
        : undefined;
  const stop =
    end === limits.last ? (isBackwards ? -1 : dim) : typeof end === 'number' ? clamp(end) : undefined;
  if (start === undefined || stop === undefined) {
    const width = isSize(begin) && isSize(end) ? subtract(end, begin) : undefined;
    return {
      start,
      step,
      length: typeof width === 'number' ? Math.max(0, Math.ceil(width / step)) : undefined,
    };
  }
  return { start, step, length: Math.max(0, Math.ceil((stop - start) / step)) };
}

/** Places along an axis of input 0 at input 1; the first `batch` axes of both are the same ones. */
export function inferBatchedGather(
  context: NodeContext,
  place: { readonly axis: number; readonly batch: number },
): void {
  const [data, indices] = [context.shape(0), context.shape(1)];
  const batch = Math.max(place.batch, 0);
  const axis = data && normalizeAxis(place.axis, data.length);
  if (!data || !indices || axis === undefined) return context.setTensor(0, context.dtype(0), undefined);
  const result = [...data.slice(0, axis), ...indices.slice(batch), ...data.slice(axis + 1)];
  context.setTensor(0, context.dtype(0), result);
  const [elements, at] = [context.elements(0), knownNumbers(context, 1)];
  if (data.length === 1 && elements && at)
    context.setElements(
      0,
      at.map((index) => elements[index < 0 ? index + elements.length : index]),
    );
}
