import { entryOf } from '../../outside/table';
import { formatterOf } from '../../l10n/format';
import { problemMessage } from '../../l10n/problems';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { noRoomCode } from '../engine/formats/room';
import { printUnreadable } from '../engine/formats/onnxText/print';
import { problem } from '../engine/problem';
import type { Problem } from '../engine/problem';
import { FileError } from '../platform';
import type { Listing } from './analysis';
import type { ExternalConstants } from './externalConstants';
import type { Pipeline } from './pipeline';
import { withoutGraphText } from './withoutGraph';

/** One text that a client got, and all that is needed to answer questions about it. */
export interface Served {
  readonly text: string;
  /** Milliseconds since the epoch, growing with the revision. */
  readonly mtime: number;
  readonly listing: Listing;
  readonly pipeline: Pipeline;
  /** Small tensors of the model in files beside it. */
  readonly constants: ExternalConstants;
}

/** Why a file can't be read, as a problem. */
export function fileProblem(error: unknown): Problem {
  const code = error instanceof FileError ? error.code : 'failed';
  const detail = error instanceof Error ? error.message : String(error);
  return code === 'failed'
    ? problem('error', 'files.failed', { detail })
    : problem('error', `files.${code}`, {});
}

/** What can be done about a file, by the first thing that is wrong with it. */
const todos: Readonly<Record<string, 'missing' | 'denied' | 'withheld' | 'empty' | 'room'>> = {
  'files.missing': 'missing',
  'files.denied': 'denied',
  'files.withheld': 'withheld',
  'files.changed': 'empty',
  [noRoomCode]: 'room',
};

/** The written state of a model that can't be read: what, at which offset, what to do. Comment lines throughout. */
export function unreadableText(
  name: string,
  size: number | null,
  problems: readonly Problem[],
  language: Language,
): string {
  const lines = [
    message(language, 'listing.unreadable', { model: name }),
    '',
    ...reasons(size, problems, language),
  ];
  const first = problems[0]?.code;
  const todo = (first && entryOf(todos, first)) ?? 'broken';
  lines.push('', message(language, `listing.todo.${size === 0 ? 'empty' : todo}`));
  return printUnreadable(lines);
}

/** What there is to say at the head of a listing: why a model is nothing but weights, and what a file that was read in part lacks. */
export function headRemarks(size: number | null, problems: readonly Problem[], language: Language): string[] {
  return [...withoutGraphText(problems, language), ...partialText(size, problems, language)];
}

/** Nothing for a file that was read as a whole. */
function partialText(size: number | null, problems: readonly Problem[], language: Language): string[] {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return [];
  return [
    message(language, 'listing.partial'),
    ...reasons(size, errors, language),
    message(language, 'listing.todo.broken'),
  ];
}

/** What is wrong, and at which offset. */
function reasons(size: number | null, problems: readonly Problem[], language: Language): string[] {
  const lines: string[] = [];
  for (const { code, args, offset } of problems.slice(0, 20)) {
    lines.push(message(language, 'listing.reason', { reason: problemMessage(language, { code, args }) }));
    if (offset !== undefined && offset > 0) {
      const place = { offset, size: size === null ? '?' : formatterOf(language).bytes(size) };
      lines.push(message(language, 'listing.offset', place));
    }
  }
  return lines;
}
