import type { Units } from '../../cost/units';
import type { Inference } from '../../inference/types';
import { addTo, largest } from '../../lists';
import { referenceTo } from './assign';
import type { UnitsMapping } from './load';

/** Longer names are said by number: what a mapping file takes. */
const longestName = 1000;

/**
 * A mapping as its file says it: nodes by name where only one has it, and without those on the unit that has most of them.
 * @param unitOfNode unit by flat index; -1 for nodes that no kernel runs
 * @param system id of the system whose devices the units are
 */
export function mappingFileOf(
  inference: Inference,
  { list }: Units,
  unitOfNode: Int8Array,
  system: string | null,
): UnitsMapping {
  const counts = list.map((_, unit) => unitOfNode.reduce((sum, one) => sum + (one === unit ? 1 : 0), 0));
  const rest = counts.indexOf(largest(counts));
  const names = new Map<string, number>();
  for (const { node } of inference.nodes) names.set(node.name, (names.get(node.name) ?? 0) + 1);
  const nodes = new Map<string, string[]>();
  unitOfNode.forEach((unit, index) => {
    if (unit < 0 || unit === rest) return;
    const { node } = inference.nodes[index]!;
    const isPlain =
      names.get(node.name) === 1 && node.name.length <= longestName && !node.name.startsWith('#');
    addTo(nodes, list[unit]!.id, referenceTo(inference, index, isPlain));
  });
  return {
    schemaVersion: 1,
    ...(system !== null && { system }),
    units: list.map(({ id, chip, profile }) => ({
      id,
      chip: chip.id,
      ...(profile && { runtime: profile.id }),
    })),
    default: list[rest]!.id,
    nodes: Object.fromEntries(nodes),
  };
}
