import type { Chip } from '../../chips/chip';
import type { ChipProblem } from '../../chips/schemaCheck';
import { runtimeFor } from '../../cost/runtimes';
import { unitOf, type Unit, type UnitLink, type Units } from '../../cost/units';
import { appendAll } from '../../lists';
import type { Problem } from '../../problem';
import type { System } from '../../systems/system';
import { mappingFault, type UnitsMapping } from './load';

/** What a mapping file can name. */
export interface Nameable {
  chip(id: string): Chip | undefined;
  system(id: string): System | undefined;
}

/**
 * The units of a mapping file.
 * @param wanted the runtime that is asked for on the first unit, and the format of the model
 * @returns null and the reasons where it names what there is not; else what there is to say of the runtimes
 */
export function unitsOf(
  { system: systemId, units }: UnitsMapping,
  known: Nameable,
  wanted: { readonly runtime: string | null; readonly format: string },
):
  | { readonly units: Units; readonly problems: readonly Problem[] }
  | { readonly faults: readonly ChipProblem[] } {
  const system = systemId === undefined ? undefined : known.system(systemId);
  const faults: ChipProblem[] = [];
  if (systemId !== undefined && !system)
    faults.push(mappingFault('mapping.no-system', ['system'], { system: systemId }));
  const problems: Problem[] = [];
  const list: Unit[] = [];
  for (const [at, { id, chip: own, runtime }] of units.entries()) {
    const chipId = own ?? system?.devices.find((device) => device.id === id)?.chip;
    const chip = chipId === undefined ? undefined : known.chip(chipId);
    if (chip) {
      const asked = runtime ?? (at === 0 ? wanted.runtime : null);
      const found = runtimeFor(chip, asked, wanted.format);
      appendAll(problems, found.problems);
      list.push(unitOf(id, chip, found.profile));
    } else if (chipId === undefined) {
      faults.push(mappingFault('mapping.unit-chip', ['units', at], { name: id }));
    } else faults.push(mappingFault('system.no-chip', ['units', at, 'chip'], { chip: chipId }));
  }
  return faults.length > 0 ? { faults } : { units: inSystem(list, system), problems };
}

/** Units with what a system says of the devices of the same ids: the memory that they share, and links between them. */
export function inSystem(list: readonly Unit[], system: System | undefined): Units {
  if (!system) return { list, links: [] };
  const ids = new Set(list.map(({ id }) => id));
  const links = system.links.flatMap(
    ({ between, bytesPerSecondPerDirection: rate, latencySeconds }): UnitLink[] => {
      const ends = between.filter((id) => ids.has(id));
      if (!rate) return [];
      return ends.flatMap((one, at) =>
        ends.slice(at + 1).map((other) => {
          const latency = latencySeconds?.value ?? null;
          return { between: [one, other], bytesPerSecond: rate.value, latencySeconds: latency } as const;
        }),
      );
    },
  );
  return { list: list.map((unit) => ({ ...unit, ...poolOf(unit.id, system) })), links };
}

function poolOf(id: string, { devices, pools }: System): Pick<Unit, 'pool'> {
  const name = devices.find((device) => device.id === id)?.pool;
  const pool = pools.find((one) => one.id === name);
  if (!pool) return {};
  return {
    pool: {
      id: pool.id,
      bandwidth: pool.bandwidthBytesPerSecond?.value ?? null,
      capacity: pool.capacityBytes?.value ?? null,
    },
  };
}
