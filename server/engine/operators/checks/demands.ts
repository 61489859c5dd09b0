import table from '../demands.json';
import type { Shape } from '../../graph/model';
import type { NodePart } from '../../problem';
import { elementCount } from '../../graph/dataTypes';
import { largest, smallest } from '../../lists';
import type { Dim } from '../../graph/dim';
import type { Element, NodeContext } from '../rule';
import { schemaAt } from '../schema';
import type { OperatorSchema } from '../schema';
import { evaluate, leafText, leavesOf, parseFormula } from './formula';
import type { Formula, FormulaValue, Leaf, Property } from './formula';
import { attributePart, inputPart, type NodeCheck } from './terms';

/** `condition: demand`: what has to hold where the condition does; without a condition, always. */
interface Demand {
  readonly text: string;
  readonly condition: Formula | null;
  readonly demand: Formula;
}

function demandOf(text: string): Demand {
  const parts = text.split(': ');
  const [condition = null, demand] = parts.length > 1 ? parts : [undefined, parts[0]!];
  return {
    text,
    condition: condition === null ? null : parseFormula(condition),
    demand: parseFormula(demand),
  };
}

const parsed = new Map<string, Formula>();

/**
 * What a formula comes to at a node: a whole number as it is, whether a demand holds, or a text.
 * @returns undefined where something that it hangs on is not known
 */
export function valueAt(context: NodeContext, text: string): FormulaValue {
  let formula = parsed.get(text);
  if (!formula) parsed.set(text, (formula = parseFormula(text)));
  return evaluate(formula, (leaf) => leafAt(context, leaf));
}

function schemaOf({ node: { domain, operator }, version }: NodeContext): OperatorSchema | undefined {
  return schemaAt(domain, operator, version);
}

function leafAt(context: NodeContext, leaf: Leaf): FormulaValue {
  const schema = schemaOf(context);
  const input = schema?.inputs.findIndex(({ name }) => name === leaf.name) ?? -1;
  if (leaf.kind === 'element') {
    const at = evaluate(leaf.at, (inner) => leafAt(context, inner));
    return numberAt(context.shape(input) ?? context.ints(leaf.name), at);
  }
  if (leaf.kind === 'property') return propertyAt(context, schema, leaf, input);
  if (schema?.attributes.some(({ name }) => name === leaf.name))
    return attributeAt(context, schema, leaf.name);
  const elements = context.elements(input);
  return elements?.length === 1 ? known(elements[0]) : undefined;
}

/** An attribute, or its default. */
function attributeAt(context: NodeContext, schema: OperatorSchema, name: string): FormulaValue {
  const given = context.int(name) ?? context.float(name) ?? context.string(name);
  if (given !== undefined || context.has(name)) return given;
  const fallback = schema.attributes.find((one) => one.name === name)?.default;
  return typeof fallback === 'object' ? undefined : fallback;
}

function numberAt(list: Shape | readonly number[] | undefined, at: FormulaValue): number | undefined {
  return typeof at === 'number' ? known(list?.at(at)) : undefined;
}

function known(one: Element | Dim): number | undefined {
  return typeof one === 'number' ? one : undefined;
}

function propertyAt(
  context: NodeContext,
  schema: OperatorSchema | undefined,
  { property, name }: Leaf & { readonly kind: 'property' },
  input: number,
): FormulaValue {
  if (property === 'rank') return context.rank(input);
  if (property === 'type') return context.dtype(input);
  if (property === 'size') {
    const shape = context.shape(input);
    return shape?.every((size) => typeof size === 'number') ? elementCount(shape) : undefined;
  }
  if (property === 'first' || property === 'last')
    return known(context.elements(input)?.at(property === 'first' ? 0 : -1));
  if (property !== 'given') return listAt(context, name, property);
  if (input >= 0) return context.hasInput(input);
  const output = schema?.outputs.findIndex((one) => one.name === name) ?? -1;
  return output >= 0 ? context.hasOutput(output) : context.has(name);
}

function listAt(context: NodeContext, name: string, property: Property): number | undefined {
  const attribute = context.attribute(name);
  const list = Array.isArray(attribute?.value) ? (attribute.value as readonly unknown[]) : undefined;
  if (!list || property === 'count') return list?.length;
  const numbers = list.filter((one) => typeof one === 'number');
  if (property === 'sum') return numbers.reduce((sum, one) => sum + one, 0);
  return property === 'least' ? smallest(numbers) : largest(numbers);
}

/** Where the first name of a demand stands. */
function partOf(context: NodeContext, leaves: readonly Leaf[]): NodePart | undefined {
  for (const { name } of leaves) {
    const input = schemaOf(context)?.inputs.findIndex((one) => one.name === name) ?? -1;
    if (input >= 0 && context.hasInput(input)) return inputPart(input);
    const attribute = attributePart(context, name);
    if (attribute) return attribute;
  }
  return undefined;
}

function valuesOf(context: NodeContext, leaves: readonly Leaf[]): string {
  return leaves.map((leaf) => `${leafText(leaf)} = ${String(leafAt(context, leaf) ?? '?')}`).join(', ');
}

/** Of one node the first that does not hold is told: the others may follow from it. */
function checkDemands(context: NodeContext, demands: readonly Demand[]): void {
  const holds = (formula: Formula): FormulaValue => evaluate(formula, (leaf) => leafAt(context, leaf));
  for (const { text, condition, demand } of demands) {
    if (condition !== null && holds(condition) !== true) continue;
    if (holds(demand) !== false) continue;
    const leaves = leavesOf(demand);
    const args = { demand: text, values: valuesOf(context, leaves) };
    context.report('error', 'demand', args, partOf(context, leaves));
    return;
  }
}

/** What has to hold of the attributes and sizes of a node, by `demands.json`. */
export const demandChecks: Readonly<Record<string, NodeCheck>> = Object.fromEntries(
  Object.entries(table.demands as Readonly<Record<string, readonly string[]>>).map(([operator, texts]) => {
    let demands: readonly Demand[] | undefined;
    return [operator, (context: NodeContext) => checkDemands(context, (demands ??= texts.map(demandOf)))];
  }),
);
