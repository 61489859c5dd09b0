import { tfliteDomain } from '../../graph/domains';
import type { Format } from '../foreign/translate';
import { withExtras } from '../foreign/translate';
import type {
  NodeContext,
  OperatorClass,
  OperatorRule,
  OperatorWork,
  SubgraphSteps,
  WorkContext,
} from '../rule';
import table from './operators.json';

export const format: Format = { domain: tfliteDomain, activations: table.activations };

/** The attribute of many operators for what they compute on their result. */
const activation = 'fused_activation_function';

/** A rule of TFLite that no rule of ONNX stands for. */
export function tflite(
  name: string,
  operatorClass: OperatorClass,
  formula: string,
  infer: (context: NodeContext) => void | SubgraphSteps,
  work?: (context: WorkContext) => OperatorWork,
): OperatorRule {
  return { domain: tfliteDomain, name, operatorClass, formula, infer, ...(work && { work }) };
}

/** Adds the activation, and the scaling of a quantised result, to the work of a layer. */
export function layerWork(context: WorkContext, work: OperatorWork): OperatorWork {
  return withExtras(format, { activation, rescales: 'results' }, context, work);
}
