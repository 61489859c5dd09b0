import { printDim } from '../../graph/dim';
import type { Shape } from '../../graph/model';
import type { NodePart } from '../../problem';
import type { Element, NodeContext } from '../rule';

/** Says what does not fit together at a node, before its rule says what comes out. */
export type NodeCheck = (context: NodeContext) => void;

/** An input as problems name it: `“weight” [64, 3, 7, 7]`. */
export function inputText(context: NodeContext, index: number): string {
  const shape = context.shape(index);
  return `“${context.node.inputs[index] ?? ''}”${shape ? ` ${shapeText(shape)}` : ''}`;
}

export function shapeText(shape: Shape): string {
  return `[${shape.map(printDim).join(', ')}]`;
}

export const inputPart = (index: number): NodePart => ({ side: 'inputs', index });

/** The attribute of a name, where the node has it. */
export function attributePart(context: NodeContext, name: string): NodePart | undefined {
  const index = context.node.attributes.findIndex((one) => one.name === name);
  return index < 0 ? undefined : { side: 'attributes', index };
}

/** @returns false where the rank is known and another */
export function hasRank(context: NodeContext, input: number, ...allowed: readonly number[]): boolean {
  return hasRankOf(context, input, allowed);
}

/** As {@link hasRank}, with a list. */
export function hasRankOf(context: NodeContext, input: number, allowed: readonly number[]): boolean {
  const rank = context.rank(input);
  if (rank === undefined || allowed.includes(rank)) return true;
  const args = { input: inputText(context, input), rank, expected: allowed.join(' / ') };
  context.report('error', 'rank', args, inputPart(input));
  return false;
}

/** @returns false where the rank is known and less */
export function hasLeastRank(context: NodeContext, input: number, least: number): boolean {
  const rank = context.rank(input);
  if (rank === undefined || rank >= least) return true;
  context.report('error', 'rank-least', { input: inputText(context, input), rank, least }, inputPart(input));
  return false;
}

/** Inputs that stand for one number: a scalar or a list of one. */
export function checkSingle(context: NodeContext, ...inputs: readonly number[]): void {
  for (const input of inputs) {
    if (hasRank(context, input, 0, 1) && context.rank(input) === 1) checkSize(context, input, 0, 1, '1');
  }
}

/** The dimension of an input, where it is a number, has to be `expected`, where that is known. */
export function checkSize(
  context: NodeContext,
  input: number,
  axis: number,
  expected: number | undefined,
  reason: string,
): void {
  const size = context.shape(input)?.[axis];
  if (typeof size !== 'number' || expected === undefined || size === expected) return;
  const args = { input: inputText(context, input), axis, size, expected, reason };
  context.report('error', 'size', args, inputPart(input));
}

/** Where an axis comes from, and which input it counts on. */
export interface AxisSource {
  readonly name: string;
  readonly input?: number;
  /** Axes that the output has more than the input. */
  readonly more?: number;
  readonly part?: NodePart | undefined;
}

/** Axes have to lie within an input. */
export function checkAxes(
  context: NodeContext,
  axes: readonly number[],
  { name, input = 0, more = 0, part = attributePart(context, name) }: AxisSource,
): void {
  const rank = context.rank(input);
  if (rank === undefined) return;
  const limit = rank + more;
  const axis = axes.find((one) => one < -limit || one >= limit);
  if (axis === undefined) return;
  context.report('error', 'axis', { name, axis, input: inputText(context, input), rank: limit }, part);
}

/** As {@link checkAxes}, for an attribute with one axis. */
export function checkAxis(context: NodeContext, fallback: number, more = 0, name = 'axis'): void {
  checkAxes(context, [context.int(name, fallback)], { name, more });
}

/** No axis may be named twice. */
export function checkOnce(
  context: NodeContext,
  axes: readonly number[],
  rank: number,
  { name, part = attributePart(context, name) }: AxisSource,
): void {
  const front = axes.map((axis) => (axis < 0 ? axis + rank : axis));
  const axis = front.find((one, at) => front.indexOf(one) !== at);
  if (axis !== undefined) context.report('error', 'axis-twice', { name, axis }, part);
}

/** The numbers of an attribute, where it is given, have to be so many. */
export function checkLength(
  context: NodeContext,
  name: string,
  expected: number | undefined,
  reason: string,
): void {
  const count = context.ints(name)?.length;
  if (count === undefined || expected === undefined || count === expected) return;
  context.report('error', 'length', { name, count, expected, reason }, attributePart(context, name));
}

/** The numbers of an attribute have to be at least so large. */
export function checkLeast(context: NodeContext, name: string, least: number): void {
  const single = context.int(name);
  const value = (single === undefined ? context.ints(name) : [single])?.find((one) => one < least);
  if (value !== undefined)
    context.report('error', 'number-least', { name, value, least }, attributePart(context, name));
}

/** The number of an attribute has to be one of a few. */
export function checkAmong(context: NodeContext, name: string, ...allowed: readonly number[]): void {
  const value = context.int(name);
  if (value === undefined || allowed.includes(value)) return;
  const args = { name, value, allowed: allowed.join(', ') };
  context.report('error', 'number-choice', args, attributePart(context, name));
}

/** The numbers of an input, as far as they are known, have to lie in a range. */
export function checkElements(context: NodeContext, input: number, least: number, most: number): void {
  checkNumbers(context, input, context.elements(input), least, most);
}

/** As {@link checkElements}, for some of what an input holds. */
export function checkNumbers(
  context: NodeContext,
  input: number,
  elements: readonly Element[] | undefined,
  least: number,
  most: number,
): void {
  const value = elements?.find((one) => typeof one === 'number' && (one < least || one > most));
  if (value === undefined) return;
  const args = { input: inputText(context, input), value: Number(value), least, most };
  context.report('error', 'element-range', args, inputPart(input));
}

/** A whole number has to be a multiple of another. */
export function checkMultiple(
  context: NodeContext,
  what: string,
  value: unknown,
  divisor: number | undefined,
  reason: string,
): void {
  if (typeof value !== 'number' || divisor === undefined || divisor === 0 || value % divisor === 0) return;
  context.report('error', 'multiple', { what, value, divisor, reason });
}

/** Numbers that an input holds, where all of them are known. */
export function numbersOf(context: NodeContext, input: number): readonly number[] | undefined {
  const elements: readonly Element[] | undefined = context.elements(input);
  return elements?.every((one) => typeof one === 'number') ? elements : undefined;
}

/** Two inputs have to have one element type, where both are known. */
export function checkSameType(context: NodeContext, one: number, other: number): void {
  const [type, otherType] = [context.dtype(one), context.dtype(other)];
  if (type === undefined || otherType === undefined || type === otherType) return;
  const names = { input: inputText(context, other), other: inputText(context, one) };
  context.report('error', 'types-differ', { ...names, type: otherType, otherType: type }, inputPart(other));
}

/** An input has to spread to a shape by broadcasting, and not the other way round. */
export function checkBroadcastTo(
  context: NodeContext,
  input: number,
  target: readonly unknown[] | undefined,
): void {
  const shape = context.shape(input);
  if (!shape || !target) return;
  const offset = target.length - shape.length;
  const isFitting = (size: unknown, at: number): boolean => {
    const other = target[at + offset];
    return size === 1 || typeof size !== 'number' || typeof other !== 'number' || size === other;
  };
  if (offset >= 0 && shape.every(isFitting)) return;
  const args = { input: inputText(context, input), target: shapeText(target as Shape) };
  context.report('error', 'broadcast-to', args, inputPart(input));
}
