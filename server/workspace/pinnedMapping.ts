import type { Chip } from '../engine/chips/chip';
import type { Units } from '../engine/cost/units';
import type { Inference } from '../engine/inference/types';
import type { PinnedNodes } from '../engine/mapping/pinned/assign';
import { isSplit } from '../engine/mapping/pinned/load';
import { pinNodes } from '../engine/mapping/pinned/pinNodes';
import { sharingDevices, type SharingDevices } from '../engine/mapping/pinned/shared';
import { unitsOf } from '../engine/mapping/pinned/units';
import { problem, type Problem } from '../engine/problem';
import { runThrough, type Steps } from '../engine/scheduler';
import type { Choices } from './choices';
import type { Surroundings } from './ownChips';

/** The mapping in force for a model: its nodes on units, or all of it on devices that share it. */
export type PinnedMapping =
  | {
      readonly kind: 'units';
      readonly name: string;
      readonly units: Units;
      readonly nodes: PinnedNodes;
      /** The same on another inference of the model. */
      readonly pinnedOn: (inference: Inference) => PinnedNodes;
    }
  | { readonly kind: 'split'; readonly name: string; readonly devices: SharingDevices };

/** The chip that leads the others under a mapping. */
export function leadOf(mapping: PinnedMapping): Chip {
  return mapping.kind === 'split' ? mapping.devices.chip : mapping.units.list[0]!.chip;
}

interface Found {
  readonly mapping: PinnedMapping | null;
  readonly problems: readonly Problem[];
}

/** The mapping that the settings of a model name, on its nodes; what keeps it from being used is told. */
export function* pinnedMapping(
  { mapping: name, workload }: Choices,
  { mappings, systems, catalogue }: Surroundings,
  inference: Inference,
  format: string,
): Steps<Found> {
  if (name === null) return { mapping: null, problems: [] };
  const file = mappings.get(name);
  if (!file)
    return { mapping: null, problems: [problem('warning', 'settings.mapping-unknown', { mapping: name })] };
  const known = {
    chip: (id: string) => catalogue.byId(id),
    system: (id: string) => systems.find((one) => one.id === id),
  };
  if (isSplit(file)) {
    const shared = sharingDevices(file, known);
    if ('faults' in shared) return { mapping: null, problems: shared.faults };
    return { mapping: { kind: 'split', name, devices: shared.devices }, problems: [] };
  }
  if (workload.phase === 'training')
    return { mapping: null, problems: [problem('warning', 'settings.mapping-training', { mapping: name })] };
  const found = unitsOf(file, known, { runtime: workload.runtime, format });
  if ('faults' in found) return { mapping: null, problems: found.faults };
  const { units } = found;
  const { pinned, problems } = yield* pinNodes(file, units, inference);
  const pinnedOn = (other: Inference): PinnedNodes => runThrough(pinNodes(file, units, other)).pinned;
  return {
    mapping: { kind: 'units', name, units, nodes: pinned, pinnedOn },
    problems: [...found.problems, ...problems],
  };
}
