import type { Chip } from '../chips/chip';
import { siliconOf } from '../cost/constants';

/** A figure with the range in which it lies in nine of ten cases; both ends are the value where it is known exactly. */
export interface Ranged {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export function exactly(value: number): Ranged {
  return { value, low: value, high: value };
}

export function multiplied({ value, low, high }: Ranged, factor: number): Ranged {
  return { value: value * factor, low: low * factor, high: high * factor };
}

/** Whether the range holds a limit, so that either side may be true. */
export function reaches({ low, high }: Ranged, limit: number): boolean {
  return low < limit && limit < high;
}

/**
 * Correlation of the errors of two estimates of one model, measured as log(published ÷ estimated) on the figures of
 * test/accuracy/world.json (2026-11-30). The same silicon in two precisions: 0.41 over 27 pairs of one quantity, 0.66 over all 38.
 * Two chips of one class: -0.07 over 173 pairs, of two classes: 0.01 over 211. So the constants of a class and the
 * model, which all chips share, cancel out of no ratio of two different chips.
 */
const sharedOfSilicon = 0.5;

/** How much of the error of two chips is one error, 0..1: half on the same silicon, nothing else. */
export function sharedError(a: Chip, b: Chip): number {
  const others = siliconOf(b);
  for (const id of siliconOf(a)) if (others.has(id)) return sharedOfSilicon;
  return 0;
}

/**
 * The ratio of two figures: how far each may be off counts as a factor, factors of independent errors add in squares of
 * their logarithms, and what both errors share is in both and cancels.
 * @param shared correlation of the two errors, 0..1
 */
export function ratioOf(a: Ranged, b: Ranged, shared: number): Ranged {
  const value = a.value / b.value;
  return {
    value,
    low: value / spread(below(a), above(b), shared),
    high: value * spread(above(a), below(b), shared),
  };
}

/** Whether one figure is surely less than another: the whole range of their ratio lies below 1. */
export function isSurelyLess(a: Ranged, b: Ranged, shared: number): boolean {
  return a.value < b.value && ratioOf(a, b, shared).high < 1;
}

function above({ value, high }: Ranged): number {
  return Math.log(high / value);
}

function below({ value, low }: Ranged): number {
  return Math.log(value / low);
}

function spread(x: number, y: number, shared: number): number {
  const square = x ** 2 + y ** 2 - 2 * shared * x * y;
  return Number.isFinite(square) ? Math.exp(Math.sqrt(Math.max(0, square))) : Infinity;
}
