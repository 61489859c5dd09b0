import { memo } from '../memo';
import type { Chip, ChipClass } from '../chips/chip';
import { traitsOf } from './classes/traits';
import { isOfMeasuredVendor } from './constants';
import { sharesMemory } from './link';
import shipped from './classes/totals.json';
import type { Spread } from './types';

/**
 * The part of the range of a time that all kernels of a run have in common, as it was seen between estimates of whole models and
 * published figures on chips left out.
 */
export interface CommonSpread extends Spread {
  /** '*' is any, here as below. */
  readonly class: ChipClass | '*';
  readonly place: Place | '*';
  readonly group: string;
  readonly rows: number;
  readonly chips: number;
}

/**
 * Blocks of a system on chip share its memory and power with the rest of it, and have software of their own. Laws that were fitted
 * to kernels of some vendors know little of the software of others.
 */
export type Place = 'block' | 'chip' | 'other vendor';

type Table = readonly CommonSpread[];

let table = shipped.entries as Table;

/** Puts other ranges in force, so that a fit can leave chips out. @returns what puts back those before */
export function useCommonSpreads(other: Table): () => void {
  const before = table;
  table = other;
  return () => {
    table = before;
  };
}

export function placeOf(chip: Chip): Place {
  if (sharesMemory(chip)) return 'block';
  return traitsOf[chip.class].fit === 'laws' && !isOfMeasuredVendor(chip) ? 'other vendor' : 'chip';
}

/** The entry that is nearest to a chip and an operator group; null: nothing is known. */
export function commonSpread(chip: Chip, group: string): Spread | null {
  return find(table, { chipClass: chip.class, place: placeOf(chip), group });
}

type Asked = { readonly chipClass: ChipClass; readonly place: Place; readonly group: string };

const find = memo((entries: Table, { chipClass, place, group }: Asked): Spread | null => {
  for (const asked of [
    [chipClass, place, group],
    [chipClass, place, '*'],
    [chipClass, '*', group],
    [chipClass, '*', '*'],
    ['*', '*', group],
    ['*', '*', '*'],
  ]) {
    const entry = entries.find(
      (one) => one.class === asked[0] && one.place === asked[1] && one.group === asked[2],
    );
    if (entry) return entry;
  }
  return null;
}, 200);
