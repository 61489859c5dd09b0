import type { DataType } from '../../graph/dataTypes';
import { broadcastInputs } from '../broadcast';
import { formulaOf, workOf, type Count } from '../elementwiseCount';
import type { OperatorRule } from '../rule';
import type { Mapping, Rescaling } from './mapping';
import { translated, withExtras, type Format } from './translate';

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
  /** It touches no bytes. */
  readonly isView?: boolean;
}

/** An operator whose results are as the file declares them, with so many operations for each element of the first one. */
interface Declared extends Count {
  readonly isView?: boolean;
}

/** The operators of a format as data. */
export interface OperatorTable {
  /** Those that a rule of ONNX serves. */
  readonly mappings: Readonly<Record<string, Mapping>>;
  readonly elementwise: Readonly<Record<string, Elementwise>>;
  readonly like: Readonly<Record<string, Like>>;
  readonly declared?: Readonly<Record<string, Declared>>;
}

/**
 * The rules that a table of operators stands for.
 * @param ruleOf the rules of ai.onnx
 */
export function tableRules(
  format: Format,
  table: OperatorTable,
  ruleOf: (name: string) => OperatorRule | undefined,
): readonly OperatorRule[] {
  return [
    ...Object.entries(table.mappings).flatMap(([name, mapping]) => {
      const rule = ruleOf(mapping.as);
      return rule ? [translated(format, name, rule, mapping)] : [];
    }),
    ...Object.entries(table.elementwise).map(([name, one]) => elementwise(format, name, one)),
    ...Object.entries(table.like).map(([name, one]) => like(format, name, one)),
    ...Object.entries(table.declared ?? {}).map(([name, one]) => declared(format, name, one)),
  ];
}

function elementwise(format: Format, name: string, { type, rescales, ...count }: Elementwise): OperatorRule {
  return {
    domain: format.domain,
    name,
    operatorClass: 'elementwise',
    formula: formulaOf(count),
    infer: (context) => {
      const all = Array.from({ length: context.inputCount }, (_, i) => i);
      context.setTensor(0, type ?? context.dtype(0), broadcastInputs(context, all));
    },
    work: (context) => withExtras(format, rescales ? { rescales } : {}, context, workOf(count)(context)),
  };
}

function like(
  format: Format,
  name: string,
  { like: input, type, typeOf, isTypeDeclared, isView, ...count }: Like,
): OperatorRule {
  return {
    ...plain(format, name, count, isView),
    infer: (context) => {
      const dtype = isTypeDeclared ? undefined : (type ?? context.dtype(typeOf ?? input));
      context.setTensor(0, dtype, context.shape(input));
    },
  };
}

function declared(format: Format, name: string, { isView, ...count }: Declared): OperatorRule {
  return { ...plain(format, name, count, isView), infer: () => {} };
}

/** What is known of an operator by its count alone. */
function plain(format: Format, name: string, count: Count, isView = false): Omit<OperatorRule, 'infer'> {
  const isMovement = !count.vector && !count.special;
  return {
    domain: format.domain,
    name,
    operatorClass: isView ? 'view' : isMovement ? 'movement' : 'elementwise',
    ...(isView && { view: true }),
    formula: isView ? 'none, no bytes' : isMovement ? 'none: bytes only' : formulaOf(count),
    work: workOf(count),
  };
}
