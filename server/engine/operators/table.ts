/** The table of all operators. A family is a file; it is added here with one import and one line. */
import type { OperatorRule } from './rule';
import { tensorShapeOperators } from './tensorShape';

export const allOperators: readonly OperatorRule[] = [...tensorShapeOperators];

const table = new Map<string, Map<string, OperatorRule>>();
for (const rule of allOperators) {
  const domain = table.get(rule.domain) ?? new Map<string, OperatorRule>();
  table.set(rule.domain, domain.set(rule.name, rule));
}

/** `ai.onnx` is the long name of the default domain. */
export function canonicalDomain(domain: string): string {
  return domain === 'ai.onnx' ? '' : domain;
}

/** All that is known about an operator; undefined for those without a rule. */
export function ruleOf(domain: string, name: string): OperatorRule | undefined {
  return table.get(canonicalDomain(domain))?.get(name);
}
