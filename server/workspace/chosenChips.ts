import { type Catalogue, shippedChips } from '../engine/chips/catalogue';
import type { Chip } from '../engine/chips/chip';
import type { Choices } from './choices';
import defaultChips from './defaultChips.json';

/** The chips of a list of ids; one of each large class where nothing is chosen. */
export function chosenChips(
  ids: readonly string[],
  catalogue: Catalogue = shippedChips,
): {
  readonly chips: readonly Chip[];
  readonly unknown: readonly string[];
} {
  const chips: Chip[] = [];
  const unknown: string[] = [];
  for (const id of ids.length > 0 ? ids : defaultChips) {
    const chip = catalogue.byId(id);
    if (chip) chips.push(chip);
    else unknown.push(id);
  }
  return { chips, unknown };
}

/** The chip that runs what others can't, where one is chosen and there. */
export function chosenHost({ host }: Pick<Choices, 'host'>, catalogue: Catalogue): Chip | undefined {
  return host === null ? undefined : catalogue.byId(host);
}
