/** A table with its heading: what all printed formats but JSON and CSV are made of. */
export interface Section {
  readonly title: string;
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  /** What was left out. */
  readonly note?: string;
}

export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A column of a table; numbers stand on the right. */
export function column(title: string, align: Column['align'] = 'left'): Column {
  return { title, align };
}
