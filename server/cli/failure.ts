import { message, type CliKey } from '../../l10n/cli';
import type { Language } from '../../l10n/language';
import type { MessageArgs } from '../../l10n/messages';
import { problemMessage } from '../../l10n/problems';
import type { ProblemCode } from '../engine/problem';

/** Exit codes of the command line. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  /** What was required does not hold. */
  unmet: 3,
  /** What shells say of a program that a closed pipe ended: 128 and the number of SIGPIPE. */
  brokenPipe: 128 + 13,
} as const;

/** Ends a command with one line on standard error, whose language may be known only when it is written. */
export class Failure extends Error {
  constructor(
    readonly exitCode: number,
    readonly say: (language: Language) => string,
  ) {
    super(say('en'));
    this.name = 'Failure';
  }
}

/** What a command printed, and what went wrong although there is something to print. */
export interface Outcome {
  /** The result; in chunks where it can be longer than a string can be. */
  readonly text: string | AsyncIterable<string>;
  readonly failure: Failure | null;
  /** What there is to say beside the result. */
  readonly notes?: string;
  /** What `--out` names when it is not the text: the text then goes to standard output. */
  readonly file?: Uint8Array;
  /** What `--out` names is written already: the text goes to standard output. */
  readonly isWritten?: true;
  /** Another file that the command writes, and what into it. */
  readonly saved?: { readonly path: string; readonly text: string };
  /** Files that it was made from, beside those that the command names: `--out` is none of them. */
  readonly inputs?: readonly string[];
}

/** The command was not understood. */
export function usage(key: CliKey, args: MessageArgs = {}): Failure {
  return new Failure(exitCodes.usage, (language) => message(language, key, args));
}

/** The command was understood but could not be carried out. */
export function failed(key: CliKey, args: MessageArgs = {}): Failure {
  return new Failure(exitCodes.failed, (language) => message(language, key, args));
}

/** The command asks for what the model or the options do not allow, in the words of a problem. */
export function refused(problem: { readonly code: ProblemCode; readonly args: MessageArgs }): Failure {
  return new Failure(exitCodes.usage, (language) => problemMessage(language, problem));
}
