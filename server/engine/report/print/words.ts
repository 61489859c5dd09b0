import type { Bounded, Estimate, JoulesParts } from '../../cost/types';
import type { Problem } from '../../problem';
import type { ReportKey } from '../../../../l10n/report';

/** A key without its `print.`. */
export type PrintName = ReportKey extends infer K ? (K extends `print.${infer Name}` ? Name : never) : never;

/** How numbers (`Formatter` of l10n/) and words are written in the reader's language; made at the edge. */
export interface Words {
  /** The text of a key, such as `print.latency`. */
  readonly text: (key: ReportKey, args?: Readonly<Record<string, string | number>>) => string;
  readonly problem: (problem: Problem) => string;
  /** A total with how much of it is known, such as `at least 12 ms (3 nodes unknown)`; null where nothing of it is. */
  readonly total: (
    total: (Bounded & { readonly value: number | null }) | null,
    write: (value: number) => string,
  ) => string | null;
  /** The parts of an energy, such as `compute 2 mJ · idle 1 mJ`; null where none is known. */
  readonly energy: (parts: JoulesParts | null) => string | null;
  /** What lies between the two, such as `at least 2 GB`; null where neither is known. */
  readonly bounds: (
    least: number | null,
    most: number | null,
    write: (value: number) => string,
  ) => string | null;
  readonly seconds: (value: number) => string;
  readonly bytes: (value: number) => string;
  readonly operations: (value: number) => string;
  readonly operationsPerSecond: (value: number) => string;
  readonly operationsPerJoule: (value: number) => string;
  readonly operationsPerSecondPerSquareMillimetre: (value: number) => string;
  readonly bytesPerSecond: (value: number) => string;
  readonly bitsPerSecond: (value: number) => string;
  readonly joules: (value: number) => string;
  readonly watts: (value: number) => string;
  readonly wattHours: (value: number) => string;
  /** Of CO2 equivalent. */
  readonly grams: (value: number) => string;
  readonly count: (value: number) => string;
  readonly decimal: (value: number) => string;
  /** Of 0..1. */
  readonly percent: (value: number) => string;
}

/** A quantity, or the sign for unknown: never 0 for what is not known. */
export function known<T>(value: T | null | undefined, write: (value: T) => string, words: Words): string {
  return value === null || value === undefined ? words.text('print.unknown') : write(value);
}

/** `low – high` of an estimate. */
export function rangeText(
  estimate: Pick<Estimate, 'low' | 'high'> | null | undefined,
  write: (value: number) => string,
  words: Words,
): string {
  return known(estimate, ({ low, high }) => `${write(low)} – ${write(high)}`, words);
}
