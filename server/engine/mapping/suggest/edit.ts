import type { Inference, InferredNode, InferredValue } from '../../inference/types';

/** Nodes of a graph that are left out, and what their readers read instead. */
export interface Removal {
  /** Flat indices. */
  readonly nodes: ReadonlySet<number>;
  /** Ids of values that nobody makes any more, each with the one of equal shape and type that takes its place. */
  readonly instead: ReadonlyMap<number, number>;
}

/**
 * A graph without some nodes. Shapes and work of all others are those that they were, so nothing is inferred anew; the nodes
 * keep their numbers and count as computed at load time, from nothing.
 */
export function withoutNodes(inference: Inference, { nodes: gone, instead }: Removal): Inference {
  const renamed = (id: number | null): number | null => (id === null ? null : (instead.get(id) ?? id));
  const isTouched = (ids: readonly (number | null)[]): boolean =>
    ids.some((id) => id !== null && instead.has(id));
  const nodes = inference.nodes.map((node): InferredNode => {
    if (gone.has(node.index)) return { ...node, inputs: [], folded: true };
    return isTouched(node.inputs) ? { ...node, inputs: node.inputs.map(renamed) } : node;
  });
  const changed = new Set([...gone].flatMap((index) => inference.nodes[index]!.inputs));
  for (const pair of instead) for (const id of pair) changed.add(id);
  const values = inference.values.map((value): InferredValue =>
    changed.has(value.id)
      ? { ...value, consumers: readersOf({ nodes, values: inference.values }, value, instead) }
      : value,
  );
  const scopes = inference.scopes.map((scope) =>
    isTouched(scope.outputs) ? { ...scope, outputs: scope.outputs.map(renamed) } : scope,
  );
  return { ...inference, nodes, values, scopes };
}

/** Who reads a value in the new graph: its own readers that are left, and those of what it takes the place of. */
function readersOf(
  { nodes, values }: Pick<Inference, 'nodes' | 'values'>,
  { id, consumers }: InferredValue,
  instead: ReadonlyMap<number, number>,
): readonly number[] {
  const all = new Set(consumers);
  for (const [gone, other] of instead)
    if (other === id) for (const reader of values[gone]!.consumers) all.add(reader);
  return [...all].filter((index) => nodes[index]!.inputs.includes(id)).sort((a, b) => a - b);
}
