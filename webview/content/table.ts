import type { Term } from '../../l10n/glossary';
import type { Heading } from './terms';

/** A table as plain data. */
export interface TableData {
  readonly caption: string;
  readonly columns: readonly Heading[];
  /** Indices of the columns that hold numbers. */
  readonly numeric: readonly number[];
  /** Indices of the columns that only wide pages have. */
  readonly wide?: readonly number[];
  readonly rows: readonly TableRow[];
  /** How many more there are. */
  readonly left?: number;
}

export interface TableRow {
  readonly cells: readonly string[];
  /** The node that the first cell leads to. */
  readonly node?: number;
  /** What explains that cell, where it leads to no node. */
  readonly term?: Term | null;
  /** Lines that open below that cell's text. */
  readonly parts?: readonly string[];
  /** What is said while the pointer rests on that cell. */
  readonly title?: string;
}

/** A figure: its name and what holds for it. */
export type Fact = readonly [name: Heading, value: string];
