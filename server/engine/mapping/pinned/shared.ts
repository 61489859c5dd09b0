import type { Chip } from '../../chips/chip';
import type { ChipProblem } from '../../chips/schemaCheck';
import { equalDevices } from '../../systems/equal';
import type { System } from '../../systems/system';
import { devicesOf, splitLabel, type Split } from '../parallel/splits';
import { mappingFault, type SplitMapping } from './load';
import type { Nameable } from './units';

/** Equal devices of a system that share a model in one way. */
export interface SharingDevices {
  readonly system: System;
  /** Their id within the system, and how many there are, which may be more than the split takes. */
  readonly device: string;
  readonly count: number;
  readonly chip: Chip;
  readonly split: Split;
}

/** The devices that share a model as a mapping file says; the reasons where there are none such, or too few. */
export function sharingDevices(
  mapping: SplitMapping,
  known: Nameable,
): { readonly devices: SharingDevices } | { readonly faults: readonly ChipProblem[] } {
  const split = wholeSplit(mapping);
  const system = known.system(mapping.system);
  if (!system) return { faults: [mappingFault('mapping.no-system', ['system'], { system: mapping.system })] };
  const equal = equalDevices(system, (id) => known.chip(id));
  if (!equal) return { faults: [mappingFault('mapping.no-devices', ['system'], { system: system.name })] };
  const [count, most] = [devicesOf(split), equal.count];
  if (count > most) {
    const args = { split: splitLabel(split), count, system: system.name, most };
    return { faults: [mappingFault('mapping.split-devices', ['split'], args)] };
  }
  return { devices: { system, ...equal, split } };
}

/** What a file leaves out is 1. */
function wholeSplit({ split: { tp, pp = 1, dp = 1, ep = 1, cp = 1 } }: SplitMapping): Split {
  return { tp, pp, dp, ep, cp };
}

/** A split of the devices of a system as a mapping file says it. */
export function splitMappingOf(system: string, { tp, ...split }: Split): SplitMapping {
  const others = Object.entries(split).filter(([, count]) => count > 1);
  return { schemaVersion: 1, system, split: { tp, ...Object.fromEntries(others) } };
}
