import { memo } from '../memo';
import type { ChipClass } from '../chips/chip';
import shipped from './classes/totals.json';
import type { Spread } from './types';

/**
 * The part of the range of a time that all kernels of a run have in common, as it was seen between estimates of whole models and
 * published figures on chips left out.
 */
export interface CommonSpread extends Spread {
  /** '*' is any. */
  readonly class: ChipClass | '*';
  readonly group: string;
  readonly rows: number;
  readonly chips: number;
}

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

/** The entry of a class and an operator group, else of the class, else of all; null: nothing is known. */
export function commonSpread(chipClass: ChipClass, group: string): Spread | null {
  return find(table, { chipClass, group });
}

const find = memo((entries: Table, asked: { chipClass: ChipClass; group: string }): Spread | null => {
  const matches = (entry: CommonSpread, of: string, group: string) =>
    entry.class === of && entry.group === group;
  for (const [of, group] of [
    [asked.chipClass, asked.group],
    [asked.chipClass, '*'],
    ['*', asked.group],
    ['*', '*'],
  ] as const) {
    const entry = entries.find((one) => matches(one, of, group));
    if (entry) return entry;
  }
  return null;
}, 200);
