import type { DataType } from '../graph/dataTypes';
import type { Shape } from '../graph/model';
import { knownNumbers } from './helpers';
import type { Element, NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';
import { normalizeAxis } from './shared';
import { largest, smallest } from '../lists';

/** Axes that a Reduce* names: attribute or input by version; undefined when they are not known. */
function reduceAxes(context: NodeContext, inputSince: number): readonly number[] | undefined {
  const given =
    context.version >= inputSince
      ? context.hasInput(1)
        ? knownNumbers(context, 1)
        : []
      : (context.ints('axes') ?? []);
  return given;
}

/** Shape after reducing `axes`: 1 where kept, gone where not. No axes means all. */
export function reducedShape(
  shape: Shape | undefined,
  axes: readonly number[],
  keep: boolean,
): Shape | undefined {
  if (shape === undefined) return undefined;
  const front = new Set(
    axes.length === 0 ? shape.keys() : axes.map((axis) => normalizeAxis(axis, shape.length)),
  );
  if (front.has(undefined)) return undefined;
  return keep
    ? shape.map((dim, axis) => (front.has(axis) ? 1 : dim))
    : shape.filter((_, axis) => !front.has(axis));
}

function inferReduce(context: NodeContext, inputSince: number): void {
  const shape = context.shape(0);
  const keep = context.int('keepdims', 1) === 1;
  const axes = reduceAxes(context, inputSince);
  if (axes?.length === 0 && context.int('noop_with_empty_axes', 0) !== 0) {
    context.setType(0, context.type(0));
    return;
  }
  if (axes !== undefined) {
    context.setTensor(0, context.dtype(0), reducedShape(shape, axes, keep));
    return;
  }
  context.setTensor(0, context.dtype(0), shapeByCount(context, keep));
}

/** The axes are data: how many there are still tells the rank, and the shape where all are reduced. */
function shapeByCount(context: NodeContext, keep: boolean): Shape | undefined {
  const shape = context.shape(0);
  const count = context.shape(1)?.[0];
  if (shape === undefined) return undefined;
  if (count === shape.length) return keep ? shape.map(() => 1) : [];
  if (keep) return shape.map(() => context.fresh('reduced'));
  return typeof count === 'number' && count > 0 && count < shape.length
    ? shape.slice(count).map(() => context.fresh('reduced'))
    : undefined;
}

/** Folds the reductions that exporters use in shape arithmetic: the whole of a 1-D tensor of numbers. */
function foldReduce(context: NodeContext, fold: ((values: readonly number[]) => number) | undefined): void {
  const values = knownNumbers(context, 0);
  if (fold === undefined || values === undefined || values.length === 0) return;
  if (context.rank(0) !== 1) return;
  const result: Element = fold(values);
  context.setElements(0, [result]);
}

type ReduceWork = (read: number, results: number) => OperatorWork;

function reduce(
  name: string,
  inputSince: number,
  formula: string,
  work: ReduceWork,
  fold?: (values: readonly number[]) => number,
): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'reduction',
    formula,
    infer(context) {
      inferReduce(context, inputSince);
      foldReduce(context, fold);
    },
    work: (context) => (isCopy(context, inputSince) ? {} : work(context.count(0), context.outputCountOf(0))),
  };
}

/** No axes and `noop_with_empty_axes`: the input is passed on. */
function isCopy(context: WorkContext, inputSince: number): boolean {
  if (context.int('noop_with_empty_axes', 0) === 0) return false;
  return context.version >= inputSince
    ? !context.hasInput(1) || context.count(1) === 0
    : (context.ints('axes') ?? []).length === 0;
}

function inferArg(context: NodeContext): void {
  const keep = context.int('keepdims', 1) === 1;
  const shape = reducedShape(context.shape(0), [context.int('axis', 0)], keep);
  context.setTensor(0, 'int64' satisfies DataType, shape);
}

function argRule(name: string): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'reduction',
    formula: 'vector |X|',
    infer: inferArg,
    work: (context) => ({ vector: context.count(0) }),
  };
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/**
 * Reductions: 1 operation per element read for each step (square, absolute value, add, compare, ...) and 1 per
 * result for a final root, logarithm or division. `axes` became an input in 13 (ReduceSum) and 18.
 */
export const reductionOperators: readonly OperatorRule[] = [
  reduce('ReduceSum', 13, 'vector |X|', (read) => ({ vector: read }), total),
  reduce('ReduceMean', 18, 'vector |X| + |Y|', (read, results) => ({ vector: read + results }), undefined),
  reduce(
    'ReduceMax',
    18,
    'vector |X|',
    (read) => ({ vector: read }),
    (values) => largest(values),
  ),
  reduce(
    'ReduceMin',
    18,
    'vector |X|',
    (read) => ({ vector: read }),
    (values) => smallest(values),
  ),
  reduce(
    'ReduceProd',
    18,
    'vector |X|',
    (read) => ({ vector: read }),
    (values) => values.reduce((product, value) => product * value, 1),
  ),
  reduce('ReduceL1', 18, 'vector 2·|X|', (read) => ({ vector: 2 * read })),
  reduce('ReduceL2', 18, 'vector 2·|X|, special |Y|', (read, results) => ({
    vector: 2 * read,
    special: results,
  })),
  reduce('ReduceSumSquare', 18, 'vector 2·|X|', (read) => ({ vector: 2 * read })),
  reduce('ReduceLogSum', 18, 'vector |X|, special |Y|', (read, results) => ({
    vector: read,
    special: results,
  })),
  // Maximum, subtraction and addition per element around the exponential, as a stable kernel does it.
  reduce('ReduceLogSumExp', 18, 'vector 3·|X| + |Y|, special |X| + |Y|', (read, results) => ({
    vector: 3 * read + results,
    special: read + results,
  })),
  argRule('ArgMax'),
  argRule('ArgMin'),
];
