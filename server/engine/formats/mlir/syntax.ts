import type { ValueType } from '../../graph/model';

/** A piece of a statement. */
export type Item =
  | { readonly kind: 'word' | 'string' | 'sign'; readonly text: string }
  /** `head<…>`, of which the middle is read where it is asked for. */
  | { readonly kind: 'angled'; readonly text: string; readonly head: string }
  | { readonly kind: 'group'; readonly text: Opening; readonly items: readonly Item[] }
  | { readonly kind: 'region'; readonly text: '{'; readonly region: Region };

/** What a group begins with. */
export type Opening = '(' | '[' | '{' | '<';

/** A value that a block or a function is given. */
export interface Argument {
  readonly name: string;
  readonly type: ValueType | undefined;
}

/** The statements between two braces. */
export interface Region {
  readonly args: readonly Argument[];
  readonly statements: readonly Statement[];
}

/** What one statement says, whatever form it is written in. */
export interface Statement {
  /** Dialect and operator, such as `stablehlo.add`. */
  readonly name: string;
  readonly results: readonly string[];
  readonly operands: readonly string[];
  /** Types of the results, as far as they are written. */
  readonly types: readonly (ValueType | undefined)[];
  /** The items before its types, without its name. */
  readonly items: readonly Item[];
  readonly regions: readonly Region[];
  /** Names that a loop gives to its states within its regions. */
  readonly states: readonly string[];
  readonly at: number;
}
