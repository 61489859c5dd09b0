import { sameShape } from './helpers';
import type { NodeContext, OperatorRule } from './rule';

/** The loss is a scalar, or one value per target where nothing is reduced. */
function inferLoss(context: NodeContext): void {
  const scalar = context.string('reduction', 'mean') !== 'none';
  context.setTensor(0, context.dtype(0), scalar ? [] : context.shape(1));
}

/** Losses. Source: ONNX operator specification, NegativeLogLikelihoodLoss-22, SoftmaxCrossEntropyLoss-13. */
export const lossOperators: readonly OperatorRule[] = [
  {
    domain: '',
    name: 'NegativeLogLikelihoodLoss',
    operatorClass: 'reduction',
    formula: 'vector 2·|target| (negate, add), + |target| for weights',
    infer: inferLoss,
    work: (context) => ({ vector: (context.hasInput(2) ? 3 : 2) * context.count(1) }),
  },
  {
    domain: '',
    name: 'SoftmaxCrossEntropyLoss',
    operatorClass: 'softmax',
    formula:
      'vector 4·|scores| + 2·|labels| (+ |labels| for weights); special |scores| + |labels| (log-softmax, then negative log likelihood)',
    infer(context) {
      inferLoss(context);
      if (context.hasOutput(1)) sameShape(context, context.dtype(0), 0, 1);
    },
    work: (context) => ({
      vector: 4 * context.count(0) + (context.hasInput(2) ? 3 : 2) * context.count(1),
      special: context.count(0) + context.count(1),
    }),
  },
];
