import { isObject } from '../../engine/chips/schemaCheck';
import { jsonValue } from '../../engine/json';
import type { SweepRow } from '../../engine/report/sweepRow';
import type { CliKey } from '../../../l10n/cli';

/** What a cell of an answer holds; null is unknown, or does not apply. */
export type Cell = string | number | boolean | null;
/** How a column is written for people. */
export type CellKind =
  'text' | 'truth' | 'count' | 'decimal' | 'ratio' | 'seconds' | 'joules' | 'bytes' | 'operations';

/** A column by the name that it has in JSON and CSV. */
export interface AnswerColumn {
  readonly name: string;
  readonly kind: CellKind;
}

/** What a question yields: a table, its rows in the order in which they matter. SI units. */
export interface Answer {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly Cell[])[];
}

/** Names that have a heading in words. */
export type ColumnName = CliKey extends infer K
  ? K extends `cli.query.column.${infer N}`
    ? N
    : never
  : never;

/** A column with a heading. */
export function column(name: ColumnName, kind: CellKind = 'text'): AnswerColumn {
  return { name, kind };
}

/** What is run: a model with its phase and the plan's numbers. */
export const caseColumns = [column('model'), column('phase'), column('sizes')];
export function caseCells(row: SweepRow): Cell[] {
  return [row.path, row.phase, sizesOf(row)];
}

/** Where it is run, and in what. */
export const placeColumns = [column('system'), column('chip'), column('runtime'), column('precision')];
export function placeCells(row: SweepRow): Cell[] {
  return [row.system, row.chip, row.runtime, row.precision];
}

/** What is equal where the same is run. */
export function caseKey(row: SweepRow): string {
  return JSON.stringify([row.path, row.phase, row.bindings]);
}

/** What is equal where the same is run at the same place. */
export function wholeKey(row: SweepRow): string {
  return JSON.stringify([...caseCells(row), ...placeCells(row)]);
}

/** The plan's numbers as `batch=8, past=128`; null where it has none. */
export function sizesOf(row: Pick<SweepRow, 'bindings'>): string | null {
  const numbers = numbersIn(row.bindings);
  return numbers.length === 0 ? null : numbers.map(([name, number]) => `${name}=${number}`).join(', ');
}

/** The plan's numbers by name. */
export function numbersIn(bindings: string | null): readonly (readonly [string, number])[] {
  const value = bindings === null ? null : jsonValue(bindings);
  if (!isObject(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
}

/** The texts of a cell that holds a list in JSON, as `a, b`; null where there are none. */
export function listIn(json: string | null): string | null {
  const value = json === null ? null : jsonValue(json);
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.filter((one) => typeof one === 'string').join(', ');
}

/** What a model takes of a chip's memory, at least; null: unknown. */
export function neededBytes(row: SweepRow): number | null {
  return row.memoryBytes ?? row.memoryLeastBytes;
}

/** Largest first; unknown last. */
export function byNumber<T>(numberOf: (one: T) => number | null): (a: T, b: T) => number {
  return (a, b) => (numberOf(b) ?? -Infinity) - (numberOf(a) ?? -Infinity) || 0;
}

/** Quotient of two figures; null where one is unknown or nothing. */
export function ratio(above: number | null, below: number | null): number | null {
  return above === null || below === null || below === 0 ? null : above / below;
}
