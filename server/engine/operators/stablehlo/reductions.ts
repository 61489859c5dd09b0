import { byteLength, elementCount } from '../../graph/dataTypes';
import { stablehloDomain } from '../../graph/domains';
import type { Shape } from '../../graph/model';
import { reducedShape } from '../reduction';
import type { AttributeReader, NodeContext, OperatorRule, OperatorWork, WorkContext } from '../rule';
import { windowPlaces } from './products';

/** Operations that are done with two elements: those that the operator's region has, or the one that it applies. */
function perElement(context: AttributeReader): number {
  return Math.max(context.strings('body')?.length ?? 1, 1);
}

/** Half of the operands are values, the other half what they begin with. */
const values = (context: { readonly inputCount: number }): number => Math.floor(context.inputCount / 2);

function setEach(context: NodeContext, count: number, shapeOf: (shape: Shape) => Shape | undefined): void {
  for (let i = 0; i < Math.min(count, context.outputCount); i++) {
    const shape = context.shape(i);
    context.setTensor(i, context.dtype(i), shape && shapeOf(shape));
  }
}

const reduce: OperatorRule = {
  domain: stablehloDomain,
  name: 'reduce',
  operatorClass: 'reduction',
  formula: 'vector |X|·operations of its body',
  infer: (context) =>
    setEach(context, values(context), (shape) => {
      const axes = context.ints('dimensions') ?? [];
      return axes.length === 0 ? shape : reducedShape(shape, axes, false);
    }),
  work: (context) => ({ vector: context.count(0) * perElement(context) }),
};

const windows = { strides: 'window_strides', base: 'base_dilations', dilation: 'window_dilations' };

/** Elements that each result takes; a window over all that came before (a cumulative sum) takes one more than the result before it. */
function windowReads(context: WorkContext): number {
  const shape = context.shape(0);
  const sizes = context.ints('window_dimensions') ?? [];
  const isRunning = (size: number, axis: number): boolean =>
    size > 1 &&
    size === shape[axis] &&
    context.outputShape(0)[axis] === size &&
    (context.ints('padding') ?? []).slice(2 * axis, 2 * axis + 2).some((side) => side === size - 1);
  return elementCount(sizes.map((size, axis) => (isRunning(size, axis) ? 1 : size)));
}

const reduceWindow: OperatorRule = {
  domain: stablehloDomain,
  name: 'reduce_window',
  operatorClass: 'pooling',
  formula:
    'vector |Y|·window volume·operations of its body (1 for an axis whose windows are all that came before)',
  infer: (context) =>
    setEach(context, values(context), (shape) => {
      const sizes = context.ints('window_dimensions');
      return sizes?.length === shape.length
        ? shape.map((dim, axis) => windowPlaces(context, dim, sizes[axis]!, axis, windows))
        : undefined;
    }),
  work: (context) => ({ vector: context.outputCountOf(0) * windowReads(context) * perElement(context) }),
};

/** The way back of a pooling: each window's element is looked for, and what belongs to it added there. */
const selectAndScatter: OperatorRule = {
  domain: stablehloDomain,
  name: 'select_and_scatter',
  operatorClass: 'pooling',
  formula: 'vector |source|·window volume, and |source| additions',
  infer: (context) => context.setTensor(0, context.dtype(0), context.shape(0)),
  work(context) {
    const volume = elementCount(context.ints('window_dimensions') ?? []);
    return { vector: context.count(1) * (volume + 1) };
  },
};

/** Comparisons of a sort of so many elements. */
const sorting = (length: number): number => (length > 1 ? Math.ceil(Math.log2(length)) : 0);

const sort: OperatorRule = {
  domain: stablehloDomain,
  name: 'sort',
  operatorClass: 'movement',
  formula: 'vector |X|·log2 of the sorted axis·operations of its body',
  infer: (context) => setEach(context, context.inputCount, (shape) => shape),
  work(context) {
    const shape = context.shape(0);
    const axis = context.int('dimension', -1);
    const length = shape[axis < 0 ? axis + shape.length : axis] ?? 1;
    return { vector: context.count(0) * sorting(length) * perElement(context) };
  },
};

const map: OperatorRule = {
  domain: stablehloDomain,
  name: 'map',
  operatorClass: 'elementwise',
  formula: 'vector |Y|·operations of its body',
  infer: (context) => context.setTensor(0, undefined, context.shape(0)),
  work: (context) => ({ vector: context.outputCountOf(0) * perElement(context) }),
};

/** Bytes of an input, at its type. */
function bytesOf(context: WorkContext, input: number): number | undefined {
  const dtype = context.dtype(input);
  return (dtype && byteLength(dtype, context.count(input))) ?? undefined;
}

/** What an operator does that changes a part of its operand: the runtime writes it where the operand lies. */
export function inPlaceWork(context: WorkContext, update: number): OperatorWork {
  const bytes = bytesOf(context, update);
  return {
    ...(bytes !== undefined && { inputBytes: { 0: 0 }, outputBytes: { 0: bytes } }),
    inPlace: { 0: 0 },
  };
}

/** Operands, indices, then updates, as many as operands. A body of one step replaces or adds. */
const scatter: OperatorRule = {
  domain: stablehloDomain,
  name: 'scatter',
  operatorClass: 'movement',
  formula: 'vector |updates|·operations of its body; bytes of indices and updates, written in place',
  infer: (context) => setEach(context, Math.floor((context.inputCount - 1) / 2), (shape) => shape),
  work(context) {
    const updates = Math.floor((context.inputCount - 1) / 2) + 1;
    const vector = context.count(updates) * (context.strings('body')?.length ?? 0);
    const bytes = bytesOf(context, updates) ?? 0;
    return { ...inPlaceWork(context, updates), ...(vector > 0 && { vector, inputBytes: { 0: bytes } }) };
  },
};

/** Operators that take a body for two elements. Source: StableHLO specification. */
export const reductionRules: readonly OperatorRule[] = [
  reduce,
  reduceWindow,
  selectAndScatter,
  sort,
  map,
  scatter,
];
