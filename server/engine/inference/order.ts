import { addTo } from '../lists';
import { problem } from '../problem';
import type { Problem } from '../problem';
import { runPolitely, type Scheduler, type Steps } from '../scheduler';
import type { FlatModel, FlatScope } from './flatModel';

/** The orders in which the scopes of a model run, each found once. */
export class ExecutionOrders {
  /** Values by node that would close a cycle: later rooms follow values and must come to an end. */
  readonly cuts = new Map<number, Set<number>>();
  private readonly orders: (readonly number[] | undefined)[] = [];

  /** @param noteCut hears that something was cut */
  constructor(
    private readonly flat: FlatModel,
    private readonly scheduler: Scheduler,
    private readonly report: (found: Problem) => void,
    private readonly noteCut: () => void,
  ) {}

  async of(scope: FlatScope): Promise<readonly number[]> {
    const known = this.orders[scope.index];
    if (known) return known;
    const cut = (node: number, value: number): void => {
      this.noteCut();
      const values = this.cuts.get(node);
      if (values) values.add(value);
      else this.cuts.set(node, new Set([value]));
    };
    const steps = executionOrder(this.flat, scope, this.report, cut);
    return (this.orders[scope.index] = await runPolitely(steps, this.scheduler));
  }
}

/**
 * The nodes of a scope in an order in which every value is made before it is used: file order where that holds.
 * Nodes on a cycle come last, in file order.
 * @param cut hears of every node that would read a value of a later one: without these uses the graph has no cycle
 */
function* executionOrder(
  flat: FlatModel,
  scope: FlatScope,
  report: (problem: Problem) => void,
  cut: (node: number, value: number) => void,
): Steps<readonly number[]> {
  if (!scope.outOfOrder) return scope.nodes;
  const waitsFor = new Map<number, number>(scope.nodes.map((index) => [index, 0]));
  const followers = new Map<number, number[]>();
  for (const index of scope.nodes) {
    yield;
    for (const output of flat.nodes[index]!.outputs) {
      if (output === null) continue;
      for (const consumer of flat.values[output]!.consumers) {
        const follower = ancestorIn(flat, consumer, scope.index);
        if (follower === undefined) continue;
        waitsFor.set(follower, (waitsFor.get(follower) ?? 0) + 1);
        addTo(followers, index, follower);
      }
    }
  }
  const order = scope.nodes.filter((index) => waitsFor.get(index) === 0);
  for (let at = 0; at < order.length; at++) {
    yield;
    for (const follower of followers.get(order[at]!) ?? []) {
      const left = waitsFor.get(follower)! - 1;
      waitsFor.set(follower, left);
      if (left === 0) order.push(follower);
    }
  }
  const stuck = scope.nodes.filter((index) => waitsFor.get(index)! > 0);
  if (stuck.length > 0) {
    report(problem('error', 'inference.graph-cycle', { count: stuck.length }, { node: stuck[0]! }));
    yield* cutCycles(flat, scope, stuck, cut);
  } else {
    report(problem('warning', 'inference.nodes-out-of-order', {}, { node: scope.holder }));
  }
  return [...order, ...stuck];
}

function* cutCycles(
  flat: FlatModel,
  scope: FlatScope,
  stuck: readonly number[],
  cut: (node: number, value: number) => void,
): Steps<void> {
  const place = new Map(stuck.map((index, at) => [index, at]));
  for (const [index, at] of place) {
    for (const output of flat.nodes[index]!.outputs) {
      for (const consumer of output === null ? [] : flat.values[output]!.consumers) {
        yield;
        const follower = ancestorIn(flat, consumer, scope.index);
        if (follower !== undefined && (place.get(follower) ?? Infinity) <= at) cut(consumer, output!);
      }
    }
  }
}

/** The node of `scope` that is or holds the given node. */
function ancestorIn(flat: FlatModel, index: number, scope: number): number | undefined {
  let at: number | null = index;
  while (at !== null) {
    const node: { scope: number; parent: number | null } = flat.nodes[at]!;
    if (node.scope === scope) return at;
    at = node.parent;
  }
  return undefined;
}
