import { roofLevel } from './levels';
import type { Inference, InferredNode } from '../inference/types';
import type { Kernel, KernelPlan } from '../kernels/types';
import type { Operations } from '../operators/rule';
import { modelFor } from './classes/index';
import type { KernelInput, Terms } from './classes/shared/model';
import { type CostedKernel, kernelTerms } from './kernelCost';
import { Query } from '../query';
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
 * Each node's share of its kernel. In a kernel with products, nodes without any have what its law says they add: a Relu that a
 * convolution hides adds nothing. What is left, without overhead, is divided in proportion to what the others compute or move;
 * the overhead is the anchor's. Sums over nodes and over kernels × repeat agree.
 */
export function* shareOut(
  { inference, plan }: Pick<PlannedModel, 'inference' | 'plan'>,
  costs: readonly KernelCost[],
  costed: readonly Pick<CostedKernel, 'machine' | 'input'>[],
  links: ReadonlyMap<number, Transfer>,
): Steps<NodeCost[]> {
  const nodes = new Array<NodeCost>(inference.nodes.length).fill(folded);
  const inserted: Kernel[] = [];
  const bytesIn = yield* bytesInKernels(inference, plan);
  const known: KnownShares = new Map();
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    const { index } = kernel;
    const { machine, input } = costed[index]!;
    const bytes = bytesIn[index]!;
    const whole = { cost: costs[index]!, machine, input, link: links.get(index), bytes, known };
    shareKernel(inference, kernel, whole, nodes);
    if (kernel.nodes.length === 0) inserted.push(kernel);
  }
  for (const kernel of inserted) {
    if (isStepDue(kernel.index)) yield;
    addInserted(kernel, costs[kernel.index]!, nodes);
  }
  return nodes;
}

/** What a kernel costs, where it runs, the transfer that it waits for, and the bytes that its nodes add. */
interface Whole {
  readonly cost: KernelCost;
  readonly machine: Machine | undefined;
  readonly input: KernelInput | undefined;
  readonly link: Transfer | undefined;
  readonly bytes: readonly number[];
  readonly known: KnownShares;
}

/** What nodes add to the last kernel with an input: networks repeat their layers, and kernels that are alike have one input. */
type KnownShares = Map<KernelInput, { parts: readonly Part[]; added: readonly (number | null)[] }>;

/** What a node without products computes, and its share (0..1) of the kernel's bytes. Null: nodes that are divided in proportion. */
type Part = (Omit<Operations, 'matrix'> & { readonly share: number }) | null;

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

function shareKernel(inference: Inference, kernel: Kernel, whole: Whole, nodes: NodeCost[]): void {
  const { cost, link } = whole;
  const { seconds, parts, bound } = cost;
  if (!seconds || !parts || kernel.repeat === null) {
    for (const index of kernel.nodes)
      nodes[index] = { kernel: kernel.index, seconds: null, joules: null, bound };
    return;
  }
  const work = seconds.value - parts.overhead;
  const parted = workShares(inference, kernel, whole, work);
  kernel.nodes.forEach((index, i) => {
    const isAnchor = index === kernel.anchor;
    const value = parted[i]! + (isAnchor ? parts.overhead : 0);
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

/** How the work of a kernel is divided over its nodes, in their order, seconds. */
function workShares(inference: Inference, kernel: Kernel, whole: Whole, work: number): readonly number[] {
  if (kernel.nodes.length === 1) return [work];
  const { machine, bytes } = whole;
  const extra = secondsAdded(inference, kernel, whole);
  const told = extra.reduce<number>((sum, one) => sum + (one ?? 0), 0);
  const most = told > work ? work / told : 1;
  const own = kernel.nodes.map((index, i) =>
    machine && extra[i] === null ? ownSeconds(inference.nodes[index]!, bytes[i]!, machine) : 0,
  );
  const sum = own.reduce((a, b) => a + b, 0);
  const left = work - told * most;
  return kernel.nodes.map((index, i) => {
    const added = extra[i] ?? null;
    if (added !== null) return added * most;
    return sum > 0 ? (own[i]! / sum) * left : index === kernel.anchor ? left : 0;
  });
}

/**
 * By how much each node makes the work of its kernel longer, seconds: that of the whole kernel less that without the node. Null
 * for what is divided in proportion: nodes with products, the anchor, and whatever stands in a kernel without products.
 */
function secondsAdded(
  inference: Inference,
  kernel: Kernel,
  { machine, input, bytes, known }: Whole,
): readonly (number | null)[] {
  const model = machine && modelFor(machine.chip);
  if (!model || !input || input.operations.matrix === 0) return kernel.nodes.map(() => null);
  const parts = partsOf(inference, kernel, bytes);
  const before = known.get(input);
  if (before && areSame(before.parts, parts)) return before.added;
  const all = workOf(kernelTerms(model, input));
  const added = parts.map((part) => {
    const without = part && workOf(kernelTerms(model, lessened(input, part)));
    return all === null || without === null ? null : Math.max(0, all - without);
  });
  known.set(input, { parts, added });
  return added;
}

function partsOf({ nodes }: Inference, kernel: Kernel, bytes: readonly number[]): Part[] {
  const moved = bytes.reduce((a, b) => a + b, 0);
  return kernel.nodes.map((index, i) => {
    const operations = nodes[index]!.work?.operations;
    if (index === kernel.anchor || !operations || operations.matrix > 0) return null;
    const { vector, special } = operations;
    return { vector, special, share: moved > 0 ? bytes[i]! / moved : 0 };
  });
}

function areSame(a: readonly Part[], b: readonly Part[]): boolean {
  if (a.length !== b.length) return false;
  return a.every((one, i) => {
    const other = b[i]!;
    if (!one || !other) return one === other;
    return one.vector === other.vector && one.special === other.special && one.share === other.share;
  });
}

function workOf({ compute, memory, work }: Terms): number | null {
  return work ?? (compute === null || memory === null ? null : Math.max(compute, memory));
}

/** What a law is asked about a kernel without a part of it. */
function lessened(input: KernelInput, { vector, special, share }: NonNullable<Part>): KernelInput {
  const { operations, bytes } = input;
  const left = 1 - share;
  return {
    ...input,
    operations: {
      matrix: operations.matrix,
      vector: Math.max(0, operations.vector - vector),
      special: Math.max(0, operations.special - special),
    },
    bytes: {
      main: bytes.main * left,
      mainWeights: bytes.mainWeights * left,
      near: bytes.near * left,
      link: bytes.link * left,
    },
  };
}

function nodeBound(bound: Bound, value: number): Bound {
  return value === 0 ? 'none' : bound;
}

/** Most kernels have one node: they share it. */
const noBytes: readonly number[] = [];

const bytesByPlan = new Query<KernelPlan, readonly (readonly number[])[]>();

/** What the nodes of each kernel add to its bytes; no chip changes it. Empty where a kernel has one node at most. */
function bytesInKernels(inference: Inference, plan: KernelPlan): Steps<readonly (readonly number[])[]> {
  return bytesByPlan.steps(plan, function* () {
    const all: (readonly number[])[] = [];
    for (const kernel of plan.kernels) {
      if (isStepDue(kernel.index)) yield;
      all.push(kernel.nodes.length > 1 ? bytesAdded(inference, kernel) : noBytes);
    }
    return all;
  });
}

/**
 * What each node adds to the bytes of its kernel, in their order: what it reads from outside, the first to read it. What the kernel writes is
 * the anchor's, and so is what nodes read from which a product of the anchor is made: without the nodes behind and before it,
 * it would write and read as much.
 */
function bytesAdded(inference: Inference, kernel: Kernel): readonly number[] {
  const { nodes, anchor, operands } = kernel;
  const before = beforeProduct(inference, kernel);
  const readers = new Map<number, number>();
  for (const index of nodes) {
    for (const input of inference.nodes[index]!.inputs)
      if (input !== null && !readers.has(input)) readers.set(input, before.has(index) ? anchor : index);
  }
  const added = new Map<number, number>();
  for (const { value, role, bytes } of operands) {
    const node = (role === 'output' ? undefined : readers.get(value)) ?? anchor;
    added.set(node, (added.get(node) ?? 0) + (bytes ?? 0));
  }
  return nodes.map((index) => added.get(index) ?? 0);
}

/** Nodes of a kernel from which its anchor's product is made; none where the anchor is no product. */
function beforeProduct(inference: Inference, { nodes, anchor }: Kernel): ReadonlySet<number> {
  const before = new Set<number>();
  if (!inference.nodes[anchor]!.work?.operations.matrix) return before;
  const inside = new Set(nodes);
  const open = [anchor];
  for (let node = open.pop(); node !== undefined; node = open.pop())
    for (const input of inference.nodes[node]!.inputs) {
      const producer = input === null ? null : inference.values[input]!.producer;
      if (producer === null || !inside.has(producer) || before.has(producer)) continue;
      if (inference.nodes[producer]!.work?.operations.matrix) continue;
      before.add(producer);
      open.push(producer);
    }
  return before;
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
