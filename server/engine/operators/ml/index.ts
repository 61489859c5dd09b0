/** Operators of ONNX's domain of classic machine learning. */
import type { OperatorRule } from '../rule';
import { featureOperators } from './features';
import { linearOperators } from './linear';
import { treeOperators } from './trees';

export const machineLearningOperators: readonly OperatorRule[] = [
  ...featureOperators,
  ...linearOperators,
  ...treeOperators,
];
