import { add, floorDivide, multiply, subtract, sum, type Dim } from '../../graph/dim';
import { broadcastDims } from '../broadcast';
import { knownNumbers } from '../helpers';
import type { Element, NodeContext, OperatorRule } from '../rule';
import { isDim, normalizeAxis } from '../shared';
import { touched } from '../tensorJoin';
import { shapeElements, shapeFromElements } from '../tensorShape';
import { inferBatchedGather, inferStridedSlice, setCut, sizeOr, type Cut } from '../foreign/cuts';
import { tflite } from './rule';

const none = 'none: bytes only';
const cut = 'none: bytes of the result read and written';

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

/** STRIDED_SLICE: bit i of a mask is about entry i. */
function inferMaskedSlice(context: NodeContext): void {
  inferStridedSlice(context, (name, entry) => ((context.int(`${name}_mask`, 0) >> entry) & 1) === 1);
}

function inferGather(context: NodeContext): void {
  inferBatchedGather(context, { axis: context.int('axis', 0), batch: context.int('batch_dims', 0) });
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
  tflite('STRIDED_SLICE', 'movement', cut, inferMaskedSlice, (context) => ({
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
