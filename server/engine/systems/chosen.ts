import type { Chip, ChipClass } from '../chips/chip';
import type { ChipLookUp } from './load';
import type { System } from './system';

/** What choosing a system chooses. */
export interface SystemChips {
  /** Ids of its chips, accelerators first, each once; those of no known chip are left out. */
  readonly chips: readonly string[];
  /** The processor beside the first of them, which runs what that one can't; null where the system has none there. */
  readonly host: string | null;
}

/** What runs a model's other operators where an accelerator stands beside it. */
const processors: ReadonlySet<ChipClass> = new Set(['cpu', 'mcu']);

/** Whether a chip is a processor, which runs anything. */
export function isProcessor(chip: Chip): boolean {
  return processors.has(chip.class);
}

/**
 * The chips of a system in the order in which somebody would look at them: accelerators in the order of the file, then
 * processors, but for the one that is the host of the first accelerator. A processor is host only to what it shares a
 * memory or a link with.
 */
export function chipsOf(system: System, lookUp: ChipLookUp): SystemChips {
  const devices = system.devices.flatMap((device) => {
    const chip = lookUp(device.chip);
    return chip ? [{ id: device.id, chip, isHost: isProcessor(chip) }] : [];
  });
  const lead = devices.find(({ isHost }) => !isHost);
  const host = lead && devices.find(({ id, isHost }) => isHost && areJoined(system, lead.id, id));
  const ordered = [
    ...devices.filter(({ isHost }) => !isHost),
    ...devices.filter((one) => one.isHost && one !== host),
  ];
  return { chips: [...new Set(ordered.map(({ chip }) => chip.id))], host: host?.chip.id ?? null };
}

/** Whether two devices share a memory, or a link. */
function areJoined({ pools, links }: System, one: string, other: string): boolean {
  const groups = [...pools.map(({ sharedBy }) => sharedBy), ...links.map(({ between }) => between)];
  return groups.some((group) => group.includes(one) && group.includes(other));
}
