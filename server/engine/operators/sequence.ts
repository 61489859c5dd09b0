import { dataTypeOfCode } from '../graph/dataTypes';
import type { Dim } from '../graph/dim';
import type { ValueType } from '../graph/model';
import { joinTypes } from './control';
import type { NodeContext, OperatorRule } from './rule';
import { normalizeAxis, numbers, tensor } from './shared';

function elementOf(type: ValueType | undefined): ValueType | undefined {
  return type?.kind === 'sequence' || type?.kind === 'optional' ? type.element : undefined;
}

function setSequence(context: NodeContext, element: ValueType | undefined): void {
  context.setType(0, { kind: 'sequence', ...(element && { element }) });
}

function inferConstruct(context: NodeContext): void {
  let element = context.type(0);
  for (let index = 1; index < context.inputCount; index++) {
    element = joinTypes(element, context.type(index), (axis) => context.fresh(`dim${axis}`));
  }
  setSequence(context, element);
}

function inferInsert(context: NodeContext): void {
  const [own, added] = [elementOf(context.type(0)), context.type(1)];
  setSequence(
    context,
    own && added ? joinTypes(own, added, (axis) => context.fresh(`dim${axis}`)) : (own ?? added),
  );
}

/** Parts of a tensor: their common shape, where a part of differing length has a size of its own. */
function inferSplitToSequence(context: NodeContext): void {
  const shape = context.shape(0);
  const axis = shape && normalizeAxis(context.int('axis', 0), shape.length);
  if (!shape || axis === undefined) {
    setSequence(context, tensor(context.dtype(0)));
    return;
  }
  const drop = !context.hasInput(1) && context.int('keepdims', 1) === 0;
  const size = drop ? 1 : partSize(context, shape[axis]!);
  const result = shape.flatMap((dim, at) => (at !== axis ? [dim] : drop ? [] : [size]));
  setSequence(context, tensor(context.dtype(0), result));
}

function partSize(context: NodeContext, total: Dim): Dim {
  if (!context.hasInput(1)) return 1;
  const sizes = numbers(context.elements(1));
  const scalar = context.rank(1) === 0;
  if (sizes?.length === 1 && scalar) {
    return typeof total === 'number' && total % sizes[0]! === 0 ? sizes[0]! : context.fresh('part');
  }
  return sizes && sizes.length > 0 && sizes.every((size) => size === sizes[0])
    ? sizes[0]!
    : context.fresh('part');
}

function inferConcatFromSequence(context: NodeContext): void {
  const element = elementOf(context.type(0));
  const shape = element?.kind === 'tensor' ? element.shape : undefined;
  const stacked = context.int('new_axis', 0) === 1;
  const axis = shape && normalizeAxis(context.int('axis', 0), shape.length + (stacked ? 1 : 0));
  const dtype = element?.kind === 'tensor' ? element.dtype : undefined;
  if (!shape || axis === undefined) {
    context.setTensor(0, dtype, undefined);
    return;
  }
  const total = context.fresh('total');
  const result = stacked
    ? [...shape.slice(0, axis), total, ...shape.slice(axis)]
    : shape.map((dim, at) => (at === axis ? total : dim));
  context.setTensor(0, dtype, result);
}

/** Without an input the `type` attribute says what the optional could hold. */
function inferOptional(context: NodeContext): void {
  const attribute = context.attribute('type');
  const element = context.type(0) ?? (attribute?.kind === 'type' ? attribute.value : undefined);
  context.setType(0, { kind: 'optional', ...(element && { element }) });
}

const view = (name: string, infer: OperatorRule['infer']): OperatorRule => ({
  domain: '',
  name,
  operatorClass: 'view',
  view: true,
  formula: 'none, no bytes',
  infer,
});
const movement = (name: string, infer: OperatorRule['infer']): OperatorRule => ({
  domain: '',
  name,
  operatorClass: 'movement',
  formula: 'none: bytes only',
  infer,
});

export const sequenceOperators: readonly OperatorRule[] = [
  view('SequenceConstruct', inferConstruct),
  view('SequenceEmpty', (context) => setSequence(context, tensor(dataTypeOfCode(context.int('dtype', 1))))),
  view('SequenceInsert', inferInsert),
  view('SequenceErase', (context) => context.setType(0, context.type(0))),
  view('SequenceAt', (context) => context.setType(0, elementOf(context.type(0)))),
  view('SequenceLength', (context) => context.setTensor(0, 'int64', [])),
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
