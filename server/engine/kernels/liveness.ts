import { addTo } from '../lists';
import type { Inference, Scope } from '../inference/types';
import { isStepDue, type Steps } from '../scheduler';
import type { WorkGraph } from './workGraph';

/**
 * Removes the nodes that contribute to no output of the model: nobody reads them, or only others that nobody reads. A
 * call reads what the body of its function reads; a node with subgraphs reads what these give back.
 */
export function* dropUnused(graph: WorkGraph): Steps<void> {
  const { scopes, isPartial } = graph.inference;
  // Where outputs are missing, any node may be of use.
  if (isPartial || !scopes[0]?.outputs.some((id) => id !== null)) return;
  const live = yield* new Liveness(graph).walk();
  for (let at = 0; at < graph.nodes.length; at++) {
    if (isStepDue(at)) yield;
    const node = graph.nodes[at];
    if (node && node.outputs.length > 0 && live[at] === 0) graph.drop(at);
  }
}

/** Follows values from the outputs of the model back to whatever makes them, through calls and subgraphs. */
class Liveness {
  private readonly inference: Inference;
  /** By position in the graph. */
  private readonly live: Uint8Array;
  private readonly seen: Uint8Array;
  private readonly pending: number[] = [];
  /** Subgraphs by their holder. */
  private readonly subgraphs = new Map<number, Scope[]>();
  /** Bodies of functions by the call. */
  private readonly called = new Map<number, Scope>();
  /** What a call passes for a formal input. */
  private readonly passed = new Map<number, number>();

  constructor(private readonly graph: WorkGraph) {
    this.inference = graph.inference;
    this.live = new Uint8Array(graph.nodes.length);
    this.seen = new Uint8Array(this.inference.values.length);
  }

  *walk(): Steps<Uint8Array> {
    for (const scope of this.inference.scopes) {
      yield;
      this.enter(scope);
    }
    for (let at = 0; at < this.graph.nodes.length; at++) {
      if (isStepDue(at)) yield;
      // Nobody could read a node without outputs: it stays, and so does what it reads.
      if (this.graph.nodes[at]?.outputs.length === 0) this.keep(at);
    }
    this.readAll(this.inference.scopes[0]?.outputs ?? []);
    for (let count = 0; this.pending.length > 0; count++) {
      if (isStepDue(count)) yield;
      this.visit(this.pending.pop()!);
    }
    return this.live;
  }

  private enter(scope: Scope): void {
    const { holder } = scope;
    if (holder === null) return;
    if (scope.arguments) {
      this.called.set(holder, scope);
      scope.arguments.forEach((id, i) => {
        if (id !== null) this.passed.set(scope.inputs[i]!, id);
      });
      return;
    }
    addTo(this.subgraphs, holder, scope);
  }

  private readAll(ids: readonly (number | null)[]): void {
    for (const id of ids) {
      if (id === null) continue;
      const resolved = this.graph.resolve(id);
      if (this.seen[resolved] === 1) continue;
      this.seen[resolved] = 1;
      this.pending.push(resolved);
    }
  }

  private visit(value: number): void {
    const passed = this.passed.get(value);
    if (passed !== undefined) this.readAll([passed]);
    const { producer } = this.graph.value(value);
    if (producer === null) return;
    const body = this.called.get(producer);
    if (body) {
      const position = this.inference.nodes[producer]!.outputs.indexOf(value);
      this.readAll([body.outputs[position] ?? null]);
    } else if (this.graph.holder(producer) !== -1) this.keep(this.graph.holder(producer));
  }

  private keep(at: number): void {
    if (this.live[at] === 1) return;
    this.live[at] = 1;
    for (const member of this.graph.nodes[at]!.members) {
      this.readAll(this.inference.nodes[member]!.inputs);
      for (const { outputs } of this.subgraphs.get(member) ?? []) this.readAll(outputs);
    }
  }
}
