import { dataTypeOfCode } from '../graph/dataTypes';
import { add, floorDivide, multiply, sum, type Dim } from '../graph/dim';
import type { ValueType } from '../graph/model';
import { areEqualTypes, joinTypes } from './joinTypes';
import type { Fact, NodeContext, OperatorRule } from './rule';
import { maximumElements } from './broadcast';
import { movement, normalizeAxis, numbers, tensor, view } from './shared';

function elementOf(type: ValueType | undefined): ValueType | undefined {
  return type?.kind === 'sequence' || type?.kind === 'optional' ? type.element : undefined;
}

function setSequence(context: NodeContext, element: ValueType | undefined): void {
  context.setType(0, { kind: 'sequence', ...(element && { element }) });
}

/** Items of a sequence, where that is known. */
export function lengthOf(fact: Fact | undefined): Dim | undefined {
  return fact?.items?.length ?? fact?.length;
}

/** States the length of a sequence whose items are all of one type. */
export function setLength(
  context: NodeContext,
  index: number,
  item: ValueType | undefined,
  length: Dim,
): void {
  if (typeof length === 'number' && length >= 0 && length <= maximumElements)
    context.setItems(index, new Array<ValueType | undefined>(length).fill(item));
  else context.setLength(index, length);
}

/** The type of all items of a sequence of known length; undefined where they differ. */
function commonItem({ type, items, length }: Fact): ValueType | undefined {
  if (length !== undefined) return elementOf(type);
  const [first] = items ?? [];
  return items?.every((item) => areEqualTypes(item, first)) ? first : undefined;
}

/** States a sequence of known items: their common type, and each of them. */
function setItems(
  context: NodeContext,
  items: readonly (ValueType | undefined)[],
  element?: ValueType,
): void {
  const common =
    items.length === 0 ? element : items.slice(1).reduce((a, b) => join(context, a, b), items[0]);
  setSequence(context, common);
  if (items.length <= maximumElements) context.setItems(0, items);
  else if (items.every((item) => areEqualTypes(item, common))) context.setLength(0, items.length);
}

function join(
  context: NodeContext,
  a: ValueType | undefined,
  b: ValueType | undefined,
): ValueType | undefined {
  return joinTypes(a, b, (axis) => context.fresh(`dim${axis}`));
}

/** Position among `length` items that an input gives, counted from the end where negative. */
function position(context: NodeContext, input: number, length: number, fallback: number): number | undefined {
  if (!context.hasInput(input)) return fallback;
  const at = context.elements(input)?.[0];
  if (typeof at !== 'number') return undefined;
  const result = at < 0 ? at + length : at;
  return result >= 0 && result <= length ? result : undefined;
}

function inferConstruct(context: NodeContext): void {
  setItems(
    context,
    Array.from({ length: context.inputCount }, (_, index) => context.type(index)),
  );
}

function inferInsert(context: NodeContext): void {
  const items = context.fact(0)?.items;
  const at = items && position(context, 2, items.length, items.length);
  if (items && at !== undefined) {
    setItems(context, [...items.slice(0, at), context.type(1), ...items.slice(at)]);
    return;
  }
  const [own, added] = [elementOf(context.type(0)), context.type(1)];
  setSequence(context, own && added ? join(context, own, added) : (own ?? added));
  changeLength(context, 1, added);
}

/** Of equal items it does not matter which one comes or goes. */
function changeLength(context: NodeContext, by: 1 | -1, item: ValueType | undefined): void {
  const before = context.fact(0);
  const length = lengthOf(before);
  if (!before || length === undefined || !item) return;
  if (length === 0 || areEqualTypes(commonItem(before), item)) setLength(context, 0, item, add(length, by));
}

function inferErase(context: NodeContext): void {
  const items = context.fact(0)?.items;
  const at = items && position(context, 1, items.length, items.length - 1);
  if (items && at !== undefined) {
    setItems(
      context,
      items.filter((_, index) => index !== at),
      elementOf(context.type(0)),
    );
    return;
  }
  context.setType(0, context.type(0));
  const before = context.fact(0);
  if (before && lengthOf(before) !== 0) changeLength(context, -1, commonItem(before));
}

function inferAt(context: NodeContext): void {
  const items = context.fact(0)?.items;
  const at = items && position(context, 1, items.length, 0);
  context.setType(0, (at === undefined ? undefined : items![at]) ?? elementOf(context.type(0)));
}

/** Parts of a tensor along an axis: single slices, parts of one size, or parts of given sizes. */
function inferSplitToSequence(context: NodeContext): void {
  const shape = context.shape(0);
  const axis = shape && normalizeAxis(context.int('axis', 0), shape.length);
  if (!shape || axis === undefined) {
    setSequence(context, tensor(context.dtype(0)));
    return;
  }
  const drop = !context.hasInput(1) && context.int('keepdims', 1) === 0;
  const part = (size: Dim): ValueType =>
    tensor(
      context.dtype(0),
      shape.flatMap((dim, at) => (at !== axis ? [dim] : drop ? [] : [size])),
    );
  const sizes = partSizes(context, shape[axis]!);
  if (sizes) {
    setItems(context, sizes.map(part), part(0));
    return;
  }
  const size = context.hasInput(1) ? evenSize(context, shape[axis]!) : 1;
  setSequence(context, part(size ?? context.fresh('part')));
  if (size !== undefined) setLength(context, 0, part(size), floorDivide(shape[axis]!, size));
}

/** The one size of all parts, where an axis is cut into such as leave nothing. */
function evenSize(context: NodeContext, total: Dim): number | undefined {
  const [size, ...more] = context.rank(1) === 0 ? (numbers(context.elements(1)) ?? []) : [];
  if (size === undefined || size < 1 || more.length > 0) return undefined;
  return size === 1 || (typeof total === 'number' && total % size === 0) ? size : undefined;
}

function partSizes(context: NodeContext, total: Dim): readonly number[] | undefined {
  const given = context.hasInput(1) ? numbers(context.elements(1)) : [1];
  if (!given) return undefined;
  if (context.hasInput(1) && context.rank(1) !== 0) return given;
  const size = given[0];
  if (typeof total !== 'number' || !size || total / size > 1024) return undefined;
  return Array.from({ length: Math.ceil(total / size) }, (_, i) => Math.min(size, total - i * size));
}

function inferConcatFromSequence(context: NodeContext): void {
  const element = elementOf(context.type(0));
  const items = context.fact(0)?.items;
  const shape = element?.kind === 'tensor' ? element.shape : undefined;
  const stacked = context.int('new_axis', 0) === 1;
  const axis = shape && normalizeAxis(context.int('axis', 0), shape.length + (stacked ? 1 : 0));
  const dtype = element?.kind === 'tensor' ? element.dtype : undefined;
  if (!shape || axis === undefined) {
    context.setTensor(0, dtype, undefined);
    return;
  }
  const length = lengthOf(context.fact(0));
  const each = length !== undefined && !items ? multiply(length, shape[axis] ?? 1) : undefined;
  const total = (stacked ? length : (totalAlong(items, axis) ?? each)) ?? context.fresh('total');
  const result = stacked
    ? [...shape.slice(0, axis), total, ...shape.slice(axis)]
    : shape.map((dim, at) => (at === axis ? total : dim));
  context.setTensor(0, dtype, result);
}

function totalAlong(items: readonly (ValueType | undefined)[] | undefined, axis: number): Dim | undefined {
  const dims = items?.map((item) => (item?.kind === 'tensor' ? item.shape?.[axis] : undefined));
  return dims?.every((dim) => dim !== undefined) ? sum(dims) : undefined;
}

/** Without an input the `type` attribute says what the optional could hold. */
function inferOptional(context: NodeContext): void {
  const attribute = context.attribute('type');
  const element = context.type(0) ?? (attribute?.kind === 'type' ? attribute.value : undefined);
  context.setType(0, { kind: 'optional', ...(element && { element }) });
}

export const sequenceOperators: readonly OperatorRule[] = [
  view('SequenceConstruct', inferConstruct),
  view('SequenceEmpty', (context) => {
    setItems(context, [], tensor(dataTypeOfCode(context.int('dtype', 1))));
  }),
  view('SequenceInsert', inferInsert),
  view('SequenceErase', inferErase),
  view('SequenceAt', inferAt),
  view('SequenceLength', (context) => {
    context.setTensor(0, 'int64', []);
    const length = lengthOf(context.fact(0));
    if (length !== undefined) context.setElements(0, [length]);
  }),
  movement('SplitToSequence', inferSplitToSequence),
  movement('ConcatFromSequence', inferConcatFromSequence),
  view('Optional', inferOptional),
  view('OptionalHasElement', (context) => {
    context.setTensor(0, 'bool', []);
    const type = context.type(0);
    if (!context.hasInput(0)) context.setElements(0, [0]);
    else if (type && type.kind !== 'optional') context.setElements(0, [1]);
  }),
  view('OptionalGetElement', (context) => {
    const type = context.type(0);
    context.setType(0, type?.kind === 'optional' ? type.element : type);
  }),
];
