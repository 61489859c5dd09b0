import { normalizeAxis } from '../../../operators/shared';
import type { NodeView, Obstacle, Operand, Relation } from './relation';
import { axisInView } from './viewAxes';

/**
 * Elements meet by their axes from the back; what has one element there serves all.
 * @param inputs so many count, from the first one
 * @param outputs likewise: others are of the tensor as a whole, such as its scale, and each device has its own
 */
export function broadcastRelation(
  view: NodeView,
  at: Operand,
  inputs = Infinity,
  outputs = Infinity,
): Relation | Obstacle {
  const size = view.size(at);
  const rank = view.shape(at.isInput, at.index)?.length;
  if (size === undefined || rank === undefined) return 'size';
  const back = rank - at.axis;
  const same: Operand[] = [];
  for (const isInput of [true, false])
    for (const [index, id] of view.ids(isInput).entries()) {
      if (id === null || index >= (isInput ? inputs : outputs)) continue;
      const shape = view.shape(isInput, index);
      if (!shape) return 'size';
      const axis = shape.length - back;
      const own = shape[axis];
      if (own === size && size > 1) same.push({ isInput, index, axis });
      else if (!isInput || (own !== undefined && own !== 1)) return 'mixed';
    }
  return { same };
}

/** The same elements in another shape. */
export function viewRelation(view: NodeView, at: Operand): Relation | Obstacle {
  const [from, to] = [view.shape(at.isInput, at.index), view.shape(!at.isInput, 0)];
  if (!from || !to) return 'size';
  const axis = axisInView(from, to, at.axis, view.ways, view.preference);
  view.hasChosen = true;
  return axis === undefined ? 'mixed' : { same: [{ isInput: !at.isInput, index: 0, axis }] };
}

export function transposeRelation(view: NodeView, at: Operand): Relation | Obstacle {
  const rank = view.shape(true, 0)?.length;
  if (rank === undefined) return 'size';
  const order = view.ints('perm') ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  const axis = at.isInput ? order.indexOf(at.axis) : order[at.axis];
  if (axis === undefined || axis < 0) return 'size';
  return { same: [{ isInput: !at.isInput, index: 0, axis }] };
}

/** Axes of the operands of a product: rows, columns, and what it sums over. */
interface ProductAxes {
  readonly rows: number;
  readonly sum: number;
  readonly sumOfWeight: number;
  readonly columns: number;
}

function productAxes(view: NodeView, ranks: readonly [a: number, b: number]): ProductAxes | null {
  if (ranks[0] < 2 || ranks[1] < 2 || view.int('transBatchA', 0) !== 0 || view.int('transBatchB', 0) !== 0)
    return null;
  const [a, b] = [view.int('transA', 0) !== 0, view.int('transB', 0) !== 0];
  return {
    rows: ranks[0] - (a ? 1 : 2),
    sum: ranks[0] - (a ? 2 : 1),
    sumOfWeight: ranks[1] - (b ? 1 : 2),
    columns: ranks[1] - (b ? 2 : 1),
  };
}

/** A product: columns go with those of the second operand, what it sums over makes partial sums. */
export function productRelation(view: NodeView, at: Operand, bias?: number): Relation | Obstacle {
  const [a, b, out] = [view.shape(true, 0), view.shape(true, 1), view.shape(false, 0)];
  const axes = a && b && productAxes(view, [a.length, b.length]);
  if (!a || !b || !out || !axes) return 'size';
  const isBias = at.isInput && at.index === bias;
  const isOfA = at.isInput && at.index === 0;
  if (isOfA ? at.axis === axes.sum : at.isInput && !isBias && at.axis === axes.sumOfWeight)
    return sumRelation(view, axes);
  const role = roleOf(at, axes, {
    isBias,
    isOfA,
    rank: out.length,
    biasRank: view.shape(true, bias ?? 0)?.length ?? 0,
  });
  if (role === 'columns') return { same: columnsOf(view, axes, out.length, bias) };
  if (role === 'rows') return rowsOf(axes, isBias, out.length);
  // Axes before the last two, from the back.
  return broadcastBatch(view, at, { a, b, out });
}

type Shapes = {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly out: readonly number[];
};

function sumRelation(view: NodeView, axes: ProductAxes): Relation | Obstacle {
  if (!view.isConstant(1)) return 'reduced';
  return {
    same: [
      { isInput: true, index: 0, axis: axes.sum },
      { isInput: true, index: 1, axis: axes.sumOfWeight },
    ],
    isPartial: true,
  };
}

function roleOf(
  at: Operand,
  axes: ProductAxes,
  place: {
    readonly isBias: boolean;
    readonly isOfA: boolean;
    readonly rank: number;
    readonly biasRank: number;
  },
): 'rows' | 'columns' | 'batch' {
  if (place.isBias) return at.axis === place.biasRank - 1 ? 'columns' : 'rows';
  if (!at.isInput)
    return at.axis === place.rank - 1 ? 'columns' : at.axis === place.rank - 2 ? 'rows' : 'batch';
  if (place.isOfA) return at.axis === axes.rows ? 'rows' : 'batch';
  return at.axis === axes.columns ? 'columns' : 'batch';
}

/** Each row is made of one row of the first operand. */
function rowsOf({ rows }: ProductAxes, isBias: boolean, rank: number): Relation | Obstacle {
  if (isBias) return 'mixed';
  return {
    same: [
      { isInput: true, index: 0, axis: rows },
      { isInput: false, index: 0, axis: rank - 2 },
    ],
  };
}

function columnsOf(
  view: NodeView,
  axes: ProductAxes,
  rank: number,
  bias: number | undefined,
): readonly Operand[] {
  const same: Operand[] = [
    { isInput: true, index: 1, axis: axes.columns },
    { isInput: false, index: 0, axis: rank - 1 },
  ];
  const added = bias === undefined ? undefined : view.shape(true, bias);
  if (bias !== undefined && added && added.at(-1) !== 1 && added.length > 0)
    same.push({ isInput: true, index: bias, axis: added.length - 1 });
  return same;
}

function broadcastBatch(view: NodeView, at: Operand, { a, b, out }: Shapes): Relation | Obstacle {
  const size = view.size(at)!;
  const rank = view.shape(at.isInput, at.index)!.length;
  const back = rank - at.axis;
  const same: Operand[] = [{ isInput: false, index: 0, axis: out.length - back }];
  for (const [index, shape] of [a, b].entries()) {
    const own = shape[shape.length - back];
    if (own === size) same.push({ isInput: true, index, axis: shape.length - back });
    else if (own !== undefined && own !== 1) return 'mixed';
  }
  return out[out.length - back] === size ? { same } : 'mixed';
}

/** What works along one axis, or along it and those behind it, and leaves the others alone. */
export function alongRelation(view: NodeView, at: Operand, isRest: boolean): Relation | Obstacle {
  // Softmax of versions before 13 runs over all axes from its own on, which is the second one unless it is stated.
  const isOld = !isRest && view.inferred.version < 13;
  const from = normalizeAxis(view.int('axis', isOld ? 1 : -1), view.shape(true, 0)?.length ?? 0);
  if (from === undefined) return 'size';
  const isAll = isRest || isOld;
  // A scale of the norm, or its statistics.
  if (at.index > 0 || at.axis === from || (isAll && at.axis > from)) return 'reduced';
  return keptRelation(view, at);
}

/** Along an axis that comes out as long as it went in, each place stands for itself. */
export function keptRelation(view: NodeView, at: Operand): Relation | Obstacle {
  const [from, to] = [view.shape(true, 0), view.shape(false, 0)];
  if (!from || !to) return 'size';
  if (at.index > 0) return 'mixed';
  if (from.length !== to.length || from[at.axis] !== to[at.axis]) return 'reduced';
  return { same: [{ isInput: !at.isInput, index: 0, axis: at.axis }] };
}

/** Scales and zero points: one for all, one for each place of an axis, or one for each block. */
export function quantisedRelation(view: NodeView, at: Operand): Relation | Obstacle {
  const shape = view.shape(true, 0);
  if (!shape) return 'size';
  if (at.isInput && at.index > 0) return 'mixed';
  const axis = normalizeAxis(view.int('axis', 1), shape.length);
  const same: Operand[] = [
    { isInput: true, index: 0, axis: at.axis },
    { isInput: false, index: 0, axis: at.axis },
  ];
  for (const index of [1, 2]) {
    const own = view.shape(true, index);
    if (!own || own.every((size) => size === 1)) continue;
    if (own.length === 1 && shape.length !== 1) {
      if (axis === at.axis) same.push({ isInput: true, index, axis: 0 });
    } else if (own.length === shape.length) {
      if (own[at.axis] !== 1) same.push({ isInput: true, index, axis: at.axis });
    } else return 'mixed';
  }
  return { same };
}

/** Parts of an axis, each divided by itself. */
export function splitRelation(view: NodeView, at: Operand): Relation | Obstacle {
  const rank = view.shape(true, 0)?.length;
  if (rank === undefined) return 'size';
  const outputs = view.inferred.outputs.map((_, index): Operand => ({
    isInput: false,
    index,
    axis: at.axis,
  }));
  const whole: Operand = { isInput: true, index: 0, axis: at.axis };
  if (at.axis === normalizeAxis(view.int('axis', 0), rank))
    return { same: [], sum: { whole, parts: outputs } };
  return { same: [whole, ...outputs] };
}

/** Values one behind another, each divided by itself. */
export function concatRelation(view: NodeView, at: Operand): Relation | Obstacle {
  const rank = view.shape(false, 0)?.length;
  if (rank === undefined) return 'size';
  const inputs = view.inferred.inputs.map((_, index): Operand => ({ isInput: true, index, axis: at.axis }));
  const whole: Operand = { isInput: false, index: 0, axis: at.axis };
  if (at.axis === normalizeAxis(view.int('axis', 0), rank))
    return { same: [], sum: { whole, parts: inputs } };
  return { same: [whole, ...inputs] };
}

/**
 * Rows of a table: a rank that lacks a row gives zeros for it, so that the rows of all ranks are summed.
 * @param weights inputs with scales of the rows
 */
export function gatherRelation(
  view: NodeView,
  at: Operand,
  weights: readonly number[] = [],
): Relation | Obstacle {
  const [data, places] = [view.shape(true, 0), view.shape(true, 1)];
  if (!data || !places) return 'size';
  const axis = normalizeAxis(view.int('axis', view.int('gather_axis', 0)), data.length);
  if (axis === undefined) return 'size';
  const more = places.length - 1;
  const tables = [0, ...weights].filter((index) => view.shape(true, index)?.length === data.length);
  if (at.isInput && tables.includes(at.index) && at.axis === axis) {
    const same = tables.map((index): Operand => ({ isInput: true, index, axis }));
    return view.isConstant(0) ? { same, isPartial: true } : 'mixed';
  }
  if (weights.some((index) => view.id({ isInput: true, index }) !== null)) return 'mixed';
  if (at.isInput && at.index > 0) return 'mixed';
  if (at.isInput)
    return { same: [{ isInput: false, index: 0, axis: at.axis < axis ? at.axis : at.axis + more }] };
  if (at.axis < axis) return { same: [{ isInput: true, index: 0, axis: at.axis }] };
  return at.axis > axis + more ? { same: [{ isInput: true, index: 0, axis: at.axis - more }] } : 'mixed';
}
