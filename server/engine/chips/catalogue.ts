import { catalogue } from './catalogue/index';
import type { Chip } from './chip';

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
