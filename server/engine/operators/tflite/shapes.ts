import { add, ceilDivide, floorDivide, multiply, subtract, sum, type Dim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import { broadcastDims, numericCount, stridesOf } from '../broadcast';
import { knownNumbers } from '../helpers';
import type { Element, NodeContext, OperatorRule } from '../rule';
import { isDim, normalizeAxis } from '../shared';
import { touched } from '../tensorJoin';
import { pick, shapeElements, shapeFromElements } from '../tensorShape';
import { tflite } from './rule';

const none = 'none: bytes only';
const cut = 'none: bytes of the result read and written';

function sizeOr(context: NodeContext, dim: Dim | undefined, axis: number): Dim {
  return dim ?? context.fresh(`dim${axis}`);
}

/** One axis of a slice. */
interface Cut {
  readonly start: number | undefined;
  readonly step: number;
  readonly length: Dim | undefined;
}

/** States shape and, where all is known, content of what is cut out; `drops` are the axes that vanish. */
function setCut(context: NodeContext, shape: Shape, cuts: readonly Cut[], drops: ReadonlySet<number>): void {
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

/** SLICE: begin and size of each axis; a size of -1 goes to the end. */
function inferSlice(context: NodeContext): void {
  const shape = context.shape(0);
  const [begins, sizes] = [shapeElements(context, 1), shapeElements(context, 2)];
  if (!shape) return context.setTensor(0, context.dtype(0), undefined);
  const cuts = shape.map((dim, axis): Cut => {
    const [begin, size] = [begins?.[axis], sizes?.[axis]];
    const start = typeof begin === 'number' ? begin : undefined;
    const isOpen = typeof size === 'number' && size < 0;
    const length = isOpen
      ? isDim(begin)
        ? subtract(dim, begin)
        : undefined
      : isDim(size)
        ? size
        : undefined;
    return { start, step: 1, length };
  });
  setCut(context, shape, cuts, new Set());
}

/** What an entry of begin, end and strides does. */
type EntryKind = 'ellipsis' | 'new_axis' | 'shrink_axis' | 'range';

const isMasked = (context: NodeContext, name: string, entry: number): boolean =>
  ((context.int(`${name}_mask`, 0) >> entry) & 1) === 1;

function kindOf(context: NodeContext, entry: number): EntryKind {
  const masks = ['ellipsis', 'new_axis', 'shrink_axis'] as const;
  return masks.find((name) => isMasked(context, name, entry)) ?? 'range';
}

/**
 * STRIDED_SLICE: bit i of a mask is about entry i of begin, end and strides: begin or end are left out, the entry stands for
 * all axes in between (`ellipsis`), puts in an axis of 1, or takes one place and drops the axis.
 * Source: TensorFlow's tf.strided_slice.
 */
function inferStridedSlice(context: NodeContext): void {
  const shape = context.shape(0);
  const [begins, ends, steps] = [1, 2, 3].map((input) => shapeElements(context, input));
  const count = begins?.length ?? ends?.length ?? steps?.length;
  if (!shape || count === undefined) return context.setTensor(0, context.dtype(0), undefined);
  const kinds = Array.from({ length: count }, (_, i) => kindOf(context, i));
  const spanned = shape.length - kinds.filter((kind) => kind === 'range' || kind === 'shrink_axis').length;
  const cuts: Cut[] = [];
  const from: Dim[] = [];
  const drops = new Set<number>();
  let axis = 0;
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
      } else
        cuts.push(cutOf(dim, rangeOf(context, i, { begin: begins?.[i], end: ends?.[i], step: steps?.[i] })));
    }
  }
  takeWhole(shape.length);
  setCut(context, from, cuts, drops);
}

/** An entry with what its masks leave out; an end may be told from the begin on. */
function rangeOf(context: NodeContext, entry: number, { begin, end, step }: Range): Range {
  const isOffset = context.int('offset', 0) !== 0;
  return {
    begin: isMasked(context, 'begin', entry) ? ends.first : begin,
    end: isMasked(context, 'end', entry) ? ends.last : isOffset ? plus(begin, end) : end,
    step,
  };
}

/** An axis that is taken as it is. */
function whole(cuts: Cut[], from: Dim[], dim: Dim): void {
  from.push(dim);
  cuts.push({ start: 0, step: 1, length: dim });
}

/** Stand where a begin or an end is left out; no element of a tensor is a symbol. */
const ends = { first: Symbol('first'), last: Symbol('last') } as const;
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
  if (begin === ends.first && end === ends.last) {
    const start = step > 0 ? 0 : typeof dim === 'number' ? dim - 1 : undefined;
    return { start, step, length: ceilDivide(dim, Math.abs(step)) };
  }
  if (typeof dim === 'number') return numberCut(dim, begin, end, step);
  const [from, to] = [begin === ends.first ? 0 : begin, end === ends.last ? dim : end];
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
    begin === ends.first ? (isBackwards ? dim - 1 : 0) : typeof begin === 'number' ? clamp(begin) : undefined;
  const stop =
    end === ends.last ? (isBackwards ? -1 : dim) : typeof end === 'number' ? clamp(end) : undefined;
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

/** PACK puts equal tensors side by side along a new axis. */
function inferPack(context: NodeContext): void {
  const shape = context.shape(0);
  const axis = shape && normalizeAxis(context.int('axis', 0), shape.length + 1);
  const count = context.inputCount;
  const known = axis === undefined ? undefined : [...shape!.slice(0, axis), count, ...shape!.slice(axis)];
  context.setTensor(0, context.dtype(0), known);
  // Scalars become the list that they are asked for as a shape.
  if (shape?.length !== 0) return;
  const elements = Array.from({ length: count }, (_, i) => context.elements(i)?.[0]);
  if (elements.some((element) => element !== undefined)) context.setElements(0, elements);
}

/** UNPACK takes a tensor apart along an axis, which vanishes. */
function inferUnpack(context: NodeContext): void {
  const shape = context.shape(0);
  const axis = shape && normalizeAxis(context.int('axis', 0), shape.length);
  const part = axis === undefined ? undefined : shape!.filter((_, at) => at !== axis);
  for (let i = 0; i < context.outputCount; i++) {
    context.setTensor(i, context.dtype(0), part);
    const elements = context.elements(0);
    if (part?.length === 0 && elements) context.setElements(i, [elements[i]]);
  }
}

/** SPLIT_V: the sizes stand in the second input; one of them may be -1, what remains. */
function inferSplitSizes(context: NodeContext): void {
  const shape = context.shape(0);
  const [at] = knownNumbers(context, 2) ?? [];
  const axis = shape && at !== undefined ? normalizeAxis(at, shape.length) : undefined;
  const sizes = knownNumbers(context, 1);
  for (let i = 0; i < context.outputCount; i++) {
    const given = sizes?.[i];
    const others = sizes?.filter((size) => size >= 0) ?? [];
    const rest = axis === undefined ? undefined : subtract(shape![axis]!, sum(others));
    const size = given === undefined ? context.fresh(`part${i}`) : given < 0 ? rest : given;
    const part =
      axis === undefined || size === undefined
        ? undefined
        : shape!.map((dim, j) => (j === axis ? size : dim));
    context.setTensor(i, context.dtype(0), part);
  }
}

/** Numbers of blocks and of paddings or crops, a pair for each spatial axis. */
function blocksOf(context: NodeContext): { block: readonly number[]; pairs: readonly number[] } | undefined {
  const [block, pairs] = [knownNumbers(context, 1), knownNumbers(context, 2)];
  return block && pairs?.length === 2 * block.length && block.every((n) => n > 0)
    ? { block, pairs }
    : undefined;
}

/**
 * Blocks between the batch and the spatial axes.
 * @param batch the batch after one more axis of blocks
 * @param place a spatial axis by the size of its blocks and what it is padded or cropped by
 */
function inferBlocks(
  context: NodeContext,
  batch: (dim: Dim, block: number) => Dim,
  place: (dim: Dim, block: number, pair: number) => Dim,
): void {
  const [shape, given] = [context.shape(0), blocksOf(context)];
  const result = shape?.map((dim, axis) => {
    if (!given) return context.fresh(`dim${axis}`);
    const { block, pairs } = given;
    if (axis === 0) return block.reduce<Dim>((all, n) => batch(all, n), dim);
    const i = axis - 1;
    return i < block.length ? place(dim, block[i]!, pairs[2 * i]! + pairs[2 * i + 1]!) : dim;
  });
  context.setTensor(0, context.dtype(0), result);
}

/** Spatial axes are padded and cut into blocks; the places within a block become images of the batch. */
function inferSpaceToBatch(context: NodeContext): void {
  inferBlocks(context, multiply, (dim, block, padding) => floorDivide(add(dim, padding), block));
}

function inferBatchToSpace(context: NodeContext): void {
  inferBlocks(context, floorDivide, (dim, block, crop) => subtract(multiply(dim, block), crop));
}

/** GATHER: the first `batch_dims` axes of both are the same ones. */
function inferGather(context: NodeContext): void {
  const [data, indices] = [context.shape(0), context.shape(1)];
  const batch = Math.max(context.int('batch_dims', 0), 0);
  const axis = data && normalizeAxis(context.int('axis', 0), data.length);
  if (!data || !indices || axis === undefined) return context.setTensor(0, context.dtype(0), undefined);
  const result = [...data.slice(0, axis), ...indices.slice(batch), ...data.slice(axis + 1)];
  context.setTensor(0, context.dtype(0), result);
  const [elements, at] = [context.elements(0), knownNumbers(context, 1)];
  if (data.length === 1 && elements && at)
    context.setElements(
      0,
      at.map((index) => elements[index]),
    );
}

/** BROADCAST_ARGS: the shape that two shapes broadcast to. */
function inferBroadcastArgs(context: NodeContext): void {
  const [a, b] = [shapeElements(context, 0), shapeElements(context, 1)];
  const rank = a && b && Math.max(a.length, b.length);
  context.setTensor(0, context.dtype(0), rank === undefined ? undefined : [rank]);
  if (!a || !b || rank === undefined) return;
  const of = (list: readonly Element[], axis: number): Element => {
    const at = axis - (rank - list.length);
    return at < 0 ? 1 : list[at];
  };
  const joined = Array.from({ length: rank }, (_, axis) => {
    const [one, other] = [of(a, axis), of(b, axis)];
    return isDim(one) && isDim(other) ? broadcastDims(one, other) : undefined;
  });
  context.setElements(0, joined);
}

/** A result whose shape an input holds. */
function shapedBy(name: string, input: number, typeOf: number | null): OperatorRule {
  return tflite(name, 'movement', none, (context) => {
    const wanted = shapeElements(context, input);
    const dtype = typeOf === null ? undefined : context.dtype(typeOf);
    context.setTensor(0, dtype, wanted && shapeFromElements(context, wanted));
  });
}

const rank: OperatorRule = {
  ...tflite('RANK', 'view', 'none, no bytes', (context) => {
    context.setTensor(0, 'int32', []);
    const shape = context.shape(0);
    if (shape) context.setElements(0, [shape.length]);
  }),
  view: true,
};

/** WHERE: the places that are true, one to a row. */
const where = tflite(
  'WHERE',
  'movement',
  'vector |X|',
  (context) => {
    const axes = context.rank(0);
    context.setTensor(0, 'int64', axes === undefined ? undefined : [context.fresh('count'), axes]);
  },
  (context) => ({ vector: context.count(0) }),
);

/** MATRIX_DIAG: each row becomes a diagonal. */
function inferMatrixDiag(context: NodeContext): void {
  const shape = context.shape(0);
  const last = shape?.at(-1);
  context.setTensor(0, context.dtype(0), shape && last !== undefined ? [...shape, last] : undefined);
}

/** RFFT2D: the last axes get the lengths that are asked for, the very last one its half and one. */
function inferRealTransform(context: NodeContext): void {
  const [shape, lengths] = [context.shape(0), shapeElements(context, 1)];
  const size = (i: number): Dim | undefined => {
    const length = lengths?.[i];
    return isDim(length) ? length : undefined;
  };
  const half = size(1);
  context.setTensor(
    0,
    'complex64',
    shape && [
      ...shape.slice(0, -2),
      sizeOr(context, size(0), shape.length - 2),
      sizeOr(context, half && add(floorDivide(half, 2), 1), shape.length - 1),
    ],
  );
}

/** Reading order, views and movements. */
export const shapeRules: readonly OperatorRule[] = [
  tflite('SLICE', 'movement', cut, inferSlice, (context) => ({ inputBytes: touched(context) })),
  tflite('STRIDED_SLICE', 'movement', cut, inferStridedSlice, (context) => ({
    inputBytes: touched(context),
  })),
  tflite('PACK', 'movement', none, inferPack),
  tflite('UNPACK', 'movement', none, inferUnpack),
  tflite('SPLIT_V', 'movement', none, inferSplitSizes),
  tflite('SPACE_TO_BATCH_ND', 'movement', none, inferSpaceToBatch),
  tflite('BATCH_TO_SPACE_ND', 'movement', none, inferBatchToSpace),
  tflite('GATHER', 'movement', 'none: bytes of the touched rows', inferGather, (context) => ({
    inputBytes: touched(context),
  })),
  tflite('BROADCAST_ARGS', 'movement', none, inferBroadcastArgs),
  shapedBy('SCATTER_ND', 2, 1),
  shapedBy('SPARSE_TO_DENSE', 1, 2),
  shapedBy('RANDOM_UNIFORM', 0, null),
  shapedBy('RANDOM_STANDARD_NORMAL', 0, null),
  rank,
  where,
  tflite('MATRIX_DIAG', 'movement', none, inferMatrixDiag),
  // 5·n·log2 n for a transform of n complex numbers (Cooley and Tukey); half of it for real ones.
  tflite('RFFT2D', 'other', 'vector 2.5·|X|·log2(rows·columns)', inferRealTransform, (context) => {
    const [rows = 1, columns = 1] = context.shape(0).slice(-2);
    const length = rows * columns;
    return { vector: length > 1 ? 2.5 * context.count(0) * Math.log2(length) : 0 };
  }),
];
