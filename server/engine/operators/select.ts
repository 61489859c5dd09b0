import type { DataType } from '../graph/dataTypes';
import { broadcastInputs } from './broadcast';
import { foldInputs, foldMaximum, foldMinimum, rounded, truth } from './elements';
import { workOf } from './elementwiseCount';
import type { Element, NodeContext, OperatorRule } from './rule';
import { isDim } from './shared';

export const whereRule: OperatorRule = {
  domain: '',
  name: 'Where',
  operatorClass: 'elementwise',
  formula: 'vector |Y|',
  infer(context) {
    const shape = broadcastInputs(context, [0, 1, 2]);
    context.setTensor(0, context.dtype(1) ?? context.dtype(2), shape);
    if (!context.elements(0)) return;
    foldInputs(context, [0, 1, 2], shape, ([condition, a, b]) => choose(condition, a, b), context.dtype(1));
  },
  work: workOf({ vector: 1 }),
};

function choose(condition: Element, a: Element, b: Element): Element {
  const taken = truth(condition);
  return taken === undefined ? (a === b ? a : undefined) : taken ? a : b;
}

export const clipRule: OperatorRule = {
  domain: '',
  name: 'Clip',
  operatorClass: 'elementwise',
  formula: 'vector 2|Y|',
  infer(context) {
    const dtype = context.dtype(0);
    context.setTensor(0, dtype, context.shape(0));
    const elements = context.elements(0);
    if (!elements) return;
    const low = limit(context, 'min', 1, -Infinity);
    const high = limit(context, 'max', 2, Infinity);
    context.setElements(
      0,
      elements.map((element) => clipped(element, low, high, dtype)),
    );
  },
  work: workOf({ vector: 2 }),
};

function limit(context: NodeContext, attribute: string, input: number, fallback: number): Element {
  if (context.version < 11) return context.float(attribute, fallback);
  return context.hasInput(input) ? context.elements(input)?.[0] : fallback;
}

function clipped(element: Element, low: Element, high: Element, dtype: DataType | undefined): Element {
  if (!isDim(element) || !isDim(low) || !isDim(high)) return undefined;
  if (typeof element === 'number' && typeof low === 'number' && typeof high === 'number') {
    return rounded(Math.min(Math.max(element, low), high), dtype);
  }
  const above = low === -Infinity ? element : foldMaximum([element, low], dtype);
  return high === Infinity ? above : foldMinimum([above, high], dtype);
}
