import type { DataType } from '../graph/dataTypes';
import type { Dim } from '../graph/dim';
import type { NodeContext, WorkContext } from './rule';
import { dims, numbers } from './shared';

/** The output has the whole type of the input. */
export function sameType(context: NodeContext, input = 0, output = 0): void {
  context.setType(output, context.type(input));
}

/** The output has the shape of the input and an element type of its own. */
export function sameShape(context: NodeContext, dtype: DataType | undefined, input = 0, output = 0): void {
  context.setTensor(output, dtype, context.shape(input));
}

/** Content of an input when all of it is plain numbers. */
export function knownNumbers(
  context: NodeContext | WorkContext,
  index: number,
): readonly number[] | undefined {
  return numbers(context.elements(index));
}

/** Content of an input as dimensions: numbers or symbolic expressions; undefined if a part is unknown. */
export function knownDims(context: NodeContext, index: number): readonly Dim[] | undefined {
  return dims(context.elements(index));
}

/** The one number that a scalar input holds. */
export function knownScalar(context: NodeContext | WorkContext, index: number): number | undefined {
  const first = context.elements(index)?.[0];
  return typeof first === 'number' ? first : undefined;
}

/** Of two statements of one dimension the one that says more: a number before a symbol. */
export function sharper(a: Dim | undefined, b: Dim | undefined): Dim | undefined {
  if (a === undefined) return b;
  return typeof a === 'number' || typeof b !== 'number' ? a : b;
}
