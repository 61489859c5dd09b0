import { ceilDivide, add, multiply, subtract, type Dim } from '../../graph/dim';
import { stablehloDomain } from '../../graph/domains';
import type { Shape } from '../../graph/model';
import { setCut } from '../foreign/cuts';
import type { Element, NodeContext, OperatorRule } from '../rule';
import { isDim } from '../shared';
import { touched } from '../tensorJoin';
import { shapeElements, shapeFromElements } from '../tensorShape';
import { inPlaceWork } from './reductions';

function movement(
  name: string,
  infer: OperatorRule['infer'],
  more: Partial<OperatorRule> = {},
): OperatorRule {
  const formula = 'none: bytes only';
  return { domain: stablehloDomain, name, operatorClass: 'movement', formula, infer, ...more };
}

function passElements(context: NodeContext, change = (element: Element): Element => element): void {
  const elements = context.elements(0);
  if (elements) context.setElements(0, elements.map(change));
}

/** A whole number is the same in another type; of a fraction it is not said here what becomes of it. */
const converted = (element: Element): Element =>
  isDim(element) && (typeof element !== 'number' || Number.isInteger(element)) ? element : undefined;

/** The file states the type of the result. */
const convert = movement('convert', (context) => {
  context.setTensor(0, undefined, context.shape(0));
  passElements(context, converted);
});

/** Compilers read the operand in another order of places and move nothing; what is fused with it is so all the same. */
const placed: Partial<OperatorRule> = { view: true, formula: 'none, no bytes' };
/** Spread out: a runtime that computed it at load time would keep what it can read a hundred times from one place. */
const spread: Partial<OperatorRule> = { ...placed, neverFolded: true };

/** The file states the shape of the result: numbers for all sizes. */
const reshape = movement('reshape', (context) => passElements(context), placed);

/** A single number stands everywhere, of other operands the content is not followed. */
const broadcast = movement(
  'broadcast_in_dim',
  (context) => {
    if (context.elements(0)?.length === 1) passElements(context);
  },
  spread,
);

const dynamicBroadcast = movement(
  'dynamic_broadcast_in_dim',
  (context) => {
    const wanted = shapeElements(context, 1);
    context.setTensor(0, context.dtype(0), wanted && shapeFromElements(context, wanted));
  },
  spread,
);

const iota = movement('iota', () => {}, { neverFolded: true });

const dynamicIota = movement(
  'dynamic_iota',
  (context) => {
    const wanted = shapeElements(context, 0);
    context.setTensor(0, undefined, wanted && shapeFromElements(context, wanted));
  },
  { neverFolded: true },
);

const getDimensionSize = movement(
  'get_dimension_size',
  (context) => {
    const size = context.shape(0)?.[context.int('dimension', 0)];
    context.setTensor(0, 'int32', []);
    if (size !== undefined) context.setElements(0, [size]);
  },
  { operatorClass: 'view', view: true, formula: 'none, no bytes' },
);

const slice = movement(
  'slice',
  (context) => {
    const shape = context.shape(0);
    const [starts, ends] = [context.ints('start_indices'), context.ints('limit_indices')];
    if (!shape || starts?.length !== shape.length || ends?.length !== shape.length)
      return context.setTensor(0, context.dtype(0), undefined);
    const cuts = shape.map((_, axis) => {
      const step = Math.max(context.ints('strides')?.[axis] ?? 1, 1);
      return { start: starts[axis]!, step, length: ceilDivide(ends[axis]! - starts[axis]!, step) };
    });
    setCut(context, shape, cuts, new Set());
  },
  {
    formula: 'none: bytes of the result read and written',
    work: (context) => ({ inputBytes: touched(context) }),
  },
);

const dynamicSlice = movement(
  'dynamic_slice',
  (context) => context.setTensor(0, context.dtype(0), context.ints('slice_sizes')),
  {
    formula: 'none: bytes of the result read and written',
    work: (context) => ({ inputBytes: touched(context) }),
  },
);

const dynamicUpdateSlice = movement(
  'dynamic_update_slice',
  (context) => context.setTensor(0, context.dtype(0), context.shape(0)),
  {
    formula: 'none: bytes of the update read and written in place',
    work: (context) => inPlaceWork(context, 1),
  },
);

/** Padding before and behind each axis, and between its elements. */
function padded(context: NodeContext, shape: Shape): Shape {
  const at = (name: string, axis: number): number => context.ints(name)?.[axis] ?? 0;
  return shape.map((dim, axis): Dim => {
    const edges = at('edge_padding_low', axis) + at('edge_padding_high', axis);
    return add(add(dim, edges), multiply(subtract(dim, 1), at('interior_padding', axis)));
  });
}

const pad = movement('pad', (context) => {
  const shape = context.shape(0);
  context.setTensor(0, context.dtype(0), shape && padded(context, shape));
});

/** Axes of the indices but that of an index, and between them those of a slice. Source: StableHLO, gather. */
function gathered(context: NodeContext, sizes: readonly Element[] | undefined): Shape | undefined {
  const [operand, indices] = [context.shape(0), context.shape(1)];
  if (!operand || !indices || sizes?.length !== operand.length) return undefined;
  const lists = ['collapsed_slice_dims', 'operand_batching_dims'].map((name) => context.ints(name) ?? []);
  const kept = sizes.filter((_, axis) => !lists.some((list) => list.includes(axis)));
  const vector = context.int('index_vector_dim', 0);
  const batch = indices.filter((_, axis) => axis !== vector);
  const offsets = context.ints('offset_dims') ?? [];
  return Array.from({ length: batch.length + kept.length }, (_, axis): Dim => {
    const isOffset = offsets.includes(axis);
    const before = offsets.filter((offset) => offset < axis).length;
    const size = isOffset ? kept[before] : batch[axis - before];
    return isDim(size) ? size : context.fresh(`dim${axis}`);
  });
}

/** A gather whose sizes of a slice stand in an attribute, or are computed. */
function gatherRule(
  name: string,
  sizesOf: (context: NodeContext) => readonly Element[] | undefined,
): OperatorRule {
  return movement(
    name,
    (context) => context.setTensor(0, context.dtype(0), gathered(context, sizesOf(context))),
    { formula: 'none: bytes of what is gathered', work: (context) => ({ inputBytes: touched(context) }) },
  );
}

/** Where each axis begins, where it ends, and the steps are computed. */
const computedSlice = movement(
  'real_dynamic_slice',
  (context) => {
    const lists = [1, 2, 3].map((input) => shapeElements(context, input));
    const shape = context.shape(0)?.map((_, axis): Dim => {
      const [start, end, step = 1] = lists.map((list) => list?.[axis]);
      return isDim(start) && isDim(end) && isDim(step) && step !== 0
        ? ceilDivide(subtract(end, start), step)
        : context.fresh(`dim${axis}`);
    });
    context.setTensor(0, context.dtype(0), shape);
  },
  {
    formula: 'none: bytes of the result read and written',
    work: (context) => ({ inputBytes: touched(context) }),
  },
);

/** Operators that move elements and compute nothing. Source: StableHLO specification. */
export const movementRules: readonly OperatorRule[] = [
  convert,
  reshape,
  broadcast,
  dynamicBroadcast,
  iota,
  dynamicIota,
  getDimensionSize,
  slice,
  dynamicSlice,
  dynamicUpdateSlice,
  pad,
  gatherRule('gather', (context) => context.ints('slice_sizes')),
  gatherRule('dynamic_gather', (context) => context.elements(2)),
  computedSlice,
];
