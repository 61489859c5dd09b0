import type { OperatorClass } from '../operators/rule';
import { parsePattern, requiredOperators, type Expression, type OperatorExpression } from './pattern';
import table from './patterns.json';

/** A fusion by name: what it matches and what it makes of it. */
export interface Pattern {
  readonly expressions: readonly {
    readonly root: OperatorExpression;
    /** Of each set one operator must occur in the graph. */
    readonly required: readonly ReadonlySet<string>[];
  }[];
  /** Operator that later patterns see; null: that of the root. */
  readonly make: string | null;
  /** Names that become the first inputs, in order. */
  readonly inputs: readonly string[] | null;
  readonly operatorClass: OperatorClass | null;
  /** Operators that the runtime puts in before and after: on one of the names, on the output. */
  readonly before: readonly (readonly [name: string, operator: string])[];
  readonly after: string | null;
  /** What comes before and after writes the value anew. */
  readonly moves: boolean;
  /** What comes after is left out where the same operator follows anyway. */
  readonly afterJoins: boolean;
}

interface PatternEntry {
  readonly match: readonly string[];
  readonly make?: string;
  readonly inputs?: readonly string[];
  readonly operatorClass?: string;
  readonly before?: Readonly<Record<string, string>>;
  readonly after?: string;
  readonly afterJoins?: boolean;
  readonly moves?: boolean;
}

const sets: Readonly<Record<string, readonly string[]>> = table.sets;
const entries: Readonly<Record<string, PatternEntry>> = table.patterns;

/** Parts of patterns by name, each with its alternatives in the order in which they are tried. */
export const fragments: ReadonlyMap<string, readonly Expression[]> = new Map(
  Object.entries(table.fragments).map(([name, texts]) => [
    name,
    texts.map((text) => parsePattern(text, sets)),
  ]),
);

/** The table of patterns.json, parsed. */
export const patterns: ReadonlyMap<string, Pattern> = new Map(
  Object.entries(entries).map(([name, entry]) => [
    name,
    {
      expressions: entry.match.map((text) => {
        const root = rootOf(text);
        return { root, required: requiredOperators(root) };
      }),
      make: entry.make ?? null,
      inputs: entry.inputs ?? null,
      before: Object.entries(entry.before ?? {}),
      after: entry.after ?? null,
      moves: entry.moves ?? false,
      afterJoins: entry.afterJoins ?? false,
      operatorClass: (entry.operatorClass as OperatorClass | undefined) ?? null,
    },
  ]),
);

function rootOf(text: string): OperatorExpression {
  const parsed = parsePattern(text, sets);
  if (parsed.kind !== 'operator') throw new Error(`pattern "${text}" has no operator at its root`);
  return parsed;
}
