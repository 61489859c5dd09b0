import type { Expression, OperatorExpression } from './pattern';
import { fragments } from './patterns';
import { passesTest, passesValueTest } from './conditions';
import type { WorkGraph, WorkNode } from './workGraph';

/** A found pattern: the nodes it covers and the values its names stand for. */
export interface Match {
  /** Positions in the work graph; the root first. */
  readonly nodes: ReadonlySet<number>;
  readonly values: ReadonlyMap<string, number>;
  /** Outputs of duplicated nodes that others still need, each with the value it is computed from. */
  readonly recomputed: ReadonlyMap<number, number>;
}

/** Inputs may come in either order. */
const commutative: ReadonlySet<string> = new Set(['Add', 'Mul', 'Max', 'Min', 'And', 'Or', 'Sum']);
/** Relative difference up to which a stored scalar is the written number (1/sqrt(2) in 32 bits or fewer digits). */
const tolerance = 1e-3;

/** Fragments within fragments; more than any exporter writes around a softmax. */
const deepest = 16;

interface State {
  nodes: Set<number>;
  duplicable: Set<number>;
  context: Set<number>;
  values: Map<string, number>;
}

/**
 * Matches a pattern with its root at a node. Values inside the match must not be read from outside, unless `shared`.
 */
export function matchAt(
  graph: WorkGraph,
  at: number,
  pattern: OperatorExpression,
  shared: boolean,
): Match | null {
  const state: State = { nodes: new Set(), duplicable: new Set(), context: new Set(), values: new Map() };
  if (!matchNode(graph, at, pattern, state, 0)) return null;
  const recomputed = new Map<number, number>();
  const root = graph.nodes[at]!;
  for (const inner of [...state.nodes]) {
    if (inner === at) continue;
    const node = graph.nodes[inner]!;
    if (node.root.scope !== root.root.scope) return null;
    if (!isReadOutside(graph, node, new Set([...state.nodes, ...state.context]))) continue;
    if (state.duplicable.has(inner)) {
      const [output, input] = [node.outputs[0], node.inputs[0]];
      if (typeof output !== 'number' || typeof input !== 'number') return null;
      state.nodes.delete(inner);
      recomputed.set(graph.resolve(output), graph.resolve(input));
    } else if (!shared) return null;
  }
  return { nodes: state.nodes, values: state.values, recomputed };
}

/** Somebody besides the given nodes reads an output of the node. */
export function isReadOutside(graph: WorkGraph, node: WorkNode, inside: ReadonlySet<number>): boolean {
  for (const output of node.outputs) {
    if (output === null) continue;
    if (graph.leavesScope(output)) return true;
    for (const consumer of graph.consumers(output)) {
      if (!inside.has(consumer) && !graph.nodes[consumer]!.recomputed.has(graph.resolve(output))) return true;
    }
  }
  return false;
}

function matchNode(
  graph: WorkGraph,
  at: number,
  pattern: OperatorExpression,
  state: State,
  depth: number,
): boolean {
  const node = graph.nodes[at];
  if (!node || node.domain !== '' || !pattern.operators.has(node.operator)) return false;
  if (!pattern.tests.every((test) => passesTest(test, node, graph))) return false;
  const output = node.outputs[0];
  if (pattern.name !== null && typeof output === 'number' && !bind(graph, pattern.name, output, state))
    return false;
  (pattern.context ? state.context : state.nodes).add(at);
  if (pattern.duplicable) state.duplicable.add(at);
  if (matchInputs(graph, node.inputs, pattern.inputs, state, depth)) return true;
  if (commutative.has(node.operator) && pattern.inputs.length === 2) {
    const [first, second, ...rest] = node.inputs;
    return matchInputs(graph, [second ?? null, first ?? null, ...rest], pattern.inputs, state, depth);
  }
  return false;
}

function matchInputs(
  graph: WorkGraph,
  inputs: readonly (number | null)[],
  patterns: readonly Expression[],
  state: State,
  depth: number,
): boolean {
  return attempt(state, () =>
    patterns.every((pattern, index) => {
      const input = inputs[index];
      return typeof input === 'number' && matchValue(graph, input, pattern, state, depth);
    }),
  );
}

function matchValue(
  graph: WorkGraph,
  value: number,
  pattern: Expression,
  state: State,
  depth: number,
): boolean {
  switch (pattern.kind) {
    case 'any':
      return true;
    case 'number':
      return isNumber(graph, value, pattern.value);
    case 'value':
      return (
        (!pattern.constant || graph.value(graph.resolve(value)).isConstant) &&
        pattern.tests.every((test) => passesValueTest(test, graph.resolve(value), graph)) &&
        bind(graph, pattern.name, value, state)
      );
    case 'fragment':
      return (
        matchFragment(graph, value, pattern.fragment, state, depth) &&
        (pattern.name === null || bind(graph, pattern.name, value, state))
      );
    case 'operator': {
      const producer = graph.producer(value);
      if (
        producer !== -1 &&
        graph.nodes[producer]!.outputs[0] === graph.resolve(value) &&
        matchNode(graph, producer, pattern, state, depth)
      ) {
        return true;
      }
      return pattern.optional && matchValue(graph, value, pattern.inputs[0]!, state, depth);
    }
  }
}

function matchFragment(graph: WorkGraph, value: number, name: string, state: State, depth: number): boolean {
  if (depth > deepest) return false;
  const alternatives = fragments.get(name);
  if (!alternatives) throw new Error(`no fragment "${name}"`);
  return alternatives.some((alternative) =>
    attempt(state, () => matchValue(graph, value, alternative, state, depth + 1)),
  );
}

/** All or nothing: what a failed attempt added to the state is taken back. */
function attempt(state: State, action: () => boolean): boolean {
  const before = {
    nodes: [...state.nodes],
    duplicable: [...state.duplicable],
    context: [...state.context],
    values: [...state.values],
  };
  if (action()) return true;
  state.nodes = new Set(before.nodes);
  state.duplicable = new Set(before.duplicable);
  state.context = new Set(before.context);
  state.values = new Map(before.values);
  return false;
}

function bind(graph: WorkGraph, name: string, value: number, state: State): boolean {
  const resolved = graph.resolve(value);
  const bound = state.values.get(name);
  if (bound !== undefined) return bound === resolved;
  state.values.set(name, resolved);
  return true;
}

/** Every element of a constant is the number. */
function isNumber(graph: WorkGraph, value: number, wanted: number): boolean {
  const found = graph.value(graph.resolve(value));
  if (!found.isConstant || !found.elements || found.elements.length === 0) return false;
  return found.elements.every(
    (element) => typeof element === 'number' && Math.abs(element - wanted) <= tolerance * Math.abs(wanted),
  );
}
