import type { Attribute } from '../graph/model';
import { isStepDue, type Steps } from '../scheduler';
import { equalShapes, permutationOf, shapeOf } from './conditions';
import type { EliminationCondition, EliminationRule } from './profile';
import type { WorkGraph, WorkNode } from './workGraph';

/** Removes the nodes that change nothing by one of the rules. */
export function* eliminateNoOperations(
  graph: WorkGraph,
  rules: readonly EliminationRule[],
  keepAtOutputs: boolean,
): Steps<void> {
  for (const rule of rules) {
    for (const operator of rule.operators) {
      for (const at of graph.withOperator(operator)) {
        yield;
        const node = graph.nodes[at]!;
        const source =
          rule.when === undefined ? node.inputs[0] : conditions[rule.when](node, graph, rule.scalar);
        const output = node.outputs[0];
        if (typeof source !== 'number' || typeof output !== 'number') continue;
        // Further outputs (Dropout's mask) that somebody reads need the node.
        const others = rule.parts ? [] : node.outputs.slice(1);
        if (others.some((other) => other !== null && isRead(other, graph))) continue;
        if (isReadBy(rule.unlessReadBy, node, graph)) continue;
        if (keepAtOutputs && node.outputs.some((one) => one !== null && graph.isScopeOutput(one))) continue;
        graph.eliminate(at, source, rule.parts);
      }
    }
  }
}

function isReadBy(operators: readonly string[] | undefined, node: WorkNode, graph: WorkGraph): boolean {
  if (!operators) return false;
  return node.outputs.some(
    (output) =>
      output !== null &&
      graph.someConsumer(output, (reader) => operators.includes(graph.nodes[reader]!.operator)),
  );
}

/** The value that a no-operation passes on; null when it does something. */
const conditions: Readonly<
  Record<
    EliminationCondition,
    (node: WorkNode, graph: WorkGraph, scalar?: boolean) => number | null | undefined
  >
> = {
  'same-type': (node, graph) => {
    const [from, to] = [typeOf(node.inputs[0], graph), typeOf(node.outputs[0], graph)];
    return from !== undefined && from === to ? node.inputs[0] : null;
  },
  'cast-of-cast': (node, graph) => {
    const [from, to] = [typeOf(node.inputs[0], graph), typeOf(node.outputs[0], graph)];
    if (from === undefined || from !== to) return null;
    const maker = graph.producer(node.inputs[0]!);
    const isCast = (at: number): boolean => graph.nodes[at]!.operator === node.operator;
    const isInChain = (maker !== -1 && isCast(maker)) || graph.someConsumer(node.outputs[0]!, isCast);
    return isInChain ? node.inputs[0] : null;
  },
  'half-to-single': (node, graph) => {
    const types = [typeOf(node.inputs[0], graph), typeOf(node.outputs[0], graph)];
    const isBetween = types.every((type) => type === 'float16' || type === 'float');
    return isBetween && types[0] !== types[1] ? node.inputs[0] : null;
  },
  'same-shape': sameShape,
  'whole-slice': (node, graph) => {
    const steps = node.inputs[4];
    const isForward =
      typeof steps !== 'number' ||
      graph.value(graph.resolve(steps)).elements?.every((step) => typeof step === 'number' && step > 0);
    return isForward ? sameShape(node, graph) : null;
  },
  'not-training': (node, graph) => {
    const training = node.inputs[2];
    const elements = typeof training === 'number' ? graph.value(graph.resolve(training)).elements : [0];
    return elements?.length === 1 && elements[0] === 0 ? node.inputs[0] : null;
  },
  'identity-permutation': (node, graph) => {
    // Moving an axis of size 1 moves no element.
    const shape = shapeOf(node.inputs[0], graph);
    const moving = permutationOf(node, graph)?.filter((axis) => shape?.[axis] !== 1);
    return moving?.every((axis, index) => index === 0 || axis > moving[index - 1]!) ? node.inputs[0] : null;
  },
  'adds-zero': (node, graph, scalar) => otherThan(node, graph, 0, scalar),
  'times-one': (node, graph, scalar) => otherThan(node, graph, 1, scalar),
};

function sameShape(node: WorkNode, graph: WorkGraph): number | null | undefined {
  const [from, to] = [shapeOf(node.inputs[0], graph), shapeOf(node.outputs[0], graph)];
  return from && to && equalShapes(from, to) ? node.inputs[0] : null;
}

/** The input whose partner is the constant `neutral` and which has the shape of the output. */
function otherThan(
  node: WorkNode,
  graph: WorkGraph,
  neutral: number,
  scalar: boolean | undefined,
): number | null {
  const [first, second] = node.inputs;
  if (typeof first !== 'number' || typeof second !== 'number') return null;
  const output = shapeOf(node.outputs[0], graph);
  for (const [candidate, partner] of [
    [first, second],
    [second, first],
  ] as const) {
    const elements = graph.value(graph.resolve(partner)).isConstant
      ? graph.value(graph.resolve(partner)).elements
      : undefined;
    const shape = shapeOf(candidate, graph);
    const isNeutral =
      elements !== undefined &&
      elements.length > 0 &&
      (!scalar || elements.length === 1) &&
      elements.every((each) => each === neutral);
    if (isNeutral && shape && output && equalShapes(shape, output)) return candidate;
    // x - 0 and x / 1 only: the constant must be the second input.
    if (!symmetric.has(node.operator)) return null;
  }
  return null;
}

const symmetric: ReadonlySet<string> = new Set(['Add', 'Mul']);

function typeOf(value: number | null | undefined, graph: WorkGraph): string | undefined {
  if (value === null || value === undefined) return undefined;
  const type = graph.seen.type(graph.resolve(value));
  return type?.kind === 'tensor' ? type.dtype : undefined;
}

function isRead(value: number, graph: WorkGraph): boolean {
  return graph.leavesScope(value) || graph.someConsumer(value, () => true);
}

/** Of nodes that compute the same the first stays. Random operators are never the same. */
export function* mergeEqual(graph: WorkGraph): Steps<void> {
  const seen = new Map<string, number>();
  for (let at = 0; at < graph.nodes.length; at++) {
    if (isStepDue(at)) yield;
    const node = graph.nodes[at];
    if (!node || random.test(node.operator)) continue;
    const key = identityOf(node, graph);
    if (key === null) continue;
    const kept = seen.get(key);
    if (kept === undefined) seen.set(key, at);
    else if (!node.outputs.some((output) => output !== null && graph.isScopeOutput(output)))
      graph.mergeInto(at, kept);
  }
}

const random = /^(Random|Bernoulli|Multinomial|Dropout)/;

function identityOf(node: WorkNode, graph: WorkGraph): string | null {
  const attributes: string[] = [];
  for (const attribute of node.root.node.attributes) {
    const text = attributeText(attribute);
    if (text === null) return null;
    attributes.push(text);
  }
  const inputs = node.inputs.map((input) => (input === null ? '' : inputIdentity(input, graph))).join();
  // A twin that omits an output cannot stand for one that has it.
  const outputs = node.outputs.map((output) => (output === null ? '-' : '+')).join('');
  return `${node.domain}:${node.operator}:${node.root.scope}:${outputs}:${inputs}:${attributes.sort().join(';')}`;
}

/** Most elements of constants that count as one where they are alike (constant_sharing.cc of ONNX Runtime). */
const mostShared = 8;

/** Small constants of the same type, shape and content are the same, whatever their names. */
function inputIdentity(input: number, graph: WorkGraph): string {
  const id = graph.resolve(input);
  const { isConstant, elements, type } = graph.value(id);
  if (!isConstant || !elements || elements.length > mostShared || type?.kind !== 'tensor') return String(id);
  return JSON.stringify([type.dtype, type.shape, elements]);
}

/** Null for attributes that are not compared (graphs, tensors). */
function attributeText(attribute: Attribute): string | null {
  switch (attribute.kind) {
    case 'float':
    case 'int':
    case 'string':
    case 'floats':
    case 'ints':
    case 'strings':
    case 'reference':
      return `${attribute.name}=${JSON.stringify(attribute.value)}`;
    case 'tensor':
    case 'tensors':
    case 'sparse':
    case 'graph':
    case 'graphs':
    case 'type':
    case 'unknown':
      return null;
  }
}
