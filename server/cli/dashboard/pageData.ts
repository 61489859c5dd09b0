import type { Language } from '../../../l10n/language';

/** What a page of results holds, as JSON. Texts stand once in a list; rows name them by place, and -1 is none. */
export interface PageData {
  readonly language: Language;
  readonly texts: PageTexts;
  readonly strings: readonly string[];
  /** Chips with the system that named them, in the order of the results. */
  readonly places: readonly { readonly chip: number; readonly name: number; readonly system: number }[];
  readonly rows: readonly PageRow[];
}

/** What the page says, by name. */
export type PageTexts = Readonly<Record<PageTextName, string>>;

/** Names of what the page says; `cli.dashboard.…` of l10n. */
export const pageTextNames = [
  'title',
  'model',
  'search',
  'searchChips',
  'measure',
  'time',
  'energy',
  'memory',
  'phase',
  'sizes',
  'precision',
  'runtime',
  'best',
  'counts',
  'more',
  'details',
  'hint',
  'range',
  'capacity',
  'fits',
  'yes',
  'no',
  'unknown',
  'unfit',
  'bound',
  'others',
  'error',
  'failed',
  'chip',
  'legend',
  'nothing',
] as const;
type PageTextName = (typeof pageTextNames)[number];

/** A row of results, as short as it can be. */
export interface PageRow {
  /** Places in the list of strings. */
  readonly model: number;
  /** In the list of places; -1 for a model that has no costs. */
  readonly place: number;
  readonly phase: number;
  readonly sizes: number;
  readonly precision: number;
  readonly runtime: number;
  readonly bound: number;
  readonly others: number;
  readonly error: number;
  /** Seconds and joules with the central 90 % of their ranges, bytes; null: unknown. */
  readonly seconds: readonly [number, number, number] | null;
  readonly joules: readonly [number, number, number] | null;
  readonly memory: number | null;
  readonly capacity: number | null;
  readonly fits: boolean | null;
  /** Whether seconds, joules and memory are lower bounds. */
  readonly isLeast: readonly [boolean, boolean, boolean];
}
