import { isOpen } from '../inference/infer';
import type { Inference, InferredNode } from '../inference/types';
import { movedBytes } from '../kernels/operands';
import type { Kernel, KernelPlan } from '../kernels/types';
import type { Operations } from '../operators/rule';
import { Query } from '../query';
import { isStepDue, type Steps } from '../scheduler';
import type { AlikeKernels, CostedGroup } from './alike';
import { addedParts } from './energy';
import { scale, Total as EstimateSum } from './interval';
import { trainingBytes, trainingOperations, type TrainingStep } from './training';
import type {
  Bounded,
  Ceiling,
  ChipCost,
  Estimate,
  JoulesParts,
  KernelCost,
  NodeCost,
  Spread,
  Total,
  TotalEstimate,
  Transfer,
} from './types';

/** The totals of a run that are sums over its nodes. */
export type Totals = Pick<
  ChipCost['total'],
  'latencySeconds' | 'joules' | 'joulesParts' | 'operations' | 'eliminatedOperations' | 'bytes'
>;

/** What is costed of a model on a chip. */
export interface Costed {
  readonly inference: Inference;
  readonly plan: KernelPlan;
  readonly groups: readonly CostedGroup[];
  /** What transfers cost that run as kernels of their own. */
  readonly transfers: readonly KernelCost[];
  /** Transfers by the kernel that waits for them. */
  readonly links: ReadonlyMap<number, Transfer>;
  /** Null: a run forward. */
  readonly training: TrainingStep | null;
}

/** A total of which nothing is missing; null for a lower bound, which says nothing of the whole. */
export function wholeTotal<T extends Bounded>(total: T | null | undefined): Exclude<T, Ceiling> | null {
  return total && !total.isLowerBound ? (total as Exclude<T, Ceiling>) : null;
}

/** A sum of numbers over nodes, of which some may be unknown. */
class NumberSum {
  private sum = 0;
  private unknownNodes = 0;
  private hasGap = false;

  /** @param part of one run; null: unknown. `nodes` are as many as it is of */
  add(part: number | null, repeat: number | null, nodes = 1): void {
    if (part !== null && repeat !== null) this.sum += part * repeat;
    else {
      this.unknownNodes += nodes;
      this.hasGap = true;
    }
  }

  /**
   * @param isPart more is to come than was added
   * @param isAny something was there to add: without it nothing is known, which is not the same as nothing
   */
  get(isPart: boolean, isAny = true): Total {
    const isLowerBound = isPart || this.hasGap;
    const value = (isLowerBound || !isAny) && this.sum === 0 ? null : this.sum;
    return { value, isLowerBound, unknownNodes: this.unknownNodes, atMost: null };
  }
}

/** A sum of estimates over kernels, of which some may be unknown. */
class EstimatesOfKernels {
  private readonly sum = new EstimateSum();
  private unknownNodes = 0;
  private hasGap = false;

  add({ first, count, nodes }: AlikeKernels, part: Estimate | null, common: Spread | null): void {
    const { operatorClass, repeat } = first;
    if (part && repeat !== null) this.sum.add(operatorClass, part, repeat * count, common);
    else {
      this.unknownNodes += nodes;
      this.hasGap = true;
    }
  }

  /** A transfer that a kernel waits for. */
  addLink(link: Estimate | null, repeat: number | null): void {
    if (!link) this.hasGap = true;
    else if (repeat !== null) this.sum.add('link', scale(link, repeat));
  }

  noteGap(): void {
    this.hasGap = true;
  }

  get(isPart: boolean): TotalEstimate | null {
    const isLowerBound = isPart || this.hasGap;
    const sum = this.sum.get();
    if (isLowerBound && sum.value === 0) return null;
    return { ...sum, isLowerBound, unknownNodes: this.unknownNodes, atMost: null };
  }
}

/** What the known energy of kernels goes to; null while none is known. */
class PartsOfJoules {
  sum: JoulesParts | null = null;

  add(part: JoulesParts | null | undefined, repeat: number | null, count = 1): void {
    if (part && repeat !== null) this.sum = addedParts(this.sum, part, repeat * count);
  }
}

/**
 * Sums over kernels x repeat and over what no kernel runs. Where a part is unknown the sum of the others is a lower bound; where
 * a kernel is known and the chip cannot run it, there is no time.
 */
export function* totalsOf(costed: Costed): Steps<Totals> {
  const { inference, plan, groups, transfers, links, training } = costed;
  const isPart = isOpen(inference);
  const [seconds, joules] = [new EstimatesOfKernels(), new EstimatesOfKernels()];
  let canRun = true;
  const parts = new PartsOfJoules();
  for (const [index, group] of groups.entries()) {
    if (isStepDue(index)) yield;
    const { first, count, costed: of } = group;
    const { unit, seconds: time, joules: energy, joulesParts, common } = of.cost;
    if (unit === null && first.operations) canRun = false;
    seconds.add(group, time, common);
    joules.add(group, energy, common);
    parts.add(joulesParts, first.repeat, count);
  }
  for (const [kernel, link] of links) {
    const { repeat } = plan.kernels[kernel]!;
    seconds.addLink(link.seconds, repeat);
    joules.addLink(link.energy?.joules ?? null, repeat);
    parts.add(link.energy?.parts, repeat);
  }
  if (transfers.some((link) => link.seconds === null)) seconds.noteGap();
  const isAny = plan.kernelOfNode.length > 0;
  const hasTime = isAny && canRun;
  const energy = hasTime && plan.kernels.length > 0 ? joules.get(isPart) : null;
  return {
    latencySeconds: hasTime ? seconds.get(isPart) : null,
    joules: energy,
    joulesParts: energy && parts.sum,
    ...(training
      ? yield* workOf(inference, plan, training)
      : yield* forwardWork.steps(plan, () => workOf(inference, plan, null))),
  };
}

/** What is done and moved, whatever the chip. */
type WorkTotals = Pick<Totals, 'operations' | 'eliminatedOperations' | 'bytes'>;

/** Of each plan that of a run forward. */
const forwardWork = new Query<KernelPlan, WorkTotals>();

function* workOf(inference: Inference, plan: KernelPlan, training: TrainingStep | null): Steps<WorkTotals> {
  const isPart = isOpen(inference);
  const [operations, bytes] = [new NumberSum(), new NumberSum()];
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    const nodes = kernel.nodes.length;
    const work = operationsOf(kernel, training);
    if (work !== null) operations.add(work, kernel.repeat, nodes);
    // Of a kernel with a node whose work is unknown, that of the others counts.
    else for (const index of kernel.nodes) addNode(operations, inference.nodes[index]!);
    bytes.add(bytesOf(kernel, training), kernel.repeat, nodes);
  }
  const isAny = plan.kernelOfNode.length > 0;
  return {
    operations: operations.get(isPart, isAny),
    eliminatedOperations: yield* eliminatedOperations(inference, plan),
    bytes: bytes.get(isPart, isAny),
  };
}

/** Operations of nodes in no kernel: the runtime computes them at load time, merges them with equal ones or drops them. */
function* eliminatedOperations(inference: Inference, plan: KernelPlan): Steps<Total> {
  const sum = new NumberSum();
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    if (plan.kernelOfNode[node.index] === -1) addNode(sum, node);
  }
  return sum.get(false);
}

/** Operations of all nodes of a model in one run. */
export function* modelOperations(inference: Inference): Steps<Total> {
  const sum = new NumberSum();
  for (const node of inference.nodes) {
    if (isStepDue(node.index)) yield;
    addNode(sum, node);
  }
  return sum.get(isOpen(inference), inference.nodes.length > 0);
}

function addNode(sum: NumberSum, { work, repeat }: InferredNode): void {
  sum.add(work && allOperations(work.operations), repeat);
}

/** Operations of all kinds together. */
function allOperations({ matrix, vector, special }: Operations): number {
  return matrix + vector + special;
}

function operationsOf(kernel: Kernel, training: TrainingStep | null): number | null {
  const work = kernel.operations;
  if (!work) return null;
  return training ? trainingOperations(kernel, work, training) : allOperations(work);
}

function bytesOf(kernel: Kernel, training: TrainingStep | null): number | null {
  const moved = movedBytes(kernel);
  return training && moved !== null ? trainingBytes(kernel, moved, training) : moved;
}

/**
 * A lower bound with an upper one beside it.
 * @param most the same total where all that is unknown is as large as the graph allows
 */
export function bounded<T extends Bounded & { readonly value: number | null }>(
  least: T,
  most: Total | TotalEstimate | null,
): T {
  const whole = least.isLowerBound ? wholeTotal(most) : null;
  return whole ? { ...least, atMost: whole.value } : least;
}

/** The totals of a run with what each is at the most. */
export function withMost(total: ChipCost['total'], most: ChipCost['total']): ChipCost['total'] {
  const { latencySeconds, joules, operations, eliminatedOperations, bytes } = total;
  // What nothing is known of depends on how much is moved, which these nodes leave open.
  const { unknownNodes } = bytes;
  const estimate = (least: TotalEstimate | null, limit: TotalEstimate | null): TotalEstimate | null =>
    least ? bounded(least, limit) : ceilingOf(limit, unknownNodes);
  return {
    ...total,
    latencySeconds: estimate(latencySeconds, most.latencySeconds),
    joules: estimate(joules, most.joules),
    operations: bounded(operations, most.operations),
    eliminatedOperations: bounded(eliminatedOperations, most.eliminatedOperations),
    bytes: bounded(bytes, most.bytes),
  };
}

/** Nodes of unknown time with what they take with sizes as large as the graph allows. */
export function nodesWithMost(nodes: readonly NodeCost[], most: readonly NodeCost[]): readonly NodeCost[] {
  return nodes.map((node, index) => {
    const limit = node.seconds ? undefined : most[index]?.seconds?.value;
    return limit === undefined ? node : { ...node, secondsAtMost: limit };
  });
}

function ceilingOf(most: TotalEstimate | null, unknownNodes: number): Ceiling | null {
  const whole = wholeTotal(most);
  if (!whole) return null;
  const nothing = { value: null, low: null, high: null, basis: 'unknown' } as const;
  return { ...nothing, isLowerBound: true, unknownNodes, atMost: whole.value };
}
