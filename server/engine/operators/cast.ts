import { dataTypes, type DataType } from '../graph/dataTypes';
import { floorFraction, rounded, truth } from './elements';
import type { Element, NodeContext, OperatorRule } from './rule';
import { dtypeAttribute, isInteger } from './shared';

/** The element as another type holds it; undefined when that is not known. */
function castElement(element: Element, dtype: DataType | undefined): Element {
  if (element === undefined || dtype === undefined) return undefined;
  if (dtype === 'string') return typeof element === 'string' ? element : undefined;
  if (typeof element === 'string') {
    const value = Number(element);
    return element.trim() === '' || Number.isNaN(value) ? undefined : castElement(value, dtype);
  }
  if (dtype === 'bool') {
    const known = truth(element);
    return known === undefined ? undefined : Number(known);
  }
  if (typeof element === 'number') return rounded(element, dtype);
  return isInteger(dtype) ? floorFraction(element) : element;
}

function castTo(context: NodeContext, dtype: DataType | undefined): void {
  context.setTensor(0, dtype, context.shape(0));
  const elements = context.elements(0);
  if (elements) {
    context.setElements(
      0,
      elements.map((element) => castElement(element, dtype)),
    );
  }
}

/** Before operator set 6 the type was written as text, "FLOAT". */
function target(context: NodeContext): DataType | undefined {
  const text = context.string('to')?.toLowerCase();
  if (text === undefined) return dtypeAttribute(context, 'to');
  return Object.hasOwn(dataTypes, text) ? (text as DataType) : undefined;
}

export const castOperators: readonly OperatorRule[] = [
  {
    domain: '',
    name: 'Cast',
    operatorClass: 'movement',
    formula: 'none: bytes only',
    infer: (context) => castTo(context, target(context)),
  },
  {
    domain: '',
    name: 'CastLike',
    operatorClass: 'movement',
    formula: 'none: bytes only',
    infer: (context) => castTo(context, context.dtype(1)),
  },
  {
    domain: '',
    name: 'BitCast',
    operatorClass: 'view',
    view: true,
    formula: 'none',
    infer: (context) => context.setTensor(0, dtypeAttribute(context, 'to'), context.shape(0)),
  },
];
