import { catalogue } from './catalogue/index';
import type { Chip } from './chip';
import { namesOf, normalise, typoDistance } from './names';

/** Every chip of the catalogue, by class and id. */
export const chips: readonly Chip[] = catalogue;

const byId = new Map(chips.map((chip) => [chip.id, chip]));

/** A chip by its id; undefined when the catalogue has none. */
export function chipById(id: string): Chip | undefined {
  return byId.get(id);
}

/** Chips to choose from. */
export interface Catalogue {
  readonly chips: readonly Chip[];
  byId(id: string): Chip | undefined;
}

/** The catalogue as it is shipped, without chips of the user's own. */
export const shippedChips: Catalogue = { chips, byId: chipById };

/** How far a query is from a name: 0 the same, 1 its beginning, 2 a part, 3 and more with typing errors; null unrelated. */
function distance(query: string, name: string): number | null {
  if (name === query) return 0;
  if (query.length >= 2 && name.startsWith(query)) return 1;
  if (query.length >= 3 && name.includes(query)) return 2;
  // A name inside a longer query ("the NVIDIA H100 card") counts when it is long enough to mean something.
  if (name.length >= (/[\u3131-\uD7A3\u4E00-\u9FFF]/.test(name) ? 3 : 4) && query.includes(name)) return 2.5;
  const allowed = query.length >= 8 ? 2 : query.length >= 4 ? 1 : 0;
  const errors = allowed > 0 ? typoDistance(query, name, allowed) : null;
  return errors === null ? null : 3 + errors;
}

/**
 * Chips by id, name, vendor or alias, in English or Korean, with typing errors: best first, all of the nearest kind of
 * match and what follows it. An empty query finds every chip.
 */
export function findChips(query: string, among: readonly Chip[] = chips): Chip[] {
  const wanted = normalise(query);
  if (wanted === '') return [...among];
  const found: { chip: Chip; rank: number }[] = [];
  for (const chip of among) {
    let best: number | null = null;
    for (const name of namesOf(chip)) {
      const rank = distance(wanted, name);
      if (rank !== null && (best === null || rank < best)) best = rank;
    }
    if (best !== null) found.push({ chip, rank: best });
  }
  const exact = found.some(({ rank }) => rank < 3);
  return found
    .filter(({ rank }) => !exact || rank < 3)
    .sort((a, b) => a.rank - b.rank || a.chip.id.localeCompare(b.chip.id))
    .map(({ chip }) => chip);
}

/** The host of accelerators where no other is chosen: an ordinary desktop processor. */
export const defaultHost = chipById('generic-x86-avx2-desktop') as Chip;
