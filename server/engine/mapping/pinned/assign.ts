import type { Chip } from '../../chips/chip';
import { placed } from '../../cost/placement';
import type { PlannedModel } from '../../cost/types';
import type { Assignment, Units } from '../../cost/units';
import type { Inference } from '../../inference/types';
import { byFrequency, fewOf } from '../../lists';
import { problem, type Problem } from '../../problem';
import { isStepDue, type Steps } from '../../scheduler';

/** Where nodes run as a mapping says. */
export interface PinnedNodes {
  readonly units: Units;
  /** Unit by flat index; -1 for nodes that it does not name. */
  readonly unitOf: Int8Array;
  /** The unit of these. */
  readonly rest: number;
  /** The runtime itself puts them there: where it cannot, nobody asked for anything else. */
  readonly isByRuntime?: true;
}

/**
 * The kernels of a plan as a mapping of its nodes puts them: a node that it names decides for its kernel, before others the
 * anchor. What it asks for and can't be had is told.
 */
export function* assignKernels(
  model: PlannedModel,
  { units, unitOf, rest, isByRuntime }: PinnedNodes,
  host?: Chip,
): Steps<{ readonly assignment: Assignment; readonly problems: readonly Problem[] }> {
  const { inference, plan } = model;
  const wanted = new Uint8Array(plan.kernels.length).fill(rest);
  const clashing: number[] = [];
  for (const { index, nodes, anchor } of plan.kernels) {
    if (isStepDue(index)) yield;
    const named = [anchor, ...nodes].filter((node) => unitOf[node] !== -1);
    if (named.length === 0) continue;
    wanted[index] = unitOf[named[0]!]!;
    const other = named.find((node) => unitOf[node] !== wanted[index]);
    if (other !== undefined) clashing.push(other);
  }
  for (const { index, nodes, anchor } of plan.kernels) {
    if (isStepDue(index)) yield;
    const own = plan.kernelOfNode[anchor]!;
    if (nodes.length === 0 && own >= 0) wanted[index] = wanted[own]!;
  }
  const assignment = yield* placed(model, units, wanted, host);
  const problems: Problem[] = [];
  if (isByRuntime) return { assignment, problems };
  const names = clashing.map((node) => referenceTo(inference, node));
  if (names.length > 0) problems.push(problem('warning', 'mapping.clash', { names: fewOf(names) }));
  for (const [unit, { chip, profile }] of units.list.entries()) {
    const moved = plan.kernels.filter(
      ({ index }) => wanted[index] === unit && assignment.unitOf[index] !== unit,
    );
    if (moved.length === 0 || !profile) continue;
    const operators = fewOf(byFrequency(moved.map(({ anchor }) => inference.nodes[anchor]!.node.operator)));
    const args = { kernels: moved.length, chip: chip.name, runtime: profile.name, operators };
    problems.push(problem('warning', 'mapping.unsupported', args));
  }
  return { assignment, problems };
}

/** How a mapping names a node: by its name, one without, or with one that does not do, by its number and operator. */
export function referenceTo({ nodes }: Inference, index: number, isNamed = true): string {
  const { name, operator } = nodes[index]!.node;
  return name === '' || !isNamed ? `#${index}:${operator}` : name;
}
