import { sameType } from './helpers';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';

const domain = 'ai.onnx.preview.training';

/**
 * Optimisers take R and T, then `states` lists of n tensors each: parameters, gradients, and their own states.
 * They return the parameters and their own states (all lists but the gradients, which come second).
 */
function inferOptimizer(context: NodeContext, states: number): void {
  const tensors = Math.floor((context.inputCount - 2) / states);
  for (let output = 0; output < context.outputCount; output++) {
    const list = tensors === 0 ? 0 : Math.floor(output / tensors);
    const input = 2 + (list === 0 ? output : output + tensors);
    if (context.hasOutput(output)) sameType(context, input, output);
  }
}

/** Elements of all parameters, which come first after R and T. */
function parameterElements(context: WorkContext, states: number): number {
  const tensors = Math.floor((context.inputCount - 2) / states);
  let elements = 0;
  for (let index = 0; index < tensors; index++) elements += context.count(2 + index);
  return elements;
}

function optimizer(
  name: string,
  states: number,
  formula: string,
  work: (elements: number, context: WorkContext) => OperatorWork,
): OperatorRule {
  return {
    domain,
    name,
    operatorClass: 'elementwise',
    formula,
    infer: (context) => inferOptimizer(context, states),
    work: (context) => work(parameterElements(context, states), context),
  };
}

/**
 * Training operators; operations per parameter are counted on the update equations of the ONNX operator
 * specification (ai.onnx.preview.training 1), P = elements of all parameters.
 */
export const trainingOperators: readonly OperatorRule[] = [
  // G + norm·X (2), H + G² (2), √H, + ε (1), X − r·G/H (3).
  optimizer('Adagrad', 3, 'vector 8·P, special P', (elements) => ({
    vector: 8 * elements,
    special: elements,
  })),
  // G + norm·X (2), αV + (1−α)G (3), βH + (1−β)G² (4), √H, + ε (1), X − R·V/H (3), the post-norm (1).
  optimizer('Adam', 4, 'vector 14·P, special P', (elements) => ({
    vector: 14 * elements,
    special: elements,
  })),
  // G + norm·X (2), αV + βG (3), X − R·V (2); Nesterov takes G + αV (2) before the step.
  optimizer('Momentum', 3, 'vector 7·P (nesterov 9·P)', (elements, context) => ({
    vector: (context.string('mode', 'standard') === 'nesterov' ? 9 : 7) * elements,
  })),
  {
    domain,
    name: 'Gradient',
    operatorClass: 'other',
    formula: 'not counted: the differentiated graph stands outside the node',
    infer(context) {
      // The inputs are xs, then zs; the outputs are the derivatives by xs.
      for (let output = 0; output < context.outputCount; output++)
        if (context.hasOutput(output)) sameType(context, output, output);
    },
  },
];
