import { dataTypeOfCode, dataTypes } from '../graph/dataTypes';
import type { Attribute, ModelFunction, Node, ValueType } from '../graph/model';
import type { ArgsOf, NodePart, ProblemCode, Severity } from '../problem';
import {
  arity,
  enumerationOf,
  isKnownDomain,
  isTypeCode,
  newestVersion,
  parameterAt,
  schemaAt,
  schemaOfFunction,
  schemasOf,
  typeOfAttribute,
} from './schema';
import type { OperatorSchema, SchemaParameter } from './schema';
import { canonicalDomain } from './domain';
import { ruleOf } from './table';
import { isWhole, typeList, typeWord } from './typeWords';

/** Hears what is wrong with a node. */
export type NodeReport = <C extends ProblemCode>(
  severity: Severity,
  code: C,
  args: ArgsOf<C>,
  part?: NodePart,
) => void;

/** Versions of the operator sets that a graph or function imports, by canonical domain. */
export type Imports = ReadonlyMap<string, number>;

/** The schema in force for a node: of the function that it calls, else by its import; undefined for unknown operators. */
export function schemaOfNode(
  { domain, operator }: Node,
  imports: Imports,
  called: ModelFunction | undefined,
): OperatorSchema | undefined {
  if (called) return schemaOfFunction(called);
  return schemaAt(domain, operator, versionInForce(imports, domain));
}

/** The newest known version stands in for an import that is missing. */
function versionInForce(imports: Imports, domain: string): number {
  return imports.get(canonicalDomain(domain)) ?? newestVersion(domain) ?? 1;
}

/**
 * Holds a node against the schema of its operator (onnx's, ONNX Runtime's, or that of the function it calls): does it exist,
 * how many inputs and outputs, which attributes of which types.
 */
export function checkNode(
  node: Node,
  imports: Imports,
  called: ModelFunction | undefined,
  report: NodeReport,
): void {
  checkImport(node, imports, report);
  const schema = schemaOfNode(node, imports, called);
  if (!schema) {
    checkKnown(node, imports, report);
    return;
  }
  const { operator } = node;
  if (schema.deprecated) {
    report('warning', 'operator.deprecated', { operator, version: schema.since });
    return;
  }
  checkSide(node, 'inputs', schema.inputs, report);
  checkSide(node, 'outputs', schema.outputs, report);
  schema.inputs.forEach(({ name, option }, index) => {
    if (option === 'single' && node.inputs[index] === '')
      report('error', 'operator.input-missing', { operator, input: name }, { side: 'inputs', index });
  });
  checkAttributes(node, schema, report);
}

/** Runtimes bring the versions of their own domains along; the standard has to be imported. */
function severityIn(domain: string): Severity {
  return domain.startsWith('com.') ? 'warning' : 'error';
}

function checkImport({ domain }: Node, imports: Imports, report: NodeReport): void {
  if (imports.has(canonicalDomain(domain))) return;
  const args = { domain: canonicalDomain(domain) || 'ai.onnx' };
  report(severityIn(domain), 'operator.opset-missing', args);
}

function checkKnown(node: Node, imports: Imports, report: NodeReport): void {
  const { operator } = node;
  const domain = canonicalDomain(node.domain);
  const later = schemasOf(domain, operator)[0];
  if (later) {
    const version = versionInForce(imports, domain);
    report('error', 'operator.later', { operator, since: later.since, version });
  } else if (isKnownDomain(domain) && !ruleOf(domain, operator)) {
    report(severityIn(domain), 'operator.unknown', { ...namesOf(node), count: 1, more: 0 });
  }
}

/** An operator that nobody knows, as problems name it. */
export function namesOf({ operator, domain }: Node): { readonly operator: string; readonly domain: string } {
  return { operator, domain: canonicalDomain(domain) || 'ai.onnx' };
}

function checkSide(
  node: Node,
  side: 'inputs' | 'outputs',
  parameters: readonly SchemaParameter[],
  report: NodeReport,
): void {
  const { length: count } = node[side];
  const { operator } = node;
  const [least, most] = arity(parameters);
  if (count > most)
    report('error', `operator.${side}-many`, { operator, count, most }, { side, index: most });
  else if (count < least) report('error', `operator.${side}-few`, { operator, count, least });
}

function checkAttributes(node: Node, schema: OperatorSchema, report: NodeReport): void {
  const { operator } = node;
  const given = new Set<string>();
  node.attributes.forEach((attribute, index) => {
    const { name } = attribute;
    const part = { side: 'attributes', index } as const;
    if (given.has(name)) report('error', 'operator.attribute-repeated', { attribute: name }, part);
    given.add(name);
    checkChoice(node, attribute, part, report);
    const known = schema.attributes.find((one) => one.name === name);
    if (!known) report('error', 'operator.attribute-unknown', { operator, attribute: name }, part);
    else
      checkAttributeType(operator, attribute, known.type, (args) =>
        report('error', 'operator.attribute-type', args, part),
      );
  });
  for (const { name, required } of schema.attributes) {
    if (required && !given.has(name))
      report('error', 'operator.attribute-missing', { operator, attribute: name });
  }
}

/** Texts of which the specification lists all, and integers that stand for a type. */
function checkChoice(node: Node, attribute: Attribute, part: NodePart, report: NodeReport): void {
  const { operator, domain } = node;
  const { name, kind, value } = attribute;
  if (kind === 'string' || kind === 'strings') {
    const allowed = enumerationOf(domain, operator, name);
    if (allowed.length === 0) return;
    const other = (kind === 'string' ? [value] : value).find((one) => !allowed.includes(one));
    if (other === undefined) return;
    const args = { operator, attribute: name, value: other, allowed: allowed.join(', ') };
    report('error', 'operator.attribute-choice', args, part);
  } else if (kind === 'int' && isTypeCode(domain, operator, name) && !dataTypeOfCode(value)) {
    // 0 stands for a default in some operators.
    const isDefault = value === 0 && name.startsWith('output_');
    if (!isDefault) report('error', 'operator.attribute-code', { operator, attribute: name, value }, part);
  }
}

function checkAttributeType(
  operator: string,
  attribute: Attribute,
  expected: string,
  report: (args: ArgsOf<'operator.attribute-type'>) => void,
): void {
  const found = typeOfAttribute(attribute);
  if (found === undefined || found === expected || expected === 'any') return;
  report({ operator, attribute: attribute.name, expected, found });
}

/** Element types of inputs against the constraints, and against each other where they share one. */
export function checkTypes(
  node: Node,
  schema: OperatorSchema,
  types: readonly (ValueType | undefined)[],
  report: NodeReport,
): void {
  const bound = new Map<string, { readonly input: string; readonly type: string }>();
  types.forEach((type, index) => {
    const parameter = parameterAt(schema.inputs, index);
    const word = type && isWhole(type) ? typeWord(type) : undefined;
    if (!parameter || parameter.types.size === 0 || word === undefined || isInBlocks(type)) return;
    const input = node.inputs[index] ?? '';
    const args = { operator: node.operator, input, type: word };
    const part = { side: 'inputs', index } as const;
    if (!parameter.types.has(word)) {
      report('error', 'operator.type-not-allowed', { ...args, allowed: typeList(parameter.types) }, part);
      return;
    }
    if (!isShared(parameter, schema)) return;
    const other = bound.get(parameter.type);
    if (!other) bound.set(parameter.type, { input, type: word });
    else if (other.type !== word) {
      const others = { other: other.input, otherType: other.type };
      report('error', 'operator.type-differs', { ...args, ...others }, part);
    }
  });
}

/** Of types in blocks the schemas know nothing: a product takes such weights as if they were of the type beside them. */
function isInBlocks(type: ValueType | undefined): boolean {
  return type?.kind === 'tensor' && type.dtype !== undefined && dataTypes[type.dtype].kind === 'block';
}

/** All inputs of a constraint have one type, unless each repetition may have its own. */
function isShared({ option, type }: SchemaParameter, { constraints }: OperatorSchema): boolean {
  return option !== 'mixed' && constraints.has(type);
}
