import { dataTypeOfCode, dataTypes, type DataType } from '../graph/dataTypes';
import type { Dim } from '../graph/dim';
import type { Shape, ValueType } from '../graph/model';
import type { Element, NodeContext, OperatorRule } from './rule';

/** The tensor type of an element type and a shape, either of which may be unknown. */
export function tensor(dtype: DataType | undefined, shape?: Shape): ValueType {
  return { kind: 'tensor', dtype, shape };
}

/** The element type that an attribute such as Cast's `to` names; undefined when absent or newer than the table. */
export function dtypeAttribute(
  context: NodeContext,
  name: string,
  fallback?: DataType,
): DataType | undefined {
  const code = context.int(name);
  return code === undefined || code === 0 ? fallback : dataTypeOfCode(code);
}

export function isInteger(dtype: DataType | undefined): boolean {
  return dtype !== undefined && (dataTypes[dtype].kind === 'signed' || dataTypes[dtype].kind === 'unsigned');
}

/** An axis counted from the end made positive; undefined when it lies outside. */
export function normalizeAxis(axis: number, rank: number): number | undefined {
  const at = axis < 0 ? axis + rank : axis;
  return Number.isInteger(at) && at >= 0 && at < rank ? at : undefined;
}

/** Axes made positive; undefined when one lies outside. */
export function normalizeAxes(axes: readonly number[], rank: number): number[] | undefined {
  const result: number[] = [];
  for (const axis of axes) {
    const at = normalizeAxis(axis, rank);
    if (at === undefined) return undefined;
    result.push(at);
  }
  return result;
}

/** The elements of an input when all of them are plain numbers. */
export function numbers(elements: readonly Element[] | undefined): readonly number[] | undefined {
  return elements?.every((element) => typeof element === 'number') ? elements : undefined;
}

/** The elements of an input when all of them are dimensions: numbers or symbolic. */
export function dims(elements: readonly Element[] | undefined): readonly Dim[] | undefined {
  return elements?.every((element) => element !== undefined && typeof element !== 'string')
    ? elements
    : undefined;
}

export function isDim(element: Element): element is Dim {
  return element !== undefined && typeof element !== 'string';
}

/**
 * Numbers that an older version takes from an attribute and a newer one from an input (axes of Squeeze, ...):
 * `absent` when neither is given, undefined when given but unknown.
 */
export function attributeOrInput(
  context: NodeContext,
  attribute: string,
  input: number,
): readonly number[] | 'absent' | undefined {
  if (context.has(attribute)) {
    const single = context.int(attribute);
    return single === undefined ? context.ints(attribute) : [single];
  }
  return context.hasInput(input) ? numbers(context.elements(input)) : 'absent';
}

/** Gives output 0 the type and shape of input 0. */
export function sameAsInput(context: NodeContext): void {
  const type = context.type(0);
  if (type?.kind === 'tensor' || type?.kind === 'sparse')
    context.setTensor(0, context.dtype(0), context.shape(0));
  else context.setType(0, type);
}

/** A rule of an operator that reinterprets its input without touching bytes. */
export function view(name: string, infer: OperatorRule['infer']): OperatorRule {
  return { domain: '', name, operatorClass: 'view', view: true, formula: 'none, no bytes', infer };
}

/** A rule of an operator that moves bytes and computes nothing; `more` says what differs. */
export function movement(
  name: string,
  infer: OperatorRule['infer'],
  more: Partial<OperatorRule> = {},
): OperatorRule {
  return { domain: '', name, operatorClass: 'movement', formula: 'none: bytes only', infer, ...more };
}
