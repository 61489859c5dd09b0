import { roofLevel } from './levels';
import type { Inference, InferredNode } from '../inference/types';
import type { Kernel } from '../kernels/types';
import { isStepDue, type Steps } from '../scheduler';
import { added, scale } from './interval';
import type { Machine } from './machine';
import type { Bound, KernelCost, NodeCost, PlannedModel, Transfer } from './types';

/** What is left of a node that no kernel runs. */
const folded: NodeCost = {
  kernel: -1,
  seconds: { value: 0, low: 0, high: 0, basis: 'calibrated' },
  joules: { value: 0, low: 0, high: 0, basis: 'calibrated' },
  bound: 'none',
};

/**
 * Each node's share of its kernel: the kernel's time without overhead in proportion to what the node adds to it in
 * computation or traffic, the overhead to the anchor. Sums over nodes and over kernels × repeat agree.
 */
export function* shareOut(
  { inference, plan }: Pick<PlannedModel, 'inference' | 'plan'>,
  costs: readonly KernelCost[],
  machines: readonly (Machine | undefined)[],
  links: ReadonlyMap<number, Transfer>,
): Steps<NodeCost[]> {
  const nodes = new Array<NodeCost>(inference.nodes.length).fill(folded);
  const inserted: Kernel[] = [];
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    const { index } = kernel;
    const whole = { cost: costs[index]!, machine: machines[index], link: links.get(index) };
    shareKernel(inference, kernel, whole, nodes);
    if (kernel.nodes.length === 0) inserted.push(kernel);
  }
  for (const kernel of inserted) {
    if (isStepDue(kernel.index)) yield;
    addInserted(kernel, costs[kernel.index]!, nodes);
  }
  return nodes;
}

/** What a kernel costs, where it runs, and the transfer that it waits for. */
interface Whole {
  readonly cost: KernelCost;
  readonly machine: Machine | undefined;
  readonly link: Transfer | undefined;
}

/** What a runtime puts in counts with the node for which it is there. */
function addInserted({ anchor, repeat }: Kernel, { seconds, joules }: KernelCost, nodes: NodeCost[]): void {
  const node = nodes[anchor]!;
  const isKnown = node.seconds && seconds && repeat !== null;
  nodes[anchor] = {
    ...node,
    seconds: isKnown ? added(node.seconds, scale(seconds, repeat)) : null,
    joules: isKnown && node.joules && joules ? added(node.joules, scale(joules, repeat)) : null,
  };
}

function shareKernel(
  inference: Inference,
  kernel: Kernel,
  { cost, machine, link }: Whole,
  nodes: NodeCost[],
): void {
  const { seconds, parts, bound } = cost;
  if (!seconds || !parts || kernel.repeat === null) {
    for (const index of kernel.nodes)
      nodes[index] = { kernel: kernel.index, seconds: null, joules: null, bound };
    return;
  }
  const bytes = bytesAdded(inference, kernel);
  const own = kernel.nodes.map((index) =>
    machine ? ownSeconds(inference.nodes[index]!, bytes.get(index) ?? 0, machine) : 0,
  );
  const sum = own.reduce((a, b) => a + b, 0);
  const work = seconds.value - parts.overhead;
  kernel.nodes.forEach((index, i) => {
    const isAnchor = index === kernel.anchor;
    const part = sum > 0 ? (own[i]! / sum) * work : isAnchor ? work : 0;
    const value = part + (isAnchor ? parts.overhead : 0);
    const share = seconds.value > 0 ? value / seconds.value : 0;
    let time = scale(seconds, share * kernel.repeat!);
    let joules = cost.joules && scale(cost.joules, share * kernel.repeat!);
    if (isAnchor && link) {
      const { energy } = link;
      time = added(time, scale(link.seconds, kernel.repeat!));
      joules = joules && energy && added(joules, scale(energy.joules, kernel.repeat!));
    }
    nodes[index] = { kernel: kernel.index, seconds: time, joules, bound: nodeBound(bound, value) };
  });
}

function nodeBound(bound: Bound, value: number): Bound {
  return value === 0 ? 'none' : bound;
}

/**
 * What each node adds to the bytes of its kernel: what it reads from outside, the first to read it. What the kernel writes is
 * the anchor's: without the nodes behind that, it would write as much.
 */
function bytesAdded(inference: Inference, { nodes, anchor, operands }: Kernel): ReadonlyMap<number, number> {
  const readers = new Map<number, number>();
  for (const index of nodes) {
    for (const input of inference.nodes[index]!.inputs)
      if (input !== null && !readers.has(input)) readers.set(input, index);
  }
  const added = new Map<number, number>();
  for (const { value, role, bytes } of operands) {
    const node = (role === 'output' ? undefined : readers.get(value)) ?? anchor;
    added.set(node, (added.get(node) ?? 0) + (bytes ?? 0));
  }
  return added;
}

/** The larger of what a node computes and what it adds to the kernel's bytes, for proportions only. */
function ownSeconds({ work }: InferredNode, bytes: number, machine: Machine): number {
  if (!work) return per(bytes, roofLevel(machine)?.bandwidth);
  const { operations } = work;
  const compute = Math.max(
    per(operations.matrix, machine.peak),
    per(operations.vector, machine.vector),
    per(operations.special, machine.special),
  );
  return Math.max(compute, per(bytes, roofLevel(machine)?.bandwidth));
}

const per = (amount: number, rate: number | null | undefined): number => (rate ? amount / rate : 0);
