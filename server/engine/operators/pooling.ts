import { elementCount } from '../graph/dataTypes';
import type { DataType } from '../graph/dataTypes';
import type { Shape } from '../graph/model';
import { joinShape } from './convolution';
import { knownDims } from './helpers';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';
import { readWindow, slideLength, transposedLength } from './window';

/** Shape of a pooling over the spatial axes; undefined when X's rank or the kernel is unknown. */
export function poolShape(context: NodeContext, channelsLast = false): Shape | undefined {
  const x = context.shape(0);
  const kernel = context.ints('kernel_shape');
  if (x === undefined || kernel === undefined) return undefined;
  if (x.length !== kernel.length + 2) {
    context.report('error', 'pool-rank', { rank: x.length, kernel: kernel.length });
    return undefined;
  }
  const window = readWindow(context, kernel);
  const spatial = channelsLast ? x.slice(1, -1) : x.slice(2);
  const channels = (channelsLast ? x[x.length - 1] : x[1]) ?? 1;
  return joinShape(
    x[0] ?? 1,
    channels,
    spatial.map((dim, axis) => slideLength(dim, window, axis)),
    channelsLast,
  );
}

/** Elements that all windows read: output elements × kernel volume (padding counted as read). */
export function windowReads(context: WorkContext): number {
  return context.outputCountOf(0) * elementCount(context.ints('kernel_shape') ?? []);
}

/** Shape after pooling over all spatial axes: they become 1. */
export function globalShape(shape: Shape | undefined, channelsLast = false): Shape | undefined {
  const last = (shape?.length ?? 0) - 1;
  return shape?.map((dim, axis) => (axis === 0 || axis === (channelsLast ? last : 1) ? dim : 1));
}

function pool(
  name: string,
  formula: string,
  work: (context: WorkContext) => OperatorWork,
  indices?: DataType,
): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'pooling',
    formula,
    infer(context) {
      const shape = poolShape(context);
      context.setTensor(0, context.dtype(0), shape);
      if (indices !== undefined && context.hasOutput(1)) context.setTensor(1, indices, shape);
    },
    work,
  };
}

function globalPool(
  name: string,
  formula: string,
  work: (context: WorkContext) => OperatorWork,
): OperatorRule {
  return {
    domain: '',
    name,
    operatorClass: 'pooling',
    formula,
    infer(context) {
      context.setTensor(0, context.dtype(0), globalShape(context.shape(0)));
    },
    work,
  };
}

/**
 * Operations of an Lp norm over `reads` elements into `results`: p = 1 takes |x| and adds (2 vector per element);
 * p = 2 multiplies and adds, and a root per result; another p takes a power per element and a root per result.
 */
function normWork(p: number, reads: number, results: number): OperatorWork {
  if (p === 1) return { vector: 2 * reads };
  return p === 2 ? { vector: 2 * reads, special: results } : { vector: 2 * reads, special: reads + results };
}

/** MaxUnpool inverts MaxPool: lengths as a transposed convolution, or as `output_shape` says. */
const maxUnpool: OperatorRule = {
  domain: '',
  name: 'MaxUnpool',
  operatorClass: 'movement',
  formula: '0 operations',
  infer(context) {
    context.setTensor(0, context.dtype(0), unpoolShape(context));
  },
};

function unpoolShape(context: NodeContext): Shape | undefined {
  if (context.hasInput(2)) {
    const given = knownDims(context, 2);
    if (given !== undefined) return given;
    return context.shape(0)?.map((dim, axis) => (axis < 2 ? dim : context.fresh('output')));
  }
  const x = context.shape(0);
  const kernel = context.ints('kernel_shape');
  if (x === undefined || kernel?.length !== x.length - 2) return undefined;
  const window = readWindow(context, kernel);
  return x.map((dim, axis) => (axis < 2 ? dim : transposedLength(dim, window, 0, axis - 2)));
}

/**
 * Pooling. A reduction costs 1 operation per element that it reads, an average 1 division per result more
 * (+, ÷, max are 1 per element). Shapes: ONNX operator specification, MaxPool-22.
 */
export const poolingOperators: readonly OperatorRule[] = [
  pool('MaxPool', 'vector |Y|·kernel volume', (context) => ({ vector: windowReads(context) }), 'int64'),
  pool('AveragePool', 'vector |Y|·kernel volume + |Y|', (context) => ({
    vector: windowReads(context) + context.outputCountOf(0),
  })),
  pool('LpPool', 'vector 2·|Y|·kernel volume; special |Y| (p ≠ 1), + |Y|·kernel volume (p > 2)', (context) =>
    normWork(context.int('p', 2), windowReads(context), context.outputCountOf(0)),
  ),
  globalPool('GlobalMaxPool', 'vector |X|', (context) => ({ vector: context.count(0) })),
  globalPool('GlobalAveragePool', 'vector |X| + |Y|', (context) => ({
    vector: context.count(0) + context.outputCountOf(0),
  })),
  globalPool('GlobalLpPool', 'vector 2·|X|; special |Y| (p ≠ 1), + |X| (p > 2)', (context) =>
    normWork(context.int('p', 2), context.count(0), context.outputCountOf(0)),
  ),
  maxUnpool,
];
