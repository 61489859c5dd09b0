import { addTo } from '../lists';
import type { Inference } from '../inference/types';
import { mostViews, readsOf, writesOf } from '../kernels/operands';
import type { RunOrder } from '../kernels/profile';
import type { Kernel, KernelPlan } from '../kernels/types';
import { isStepDue, type Steps } from '../scheduler';

/** Something that runs at one time: a kernel. Value ids. */
export interface Step {
  /** The kernel's last node. */
  readonly node: number;
  readonly kernel: Kernel;
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

/** What runs, in order. Folded nodes run at load time and are no steps. */
export function* executionSteps(
  inference: Inference,
  plan: KernelPlan,
  order: RunOrder,
): Steps<readonly Step[]> {
  const position = yield* fileOrder(inference);
  // By position rather than sorted: a node ends one kernel at most.
  const byPosition = new Array<Step | undefined>(position.length).fill(undefined);
  const parts = new Map<number, Kernel[]>();
  // Views that dispatch nothing are no kernels: their outputs lie in the buffers of their inputs anyway.
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    if (kernel.nodes.length === 0) {
      // What a runtime puts in keeps the values that there are, in another form; parts of an attention make its scores.
      if (inference.scores?.has(kernel.anchor)) addTo(parts, kernel.anchor, kernel);
      continue;
    }
    const node = kernel.nodes.at(-1)!;
    const all = [...(parts.get(kernel.anchor) ?? []), kernel];
    byPosition[position[node]!] = {
      node,
      kernel,
      reads: all.flatMap(readsOf),
      writes: all.flatMap(writesOf),
    };
  }
  const steps = byPosition.filter((step) => step !== undefined);
  const isFlat = inference.nodes.every(({ parent }) => parent === null);
  return order === 'file' || !isFlat ? steps : yield* fromOutputs(inference, steps, order.renumbered);
}

/** Place of each node in the order of the file: a body's nodes come just before the node that holds them. */
function* fileOrder(inference: Inference): Steps<Int32Array> {
  const bodies = new Map<number, number[]>();
  const roots: number[] = [];
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    if (node.parent === null) roots.push(node.index);
    else {
      addTo(bodies, node.parent, node.index);
    }
  }
  const position = new Int32Array(inference.nodes.length);
  let next = 0;
  const place = (index: number): void => {
    for (const inner of bodies.get(index) ?? []) place(inner);
    position[index] = next++;
  };
  for (const root of roots) {
    if (isStepDue(root)) yield;
    place(root);
  }
  return position;
}

/**
 * The order in which a search from the last nodes to their inputs leaves the nodes, that of the largest number first: what
 * ONNX Runtime does by default (Graph::ReverseDFSFrom with a comparison by index, core/graph/graph.cc). A fused node is made
 * after all that the file has, so that its number is larger.
 */
function* fromOutputs(
  inference: Inference,
  steps: readonly Step[],
  renumbered: readonly string[],
): Steps<readonly Step[]> {
  const made = inference.nodes.length;
  const rank = steps.map(({ node, kernel }) => node + (kernel.fusion === null ? 0 : made));
  const makers = yield* makersOf(inference, steps);
  const first = yield* searched(makers, rank);
  if (!first) return steps;
  const operators = new Set(renumbered);
  for (const [turn, at] of first.entries()) {
    const { anchor } = steps[at]!.kernel;
    if (operators.has(inference.nodes[anchor]!.node.operator)) rank[at] = 2 * made + turn;
  }
  const second = yield* searched(makers, rank);
  return second ? second.map((at) => steps[at]!) : steps;
}

/** The steps in the order in which the search leaves them; undefined where they go in a circle. */
function* searched(
  makers: readonly (readonly number[])[],
  rank: readonly number[],
): Steps<number[] | undefined> {
  const byRank = (list: Iterable<number>): number[] => [...list].sort((a, b) => rank[a]! - rank[b]!);
  const isRead = new Uint8Array(makers.length);
  for (const list of makers) for (const at of list) isRead[at] = 1;
  const pending = byRank(makers.keys()).filter((at) => isRead[at] === 0);
  /** 1 when entered, 2 when left. */
  const state = new Uint8Array(makers.length);
  const found: number[] = [];
  for (let turn = 0; pending.length > 0; turn++) {
    if (isStepDue(turn)) yield;
    const at = pending.at(-1)!;
    if (state[at] === 0) {
      state[at] = 1;
      for (const maker of byRank(makers[at]!)) if (state[maker] === 0) pending.push(maker);
    } else {
      pending.pop();
      if (state[at] === 1) found.push(at);
      state[at] = 2;
    }
  }
  return found.length === makers.length ? found : undefined;
}

/** The steps that make what each step reads, views in between left out. */
function* makersOf({ nodes, values }: Inference, steps: readonly Step[]): Steps<number[][]> {
  const makerOf = new Map<number, number>();
  steps.forEach(({ writes }, at) => writes.forEach((id) => makerOf.set(id, at)));
  const follow = (id: number): number | undefined => {
    let value = id;
    for (let views = 0; views < mostViews; views++) {
      const maker = makerOf.get(value);
      const { producer } = values[value]!;
      const node = producer === null ? undefined : nodes[producer]!;
      const [input] = node?.inputs ?? [];
      if (maker !== undefined || !node?.view || typeof input !== 'number') return maker;
      value = input;
    }
    return undefined;
  };
  const found: number[][] = [];
  for (const { reads } of steps) {
    if (isStepDue(found.length)) yield;
    const own = found.length;
    const list = new Set(reads.map(follow).filter((at) => at !== undefined && at !== own) as number[]);
    found.push([...list]);
  }
  return found;
}
