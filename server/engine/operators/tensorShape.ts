import type { OperatorRule } from './rule';
import { sameAsInput } from './shared';

export const tensorShapeOperators: readonly OperatorRule[] = [
  { domain: '', name: 'Identity', operatorClass: 'view', view: true, infer: sameAsInput },
];
