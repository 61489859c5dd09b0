/** How grave a problem is, in the order of LSP severities. */
export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** The gravest first. */
export const severityRank: Readonly<Record<Severity, number>> = {
  error: 0,
  warning: 1,
  information: 2,
  hint: 3,
};

/**
 * Something wrong or noteworthy, without words: the text is made at the edge from `code` and `args`
 * (l10n/<language>/problems.json), so that the engine speaks every language.
 */
export interface Problem {
  readonly severity: Severity;
  /** Key of the message, for example `external-data-missing`. */
  readonly code: string;
  readonly args: Readonly<Record<string, string | number>>;
  /** Flat index of the node concerned (docs/architecture.md), null for the whole model. */
  readonly node: number | null;
  /** Byte offset in the model file where it was seen, when that helps. */
  readonly offset?: number;
  /** Name of the value concerned, when there is one. */
  readonly value?: string;
}
