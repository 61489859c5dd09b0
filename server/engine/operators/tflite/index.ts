import type { DataType } from '../../graph/dataTypes';
import { broadcastInputs } from '../broadcast';
import { formulaOf, workOf, type Count } from '../elementwiseCount';
import type { Mapping, Rescaling } from '../foreign/mapping';
import { translated, withExtras } from '../foreign/translate';
import type { OperatorRule } from '../rule';
import { controlRules } from './control';
import { layerRules } from './layers';
import table from './operators.json';
import { otherRules } from './others';
import { recurrentRules } from './recurrent';
import { format, tflite } from './rule';
import { shapeRules } from './shapes';

/** An operator on each element of operands that broadcast. */
interface Elementwise extends Count {
  readonly type?: DataType;
  readonly rescales?: Rescaling;
}

/** An operator whose result has the shape of one of its inputs. */
interface Like extends Count {
  readonly like: number;
  readonly type?: DataType;
  readonly typeOf?: number;
  readonly isTypeDeclared?: boolean;
}

function elementwise(name: string, { type, rescales, ...count }: Elementwise): OperatorRule {
  return tflite(
    name,
    'elementwise',
    formulaOf(count),
    (context) => {
      const all = Array.from({ length: context.inputCount }, (_, i) => i);
      context.setTensor(0, type ?? context.dtype(0), broadcastInputs(context, all));
    },
    (context) => withExtras(format, rescales ? { rescales } : {}, context, workOf(count)(context)),
  );
}

function like(name: string, { like: input, type, typeOf, isTypeDeclared, ...count }: Like): OperatorRule {
  const isMovement = !count.vector && !count.special;
  return tflite(
    name,
    isMovement ? 'movement' : 'elementwise',
    isMovement ? 'none: bytes only' : formulaOf(count),
    (context) => {
      const dtype = isTypeDeclared ? undefined : (type ?? context.dtype(typeOf ?? input));
      context.setTensor(0, dtype, context.shape(input));
    },
    workOf(count),
  );
}

/**
 * The operators of TFLite: those that a rule of ONNX serves as operators.json maps them, and rules of their own.
 * @param ruleOf the rules of ai.onnx
 */
export function tfliteOperators(ruleOf: (name: string) => OperatorRule | undefined): readonly OperatorRule[] {
  const mappings = Object.entries(table.mappings as unknown as Readonly<Record<string, Mapping>>);
  return [
    ...mappings.flatMap(([name, mapping]) => {
      const rule = ruleOf(mapping.as);
      return rule ? [translated(format, name, rule, mapping)] : [];
    }),
    ...Object.entries(table.elementwise as Readonly<Record<string, Elementwise>>).map(([name, one]) =>
      elementwise(name, one),
    ),
    ...Object.entries(table.like as Readonly<Record<string, Like>>).map(([name, one]) => like(name, one)),
    ...layerRules,
    ...recurrentRules,
    ...shapeRules,
    ...controlRules,
    ...otherRules,
  ];
}
