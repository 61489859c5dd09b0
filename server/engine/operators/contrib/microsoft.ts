import { dataTypes, type DataType } from '../../graph/dataTypes';
import type { NodeContext, OperatorClass, OperatorRule, OperatorWork, WorkContext } from '../rule';

/** Domain of ONNX Runtime's contributed operators. */
export const microsoft = 'com.microsoft';

/** A rule of ONNX Runtime's own domain. */
export function contrib(
  name: string,
  operatorClass: OperatorClass,
  formula: string,
  infer: OperatorRule['infer'],
  work?: (context: WorkContext) => OperatorWork,
): OperatorRule {
  return { domain: microsoft, name, operatorClass, formula, infer, ...(work && { work }) };
}

/** The output is typed as the input at `index`. */
export function like(index = 0): (context: NodeContext) => void {
  return (context) => context.setType(0, context.type(index));
}

/** Sums and products of small integers are 32 bits wide, with a sign if the first operand has one. */
export function accumulator(context: NodeContext): DataType {
  const dtype = context.dtype(0);
  return dtype !== undefined && dataTypes[dtype].kind === 'unsigned' ? 'uint32' : 'int32';
}
