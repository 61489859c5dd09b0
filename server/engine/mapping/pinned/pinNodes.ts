import type { Units } from '../../cost/units';
import type { Inference } from '../../inference/types';
import { addTo, fewOf } from '../../lists';
import { problem, type Problem } from '../../problem';
import { isStepDue, type Steps } from '../../scheduler';
import type { PinnedNodes } from './assign';
import type { UnitsMapping } from './load';

/** `#12` or `#12:Conv`: a node by its number, and its operator, which tells that the file is the same. */
const byNumber = /^#(\d{1,9})(?::(.*))?$/s;

/** The nodes of a model on the units that a mapping file names for them; what it names and the model has not is told. */
export function* pinNodes(
  { nodes = {}, default: rest }: UnitsMapping,
  units: Units,
  inference: Inference,
): Steps<{ readonly pinned: PinnedNodes; readonly problems: readonly Problem[] }> {
  const indexOf = new Map(units.list.map(({ id }, index) => [id, index]));
  const byName = yield* namesOf(inference);
  const unitOf = new Int8Array(inference.nodes.length).fill(-1);
  const [missing, clashing]: [string[], string[]] = [[], []];
  let turn = 0;
  for (const [unit, references] of Object.entries(nodes)) {
    for (const reference of references) {
      if (isStepDue(turn++)) yield;
      const found = referred(reference, inference, byName);
      if (found.length === 0) missing.push(reference);
      for (const index of found) {
        const own = indexOf.get(unit)!;
        if (unitOf[index] === -1) unitOf[index] = own;
        else if (unitOf[index] !== own) clashing.push(reference);
      }
    }
  }
  const problems: Problem[] = [];
  if (missing.length > 0)
    problems.push(
      problem('warning', 'mapping.nodes-missing', { count: missing.length, names: fewOf(missing) }),
    );
  if (clashing.length > 0)
    problems.push(problem('warning', 'mapping.node-twice', { names: fewOf(clashing) }));
  const pinned = { units, unitOf, rest: rest === undefined ? 0 : indexOf.get(rest)! };
  return { pinned, problems };
}

/** Flat indices of nodes by name. */
function* namesOf({ nodes }: Inference): Steps<ReadonlyMap<string, number[]>> {
  const byName = new Map<string, number[]>();
  for (const { index, node } of nodes) {
    if (isStepDue(index)) yield;
    if (node.name !== '') addTo(byName, node.name, index);
  }
  return byName;
}

function referred(
  reference: string,
  { nodes }: Inference,
  byName: ReadonlyMap<string, number[]>,
): readonly number[] {
  const match = byNumber.exec(reference);
  if (!match) return byName.get(reference) ?? [];
  const node = nodes[Number(match[1])];
  return node && (match[2] === undefined || match[2] === node.node.operator) ? [node.index] : [];
}
