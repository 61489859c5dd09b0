import { elementCount } from '../graph/dataTypes';
import { sameType } from './helpers';
import type { OperatorRule, OperatorWork, WorkContext } from './rule';

/**
 * Softmax takes 5 operations per element in all: compare for the maximum, subtract, add up and divide
 * on the vector unit, and one exponential.
 */
export function softmaxWork(elements: number): OperatorWork & { vector: number; special: number } {
  return { vector: 4 * elements, special: elements };
}

/** Length of the axis or axes that one softmax runs over; from 13 on one axis, before all from `axis` on. */
function softmaxLength(context: WorkContext): number {
  const shape = context.shape(0);
  const axis = context.int('axis', context.version < 13 ? 1 : -1);
  const front = axis < 0 ? axis + shape.length : axis;
  return context.version < 13 ? elementCount(shape.slice(front)) : (shape[front] ?? 1);
}

function rule(name: string, formula: string, work: (context: WorkContext) => OperatorWork): OperatorRule {
  return { domain: '', name, operatorClass: 'softmax', formula, infer: (c) => sameType(c), work };
}

/** Softmax and its kin. */
export const softmaxOperators: readonly OperatorRule[] = [
  rule('Softmax', '5·|X| in all: vector 4·|X|, special |X|', (context) => softmaxWork(context.count(0))),
  // The division becomes a subtraction of one logarithm per row.
  rule('LogSoftmax', 'vector 4·|X|, special |X| + 1 per row', (context) => {
    const elements = context.count(0);
    const length = softmaxLength(context);
    return { vector: 4 * elements, special: elements + (length === 0 ? 0 : elements / length) };
  }),
  rule('Hardmax', 'vector 2·|X| (maximum, compare)', (context) => ({
    vector: 2 * context.count(0),
  })),
];
