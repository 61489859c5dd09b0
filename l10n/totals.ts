import type { Bounded, JoulesParts } from '../server/engine/cost/types';
import { messageFrom } from './messages';
import type { Language } from './language';
import en from './en/totals.json';
import ko from './ko/totals.json';

const message = messageFrom(en, ko);

/** A sum with how much of it is known. */
export interface Summed extends Bounded {
  readonly value: number | null;
}

/**
 * A total in words: `12 ms`, or of a lower bound `at least 12 ms, at most 20 ms (3 nodes unknown)`. Null where nothing of it is
 * known.
 * @param write the quantity with its unit
 */
export function totalText(
  total: Summed | null,
  write: (value: number) => string,
  language: Language,
): string | null {
  if (!total) return null;
  const { value, isLowerBound, unknownNodes, atMost } = total;
  if (!isLowerBound) return value === null ? null : write(value);
  const bounds = boundsText(value, atMost, write, language);
  if (bounds === null || unknownNodes === 0) return bounds;
  const args = { total: bounds, count: unknownNodes };
  return message(language, unknownNodes === 1 ? 'totals.unknownNode' : 'totals.unknownNodes', args);
}

/** What lies between the two, either of which may be unknown; null where both are. */
export function boundsText(
  least: number | null,
  most: number | null,
  write: (value: number) => string,
  language: Language,
): string | null {
  // That something is at least nothing says nothing.
  if (least === null || least === 0)
    return most === null ? null : message(language, 'totals.atMost', { value: write(most) });
  if (most === null) return message(language, 'totals.atLeast', { value: write(least) });
  return message(language, 'totals.between', { value: write(least), most: write(most) });
}

const energyParts = ['compute', 'memory', 'link', 'idle'] as const;

/** The parts of an energy in words, such as `compute 2 mJ · idle 1 mJ`, those of nothing left out; null where none is known. */
export function energyText(
  parts: JoulesParts | null,
  write: (joules: number) => string,
  language: Language,
): string | null {
  if (!parts) return null;
  const shown = energyParts.filter((part) => parts[part] > 0);
  const texts = shown.map((part) =>
    message(language, `totals.energy.${part}`, { joules: write(parts[part]) }),
  );
  return texts.length > 0 ? texts.join(' · ') : null;
}
