import { numericShape } from '../../../inference/work';
import type { Inference, InferredNode } from '../../../inference/types';
import { NodeView } from './relation';
import { expertsEntry, relationAt } from './shardRules';

/** What lies between sums and the products that read it, each device doing its part of the positions. */
export interface Between {
  /** Sums that are scattered by positions, as they are summed. */
  readonly scattered: readonly number[];
  /** Values that are gathered before they are read. */
  readonly gathered: readonly number[];
  /** Flat indices of nodes that do a part of their positions each. */
  readonly nodes: readonly number[];
  /** Of which each device has its part of the positions. */
  readonly values: ReadonlySet<number>;
}

/** What is not divided otherwise, and how. */
export interface Undivided {
  readonly inference: Inference;
  readonly ways: number;
  /** Whether a node reads whole positions: it has divided weights. */
  readonly isDivided: (node: InferredNode) => boolean;
  /** Whether experts take the tokens of each device from it and give them back to it. */
  readonly hasTokensApart: boolean;
}

/**
 * Follows sums by their positions, through what treats each position by itself, to where something needs all of them
 * (Korthikanti et al. 2022, section 4.2.2). A sum of fewer positions than devices stays whole.
 */
export function betweenSums(undivided: Undivided, sums: readonly number[]): Between {
  const search = new Positions(undivided);
  const scattered = sums.filter((value) => search.begin(value));
  search.run();
  const { gathered, nodes, axes } = search;
  return {
    scattered,
    gathered: [...gathered],
    nodes: [...nodes].sort((a, b) => a - b),
    values: new Set(axes.keys()),
  };
}

class Positions {
  readonly gathered = new Set<number>();
  readonly nodes = new Set<number>();
  readonly axes = new Map<number, number>();
  private readonly pending: number[] = [];

  constructor(private readonly undivided: Undivided) {}

  begin(value: number): boolean {
    const shape = numericShape(this.undivided.inference.values[value]!.type);
    const axis = (shape?.length ?? 0) - 2;
    if (axis < 0 || shape![axis]! < this.undivided.ways) return false;
    this.reach(value, axis);
    return true;
  }

  run(): void {
    const { values, scopes } = this.undivided.inference;
    const given = new Set(scopes[0]!.outputs);
    for (let id = this.pending.pop(); id !== undefined; id = this.pending.pop()) {
      if (given.has(id)) this.gathered.add(id);
      for (const reader of new Set(values[id]!.consumers)) this.follow(id, reader);
    }
  }

  private reach(value: number, axis: number): void {
    if (this.axes.has(value)) return;
    this.axes.set(value, axis);
    this.pending.push(value);
  }

  private follow(id: number, reader: number): void {
    const { inference, ways, hasTokensApart, isDivided } = this.undivided;
    const node = inference.nodes[reader]!;
    const axis = this.axes.get(id)!;
    if (hasTokensApart && expertsEntry(node)) {
      // Scores of the router go with their tokens.
      if (node.inputs[0] === id) this.pass(node, [{ id: node.outputs[0] ?? null, axis }]);
      return;
    }
    if (node.scope !== 0 || isDivided(node)) {
      this.gathered.add(id);
      return;
    }
    const view = new NodeView(inference, node, ways, 'inner');
    const index = node.inputs.indexOf(id);
    const relation = relationAt(view, { isInput: true, index, axis });
    const results = typeof relation === 'string' ? [] : relation.same.filter(({ isInput }) => !isInput);
    if (results.length === 0) {
      // Who reads sizes alone needs nothing of it.
      if (typeof relation === 'string' || relation.isPartial) this.gathered.add(id);
      return;
    }
    this.pass(
      node,
      results.map((one) => ({ id: view.id(one), axis: one.axis })),
    );
  }

  private pass(
    { index }: InferredNode,
    results: readonly { readonly id: number | null; readonly axis: number }[],
  ): void {
    this.nodes.add(index);
    for (const { id, axis } of results) if (id !== null) this.reach(id, axis);
  }
}
