import type { System } from '../engine/systems/system';
import type { NewChipResult, NewSystemParams } from '../protocol';
import { freeId } from './newChip';

/** A new system file: a copy of a system, with the sources of its figures, under an id and a name of its own. */
export function newSystem({ like, name }: NewSystemParams, systems: readonly System[]): NewChipResult {
  const id = freeId(name, 'my-system', (one) => systems.some((system) => system.id === one));
  const base = systems.find((system) => system.id === like);
  if (!base) return { id, text: null };
  // Its other names find the system that it was.
  const copy = { ...base, id, name, nameKo: undefined, aliases: [] };
  return { id, text: `${JSON.stringify(copy, null, 2)}\n` };
}
