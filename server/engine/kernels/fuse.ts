import { isMatrixClass, type OperatorClass } from '../operators/rule';
import type { Steps } from '../scheduler';
import { Matcher, type Match } from './match';
import { patterns, type Pattern } from './patterns';
import type { WorkGraph, WorkNode } from './workGraph';

/** Replaces every match of the named patterns by one node, pattern by pattern; see `Pass` in profile.ts. */
export function* fusePatterns(
  graph: WorkGraph,
  names: readonly string[],
  { shared = false, opset = 0 }: { readonly shared?: boolean; readonly opset?: number },
): Steps<void> {
  const matcher = new Matcher(graph);
  for (const name of names) {
    const pattern = patterns.get(name);
    if (!pattern) throw new Error(`no pattern "${name}"`);
    for (const { root, required } of pattern.expressions) {
      if (!required.every((operators) => graph.hasOneOf(operators))) continue;
      for (const operator of root.operators) {
        for (const at of graph.withOperator(operator)) {
          yield;
          if (graph.nodes[at]!.root.version < opset) continue;
          const match = matcher.matchAt(at, root, shared);
          if (match && match.nodes.size > 0) fuseMatch(graph, at, match, pattern, name);
        }
      }
    }
  }
}

function fuseMatch(graph: WorkGraph, at: number, match: Match, pattern: Pattern, name: string): void {
  const root = graph.nodes[at]!;
  if (match.nodes.size === 1 && match.recomputed.size === 0) return insertAround(graph, at, match, pattern);
  const inputs = (pattern.inputs ?? [])
    .map((input) => match.values.get(input))
    .filter((value) => value !== undefined);
  for (const input of externalInputs(graph, match)) if (!inputs.includes(input)) inputs.push(input);
  const operatorClass = pattern.operatorClass ?? classOf(graph, match.nodes, root);
  coverParts(graph, match.nodes, operatorClass);
  graph.fuse(match.nodes, {
    operator: pattern.make ?? root.operator,
    inputs,
    outputs: [...root.outputs, ...escapingOutputs(graph, at, match)],
    root: root.root,
    fusion: name,
    operatorClass,
    recomputed: match.recomputed,
  });
  insertAround(graph, graph.holder(root.root.index), match, pattern);
}

/** The runtime has an operator for these together; a product or convolution that takes others in has to be one that it runs by itself. */
function coverParts(graph: WorkGraph, nodes: Iterable<number>, made: OperatorClass): void {
  for (const at of nodes) {
    const { members, operatorClass } = graph.nodes[at]!;
    if (!isMatrixClass(operatorClass) || operatorClass !== made) graph.cover(members);
  }
}

/** What the runtime puts in beside what it makes. */
function insertAround(graph: WorkGraph, at: number, match: Match, pattern: Pattern): void {
  const root = graph.nodes[at]!;
  for (const [input, operator] of pattern.before) {
    const value = match.values.get(input);
    if (value !== undefined)
      graph.insert({ operator, value, root: root.root.index, side: 'before', copies: pattern.moves });
  }
  const [output] = root.outputs;
  const isPart =
    pattern.afterJoins && typeof output === 'number' && isOnlyReadBy(graph, output, pattern.after);
  if (pattern.after !== null && typeof output === 'number' && !isPart)
    graph.insert({
      operator: pattern.after,
      value: output,
      root: root.root.index,
      side: 'after',
      copies: pattern.moves,
    });
}

/**
 * One node with the operator alone reads the value: what would be put in before it is part of it. A Reshape in which 0
 * means 0 stays by itself.
 */
function isOnlyReadBy(graph: WorkGraph, value: number, operator: string | null): boolean {
  if (graph.leavesScope(value) || !graph.isReadOnce(value)) return false;
  return graph.someConsumer(value, (reader) => {
    const { root } = graph.nodes[reader]!;
    const isLiteral = root.node.attributes.some((one) => one.name === 'allowzero' && one.value === 1);
    return graph.nodes[reader]!.operator === operator && !isLiteral;
  });
}

/** The class of the matrix operator inside, else that of the node whose output it is. */
function classOf(graph: WorkGraph, nodes: Iterable<number>, root: WorkNode): OperatorClass {
  for (const at of nodes) {
    const inner = graph.nodes[at]!.operatorClass;
    if (isMatrixClass(inner)) return inner;
  }
  return root.operatorClass;
}

/** What the nodes read and none of them makes, in their order. */
export function externalInputs(graph: WorkGraph, match: Pick<Match, 'nodes' | 'recomputed'>): number[] {
  const made = new Set<number>();
  for (const at of match.nodes) {
    for (const output of graph.nodes[at]!.outputs) if (output !== null) made.add(output);
  }
  const found = new Set<number>();
  for (const at of match.nodes) {
    for (const input of graph.nodes[at]!.inputs) {
      if (input === null) continue;
      const value = graph.resolve(input);
      if (!made.has(value)) found.add(match.recomputed.get(value) ?? value);
    }
  }
  return [...found];
}

/** Outputs of inner nodes that are read from outside as well. */
function escapingOutputs(graph: WorkGraph, at: number, match: Match): number[] {
  const found: number[] = [];
  for (const inner of match.nodes) {
    if (inner === at) continue;
    for (const output of graph.nodes[inner]!.outputs) {
      if (output === null) continue;
      const outside = graph.someConsumer(output, (consumer) => !match.nodes.has(consumer));
      if (outside || graph.leavesScope(output)) found.push(output);
    }
  }
  return found;
}
