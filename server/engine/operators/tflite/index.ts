import { tableRules, type OperatorTable } from '../foreign/tableRules';
import type { OperatorRule } from '../rule';
import { controlRules } from './control';
import { layerRules } from './layers';
import table from './operators.json';
import { otherRules } from './others';
import { recurrentRules } from './recurrent';
import { format } from './rule';
import { shapeRules } from './shapes';

/**
 * The operators of TFLite: those that a rule of ONNX serves as operators.json maps them, and rules of their own.
 * @param ruleOf the rules of ai.onnx
 */
export function tfliteOperators(ruleOf: (name: string) => OperatorRule | undefined): readonly OperatorRule[] {
  return [
    ...tableRules(format, table as unknown as OperatorTable, ruleOf),
    ...layerRules,
    ...recurrentRules,
    ...shapeRules,
    ...controlRules,
    ...otherRules,
  ];
}
