import type { Fact, Work } from '../operators/rule';
import type { FlatModel, FlatNode } from './flatModel';
import { Trait } from './traits';
import { noWork, workOf } from './work';

/** What the work of a node is counted from. */
export interface Counted {
  readonly flat: FlatModel;
  readonly facts: readonly (Fact | undefined)[];
  readonly traits: Uint8Array;
}

/**
 * Work of one run of a node with the facts at hand, also where runtimes do it once, at load time; null while one of its
 * sizes is unknown, and of an operator of which nothing is known. A node whose body is listed below it does nothing itself.
 */
export function workOfNode({ flat, facts, traits }: Counted, node: FlatNode): Work | null {
  if (!node.rule && node.call === undefined) return null;
  if (node.call !== undefined || node.bodies) return noWork;
  const factOf = (id: number | null): Fact | undefined => (id === null ? undefined : (facts[id] ?? {}));
  return workOf(node.rule, {
    node: node.node,
    version: node.version,
    ...(node.held !== null && { held: flat.values[node.held]!.held?.bytes ?? 0 }),
    environment: flat.scopes[node.scope]!.environment,
    inputs: node.inputs.map(factOf),
    outputs: node.outputs.map(factOf),
    weights: node.inputs.map((id) => id !== null && (traits[id]! & Trait.Weight) !== 0),
  });
}
