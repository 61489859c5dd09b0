import type { PlannedModel } from '../../cost/types';
import { addTo } from '../../lists';
import { nameInOnnx } from '../../operators/table';
import type { Steps } from '../../scheduler';
import type { Built } from './build';
import { costOf, type PartitionProblem } from './problem';

/** What it costs that the runtime of a unit cannot run an operator there, where it puts all else that it can. */
export interface Blame {
  /** Names in ONNX; several where all are meant together. */
  readonly operators: readonly string[];
  /** Flat indices of the nodes of the kernels. */
  readonly nodes: readonly number[];
  /** Transfers that there would be less. */
  readonly crossings: number;
  /** What there would be less of the objective; less than 0 where it would be more. */
  readonly saved: number;
}

/** Operators that are looked at one by one. */
const mostOperators = 12;

/**
 * By operator what would be saved if a unit could run it, and what if it could run all of them; what saves most first.
 * @param given what the runtime does now
 */
export function* blameOf(
  { inference, plan }: PlannedModel,
  { problem, free, refused }: Built,
  unit: number,
  given: Uint8Array,
): Steps<Blame[]> {
  const byOperator = new Map<string, number[]>();
  for (const kernel of refused[unit]!) {
    const { domain, operator } = inference.nodes[plan.kernels[kernel]!.anchor]!.node;
    addTo(byOperator, nameInOnnx(domain, operator), kernel);
  }
  const most = [...byOperator].sort(([, a], [, b]) => b.length - a.length).slice(0, mostOperators);
  const groups = most.map(([operator, kernels]) => ({ operators: [operator], kernels }));
  if (byOperator.size > 1)
    groups.push({ operators: [...byOperator.keys()], kernels: [...byOperator.values()].flat() });
  const before = { cost: costOf(problem, given), crossings: crossingsOf(problem, given) };
  const found: Blame[] = [];
  for (const { operators, kernels } of groups) {
    yield;
    const allowed = given.slice();
    for (const kernel of kernels)
      if (free.costs[kernel * free.units + unit]! < Infinity) allowed[kernel] = unit;
    const nodes = kernels.flatMap((kernel) => plan.kernels[kernel]!.nodes);
    const crossings = before.crossings - crossingsOf(free, allowed);
    found.push({ operators, nodes, crossings, saved: before.cost - costOf(free, allowed) });
  }
  return found.sort((a, b) => b.saved - a.saved);
}

/** Values times units to which they are brought, inputs and outputs of the model left out. */
function crossingsOf({ kernels, values }: PartitionProblem, unitOf: Uint8Array): number {
  const memory = kernels - 1;
  let count = 0;
  for (const { maker, readers } of values) {
    if (maker === memory) continue;
    const units = new Set(readers.filter((reader) => reader !== memory).map((reader) => unitOf[reader]!));
    units.delete(unitOf[maker]!);
    count += units.size;
  }
  return count;
}
