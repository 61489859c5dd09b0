import { hostOf } from '../../chips/hosts';
import type { Chip } from '../../chips/chip';
import { isHost } from '../../cost/placement';
import { runtimeFor } from '../../cost/runtimes';
import { hostUnitId, ownUnitId, unitOf, type Unit, type Units } from '../../cost/units';
import type { System } from '../../systems/system';
import { inSystem } from '../pinned/units';

/** Units that a mapping takes. */
export const mostUnits = 8;

/** What a model may be divided among. */
export interface Among {
  /** A system whose devices they are, or a chip that its host helps. */
  readonly of: { readonly system: System } | { readonly chip: Chip };
  /** Takes what others can't; undefined: the system's own, else the one that belongs to the first. */
  readonly host: Chip | undefined;
  /** Null: the default of each chip. */
  readonly runtime: string | null;
  readonly format: string;
}

/**
 * The units of a system, accelerators first, or a chip and its host; always with a host, which can run everything.
 * @returns null for a system of which no device is a chip that is known
 */
export function unitsAmong(
  { of, host, runtime, format }: Among,
  byId: (id: string) => Chip | undefined,
): Units | null {
  const made = (id: string, chip: Chip): Unit => unitOf(id, chip, runtimeFor(chip, runtime, format).profile);
  const devices =
    'chip' in of
      ? [made(ownUnitId, of.chip)]
      : of.system.devices.flatMap(({ id, chip }) => {
          const known = byId(chip);
          return known ? [made(id, known)] : [];
        });
  const own = host ? devices.filter((unit) => !isHost(unit)) : devices;
  const [first] = own;
  const isComplete = !host && own.some(isHost);
  const helper = host ?? (first && hostOf(first.chip));
  if (!helper) return null;
  const all = isComplete ? own : [...own, made(hostUnitId, helper)];
  const sorted = [...all].sort((a, b) => Number(isHost(a)) - Number(isHost(b)));
  return inSystem(sorted, 'system' in of ? of.system : undefined);
}
