import { entryOf } from '../../outside/table';
import type { NoArgs, ProblemArgs } from './problemArgs';

/** How grave a problem is, in the order of LSP severities. */
export type Severity = 'error' | 'warning' | 'information' | 'hint';

/** The gravest first. */
export const severityRank: Readonly<Record<Severity, number>> = {
  error: 0,
  warning: 1,
  information: 2,
  hint: 3,
};

/** Key of a text in l10n/<language>/problems.json, for example `external-data-missing`. */
export type ProblemCode = keyof ProblemArgs;

/** Codes whose texts have no places. */
export type PlainCode = {
  [C in ProblemCode]: string extends keyof ProblemArgs[C] ? C : never;
}[ProblemCode];

/** Codes whose texts have a place of this name. */
export type CodeWith<K extends string> = {
  [C in Exclude<ProblemCode, PlainCode>]: K extends keyof ProblemArgs[C] ? C : never;
}[Exclude<ProblemCode, PlainCode>];

/** One of the inputs, outputs or attributes of a node, counted from 0. */
export interface NodePart {
  readonly side: 'inputs' | 'outputs' | 'attributes';
  readonly index: number;
}

/** What concerns all problems, whatever their code. */
export interface ProblemPlace {
  /** Flat index of the node concerned (docs/architecture.md), null for the whole model. */
  readonly node: number | null;
  /** The part of the node, where it is not the node as a whole. */
  readonly part?: NodePart;
  /** Byte offset in the model file where it was seen, when that helps. */
  readonly offset?: number;
  /** Name of the value concerned, when there is one. */
  readonly value?: string;
}

/**
 * Something wrong or noteworthy, without words: the text is made at the edge from `code` and `args`
 * (l10n/<language>/problems.json), so that the engine speaks every language. Each code has its own arguments.
 */
export type Problem = { [C in ProblemCode]: ProblemOf<C> }[ProblemCode];
interface ProblemOf<C extends ProblemCode> extends ProblemPlace {
  readonly severity: Severity;
  readonly code: C;
  readonly args: ProblemArgs[C];
}

type Takers<C extends ProblemCode> = C extends ProblemCode
  ? string extends keyof ProblemArgs[C]
    ? never
    : (args: ProblemArgs[C]) => void
  : never;
/** The arguments of a code; of one of several codes those of all of them. */
export type ArgsOf<C extends ProblemCode> = [Takers<C>] extends [never]
  ? NoArgs
  : Takers<C> extends (args: infer A) => void
    ? A
    : never;

/** As {@link ArgsOf}, without those that are added to every problem of a kind. */
export type ArgsBut<C extends ProblemCode, K extends string> = Omit<ArgsOf<C>, K>;

/**
 * The arguments of a code, put together from its own and from those that all problems of a kind have, whether or not
 * their texts show them.
 */
export function argsWith<C extends ProblemCode, K extends string>(
  shared: Readonly<Record<K, string | number>>,
  own: ArgsBut<C, K>,
): ArgsOf<C> {
  // The compiler does not see that the two are the whole again.
  return { ...shared, ...own } as unknown as ArgsOf<C>;
}

/** A problem with what its code has to tell: no argument less, and none more. */
export function problem<C extends ProblemCode, A extends ArgsOf<C>>(
  severity: Severity,
  code: C,
  args: A & Readonly<Record<Exclude<keyof A, keyof ArgsOf<C>>, never>>,
  place: Partial<ProblemPlace> = {},
): Problem {
  // The compiler does not see that the pair of code and arguments is one of the pairs.
  return { severity, code, args, node: null, ...place } as unknown as Problem;
}

/** What a problem tells under a name, where its code has such an argument. */
export function argOf({ args }: Problem, name: string): string | number | undefined {
  return entryOf<string | number>(args, name);
}
