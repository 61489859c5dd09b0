import type { OperatorClass } from '../operators/rule';
import type { Steps } from '../scheduler';
import { Matcher, type Match } from './match';
import { patterns, type Pattern } from './patterns';
import type { WorkGraph, WorkNode } from './workGraph';

/** Classes whose time is that of a matrix unit: they name a kernel whatever else is in it. */
const matrixClasses: ReadonlySet<OperatorClass> = new Set(['gemm', 'convolution', 'attention', 'recurrent']);

export function isMatrixClass(operatorClass: OperatorClass): boolean {
  return matrixClasses.has(operatorClass);
}

/** Replaces every match of the named patterns by one node, pattern by pattern. */
export function* fusePatterns(graph: WorkGraph, names: readonly string[], shared: boolean): Steps<void> {
  const matcher = new Matcher(graph);
  for (const name of names) {
    const pattern = patterns.get(name);
    if (!pattern) throw new Error(`no pattern "${name}"`);
    for (const { root, required } of pattern.expressions) {
      if (!required.every((operators) => graph.hasOneOf(operators))) continue;
      for (const operator of root.operators) {
        for (const at of graph.withOperator(operator)) {
          yield;
          const match = matcher.matchAt(at, root, shared);
          if (match && match.nodes.size > 0) fuseMatch(graph, at, match, pattern, name);
        }
      }
    }
  }
}

function fuseMatch(graph: WorkGraph, at: number, match: Match, pattern: Pattern, name: string): void {
  const root = graph.nodes[at]!;
  if (match.nodes.size === 1 && match.recomputed.size === 0) return;
  if (pattern.make !== undefined) for (const inner of match.nodes) graph.cover(graph.nodes[inner]!.members);
  const inputs = (pattern.inputs ?? [])
    .map((input) => match.values.get(input))
    .filter((value) => value !== undefined);
  for (const input of externalInputs(graph, match)) if (!inputs.includes(input)) inputs.push(input);
  graph.fuse(match.nodes, {
    operator: pattern.make ?? root.operator,
    inputs,
    outputs: [...root.outputs, ...escapingOutputs(graph, at, match)],
    root: root.root,
    fusion: name,
    operatorClass: pattern.operatorClass ?? classOf(graph, match.nodes, root),
    recomputed: match.recomputed,
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
