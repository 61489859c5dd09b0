import { addTo } from '../lists';
import type { Inference } from '../inference/types';
import { readsOf, writesOf } from '../kernels/operands';
import type { KernelPlan } from '../kernels/types';
import { isStepDue, type Steps } from '../scheduler';

/** Something that runs at one time: a kernel. Value ids. */
export interface Step {
  /** The kernel's last node. */
  readonly node: number;
  readonly reads: readonly number[];
  readonly writes: readonly number[];
}

/** What runs, in order. Folded nodes run at load time and are no steps. */
export function* executionSteps(inference: Inference, plan: KernelPlan): Steps<Step[]> {
  const position = yield* executionOrder(inference);
  // By position rather than sorted: a node ends one kernel at most.
  const byPosition = new Array<Step | undefined>(position.length).fill(undefined);
  const add = (step: Step): void => void (byPosition[position[step.node]!] = step);
  // Views that dispatch nothing are no kernels: their outputs lie in the buffers of their inputs anyway.
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    // What a runtime puts in keeps the values that there are, in another form.
    if (kernel.nodes.length === 0) continue;
    add({ node: kernel.nodes.at(-1)!, reads: readsOf(kernel), writes: writesOf(kernel) });
  }
  return byPosition.filter((step) => step !== undefined);
}

/** Place of each node in the order of execution: a body's nodes come just before the node that holds them. */
function* executionOrder(inference: Inference): Steps<Int32Array> {
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
