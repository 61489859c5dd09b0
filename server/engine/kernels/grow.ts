import { isMatrixClass, type OperatorClass } from '../operators/rule';
import type { Steps } from '../scheduler';
import { elementCount } from '../graph/dataTypes';
import { externalInputs } from './fuse';
import { shapeOf } from './conditions';
import type { WorkGraph, WorkNode } from './workGraph';

/** Limits of a growing pass; see `Pass` in profile.ts. */
export interface Growth {
  readonly members: readonly OperatorClass[];
  readonly prologue: readonly OperatorClass[];
  readonly epilogue: readonly OperatorClass[];
  readonly maximum: number | null;
}

/** Nodes that are to become one kernel. They are joined at once: one by one, a long chain would be copied at each step. */
interface Group {
  /** The node whose outputs are those of the kernel. */
  last: number;
  /** Positions in the order in which they joined. */
  readonly joined: number[];
  /** Nodes of the model. */
  count: number;
}

/** Lets elementwise nodes join the kernel that alone consumes them, then the matrix kernel that only they consume. */
export function* grow(graph: WorkGraph, growth: Growth): Steps<void> {
  for (const at of yield* graph.inOrder()) {
    yield;
    const node = graph.nodes[at];
    if (node && growth.epilogue.includes(node.operatorClass)) yield* growAfter(graph, at, growth);
  }
  yield* growBefore(graph, growth);
}

function* growAfter(graph: WorkGraph, start: number, growth: Growth): Steps<void> {
  const first = graph.nodes[start]!;
  const group: Group = { last: start, joined: [start], count: first.members.length };
  const groupOf = new Map([[start, group]]);
  for (;;) {
    yield;
    const consumer = onlyConsumer(graph, group.last, groupOf);
    const next = consumer === null ? null : graph.nodes[consumer]!;
    if (!next || !growth.members.includes(next.operatorClass)) break;
    if (isMatrixClass(first.operatorClass) && isLarger(graph, next, first)) break;
    if (!fitsTogether(graph, first, next, group.count + next.members.length, growth)) break;
    join(group, consumer!, next, groupOf);
    group.last = consumer!;
  }
  const { joined } = group;
  if (joined.length === 1) return;
  const fusion = first.fusion ?? graph.nodes[joined[1]!]!.fusion;
  fuse(graph, joined, group.last, first, fusion);
}

function* growBefore(graph: WorkGraph, growth: Growth): Steps<void> {
  /** By the position of each node in it. */
  const groupOf = new Map<number, Group>();
  /** The one that grew last comes last. */
  const groups = new Set<Group>();
  for (const at of (yield* graph.inOrder()).reverse()) {
    yield;
    const node = graph.nodes[at]!;
    if (groupOf.has(at) || !growth.members.includes(node.operatorClass)) continue;
    const consumer = onlyConsumer(graph, at, groupOf);
    if (consumer === null) continue;
    const group = groupOf.get(consumer) ?? { last: consumer, joined: [consumer], count: 0 };
    const next = graph.nodes[group.last]!;
    if (group.count === 0) group.count = next.members.length;
    if (!growth.prologue.includes(next.operatorClass)) continue;
    if (!fitsTogether(graph, node, next, group.count + node.members.length, growth)) continue;
    groupOf.set(consumer, group);
    join(group, at, node, groupOf);
    groups.delete(group);
    groups.add(group);
  }
  for (const { joined, last } of groups) {
    yield;
    const positions = joined.reverse();
    const fusion = positions.map((at) => graph.nodes[at]!.fusion).find((name) => name !== null);
    fuse(graph, positions, last, graph.nodes[last]!, fusion ?? null);
  }
}

/** Its result is spread over a larger tensor: the tiles of a product have no such elements. */
function isLarger(graph: WorkGraph, next: WorkNode, first: WorkNode): boolean {
  const [after, before] = [next, first].map(({ outputs }) => elementsOf(graph, outputs[0]));
  return after !== undefined && before !== undefined && after > before;
}

function elementsOf(graph: WorkGraph, value: number | null | undefined): number | undefined {
  const shape = shapeOf(value, graph);
  return shape?.every((dim) => typeof dim === 'number') ? elementCount(shape) : undefined;
}

function join(group: Group, at: number, { members }: WorkNode, groupOf: Map<number, Group>): void {
  group.joined.push(at);
  group.count += members.length;
  groupOf.set(at, group);
}

/**
 * A node of the one other kernel that reads what a node makes; null if there are more, or if the graph's outputs are
 * among them.
 */
function onlyConsumer(graph: WorkGraph, at: number, groupOf: ReadonlyMap<number, Group>): number | null {
  const kernelOf = (position: number): number => groupOf.get(position)?.last ?? position;
  let found: number | null = null;
  for (const output of graph.nodes[at]!.outputs) {
    if (output === null) continue;
    if (graph.leavesScope(output)) return null;
    const another = graph.someConsumer(output, (reader) => {
      found ??= reader;
      return kernelOf(found) !== kernelOf(reader);
    });
    if (another) return null;
  }
  // In a cycle a node may read what it makes itself.
  return found !== null && kernelOf(found) === kernelOf(at) ? null : found;
}

/** @param count nodes of the model that would be in the kernel */
function fitsTogether(
  graph: WorkGraph,
  a: WorkNode,
  b: WorkNode,
  count: number,
  { maximum }: Growth,
): boolean {
  return (
    a.domain === '' &&
    b.domain === '' &&
    a.root.scope === b.root.scope &&
    count <= (maximum ?? Infinity) &&
    graph.isOnOneSide(a, b)
  );
}

function fuse(
  graph: WorkGraph,
  positions: readonly number[],
  last: number,
  { operator, operatorClass }: WorkNode,
  fusion: string | null,
): void {
  const { root, outputs } = graph.nodes[last]!;
  const nodes = new Set(positions);
  const recomputed = new Map<number, number>();
  const inputs = externalInputs(graph, { nodes, recomputed });
  graph.fuse(nodes, {
    operator,
    inputs,
    outputs,
    root,
    fusion: fusion ?? 'elementwise-chain',
    operatorClass,
    recomputed,
  });
}
