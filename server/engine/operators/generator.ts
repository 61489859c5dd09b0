import type { DataType } from '../graph/dataTypes';
import { add, ceilDivide, lowerBound, multiply, subtract, type Dim } from '../graph/dim';
import type { Tensor } from '../graph/model';
import { maximumElements, numericCount } from './broadcast';
import type { Element, NodeContext, OperatorRule } from './rule';
import { dtypeAttribute, isDim, isInteger, movement, sameAsInput } from './shared';
import { shapeElements, shapeFromElements } from './tensorShape';

/** Number of steps from start to limit; undefined when it is not known. */
function rangeLength(start: Element, limit: Element, delta: Element): Dim | undefined {
  if (!isDim(start) || !isDim(limit) || !isDim(delta) || delta === 0) return undefined;
  if (typeof start === 'number' && typeof limit === 'number' && typeof delta === 'number') {
    return Math.max(0, Math.ceil((limit - start) / delta));
  }
  if (typeof delta === 'number' && delta < 0) return ceilDivide(subtract(start, limit), -delta);
  return typeof delta === 'number' || lowerBound(delta) > 0
    ? ceilDivide(subtract(limit, start), delta)
    : undefined;
}

function inferRange(context: NodeContext): void {
  const [start, limit, delta] = [0, 1, 2].map((index) => context.elements(index)?.[0]);
  const length = rangeLength(start, limit, delta);
  context.setTensor(0, context.dtype(0), [length ?? context.fresh('length')]);
  if (typeof length !== 'number' || length > maximumElements || !isDim(start) || !isDim(delta)) return;
  context.setElements(
    0,
    Array.from({ length }, (_, i) => add(start, multiply(delta, i))),
  );
}

function inferConstantOfShape(context: NodeContext): void {
  const value = context.attribute('value');
  const tensor: Tensor | undefined = value?.kind === 'tensor' ? value.value : undefined;
  const dtype = tensor ? tensor.dtype : 'float';
  const wanted = shapeElements(context, 0);
  const shape = wanted && shapeFromElements(context, wanted);
  context.setTensor(0, dtype, shape);
  const count = numericCount(shape);
  const element: Element = tensor ? tensor.elements?.[0] : 0;
  if (count !== undefined && count >= 0 && count <= maximumElements && element !== undefined) {
    context.setElements(0, new Array<Element>(count).fill(element));
  }
}

function setList(context: NodeContext, dtype: DataType, values: readonly Element[], scalar: boolean): void {
  context.setTensor(0, dtype, scalar ? [] : [values.length]);
  context.setElements(0, values);
}

function inferConstant(context: NodeContext): void {
  for (const { name } of context.node.attributes) {
    const attribute = context.attribute(name);
    if (!attribute) continue;
    switch (attribute.kind) {
      case 'tensor':
        context.setTensor(0, attribute.value.dtype, attribute.value.dims);
        if (attribute.value.elements) context.setElements(0, attribute.value.elements);
        return;
      case 'sparse':
        context.setTensor(0, attribute.value.values.dtype, attribute.value.dims);
        return;
      case 'int':
        return setList(context, 'int64', [attribute.value], true);
      case 'float':
        return setList(context, 'float', [attribute.value], true);
      case 'string':
        return setList(context, 'string', [attribute.value], true);
      case 'ints':
        return setList(context, 'int64', attribute.value, false);
      case 'floats':
        return setList(context, 'float', attribute.value, false);
      case 'strings':
        return setList(context, 'string', attribute.value, false);
      case 'graph':
      case 'graphs':
      case 'reference':
      case 'tensors':
      case 'type':
      case 'unknown':
        continue;
    }
  }
}

/** Without `dtype` the result has the type of the input. */
function inferEyeLike(context: NodeContext): void {
  context.setTensor(0, dtypeAttribute(context, 'dtype', context.dtype(0)), context.shape(0));
}

/** Running sum or product of a 1-D tensor. */
function inferCumulative(context: NodeContext, join: (a: Dim, b: Dim) => Dim, first: number): void {
  sameAsInput(context);
  const elements = context.elements(0);
  if (!elements || context.rank(0) !== 1 || !isInteger(context.dtype(0))) return;
  const backwards = context.int('reverse', 0) === 1;
  const exclusive = context.int('exclusive', 0) === 1;
  let total: Dim | undefined = first;
  const result: Element[] = [];
  for (const element of backwards ? [...elements].reverse() : elements) {
    const before: Dim | undefined = total;
    total = total !== undefined && isDim(element) ? join(total, element) : undefined;
    result.push(exclusive ? before : total);
  }
  context.setElements(0, backwards ? result.reverse() : result);
}

export const generatorOperators: readonly OperatorRule[] = [
  movement('Constant', inferConstant, { view: true, formula: 'none, no bytes' }),
  movement('ConstantOfShape', inferConstantOfShape),
  movement('Range', inferRange, {
    formula: 'vector |Y|',
    work: (context) => ({ vector: context.outputCountOf(0) }),
  }),
  movement('EyeLike', inferEyeLike),
  movement('Trilu', sameAsInput),
  movement('CumSum', (context) => inferCumulative(context, add, 0), {
    operatorClass: 'reduction',
    formula: 'vector |X|',
    work: (context) => ({ vector: context.count(0) }),
  }),
  movement('CumProd', (context) => inferCumulative(context, multiply, 1), {
    operatorClass: 'reduction',
    formula: 'vector |X|',
    work: (context) => ({ vector: context.count(0) }),
  }),
];
