import type { DataType } from '../../graph/dataTypes';
import type { Dim } from '../../graph/dim';
import type {
  AttributeReader,
  NodeContext,
  OperatorClass,
  OperatorRule,
  OperatorWork,
  WorkContext,
} from '../rule';

/** A rule of ONNX's domain of classic machine learning. */
export function learning(
  name: string,
  operatorClass: OperatorClass,
  formula: string,
  infer: (context: NodeContext) => void,
  work?: (context: WorkContext) => OperatorWork,
): OperatorRule {
  return { domain: 'ai.onnx.ml', name, operatorClass, formula, infer, ...(work && { work }) };
}

/** Rows of a table [rows, features]; a vector is one row. Undefined when the rank is unknown. */
export function tableRows(context: NodeContext, input = 0): Dim | undefined {
  const shape = context.shape(input);
  return shape?.length === 1 ? 1 : shape?.[0];
}

/** Rows and features of a table of numbers. */
export function tableSize(context: WorkContext): { rows: number; features: number } {
  const shape = context.shape(0);
  const features = shape[shape.length - 1] ?? 1;
  return { rows: features === 0 ? 0 : context.count(0) / features, features };
}

/** Names of the attribute with text labels and the one with integer labels. */
export interface LabelNames {
  readonly strings: string;
  readonly integers: string;
}

/** Class labels of a classifier: their type, and how many there are. */
export function labels(
  context: AttributeReader,
  names: LabelNames,
): { readonly dtype: DataType; readonly count: number } {
  const texts = context.strings(names.strings) ?? [];
  if (texts.length > 0) return { dtype: 'string', count: texts.length };
  return { dtype: 'int64', count: context.ints(names.integers)?.length ?? 0 };
}

/**
 * Operations of a classifier's post_transform per score. Source: ONNX operator specification, ai.onnx.ml:
 * SOFTMAX as Softmax (5), LOGISTIC as Sigmoid, PROBIT counted as one special function.
 */
export function postTransform(context: AttributeReader, scores: number): OperatorWork {
  const name = context.string('post_transform', 'NONE');
  if (name.startsWith('SOFTMAX')) return { vector: 4 * scores, special: scores };
  if (name === 'LOGISTIC') return { vector: 3 * scores, special: scores };
  return name === 'PROBIT' ? { special: scores } : {};
}
