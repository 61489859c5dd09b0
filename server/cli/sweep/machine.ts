import { availableParallelism, totalmem } from 'node:os';
import { message } from '../../../l10n/cli';
import type { Language } from '../../../l10n/language';
import { parseCount, type Arguments } from '../arguments';
import type { JobEnd } from './pool';

/** What surrounds a sweep. */
export interface SweepHost {
  /** The script that workers run. */
  readonly workerScript: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Writes over the line before; undefined where nobody watches. */
  readonly status?: (line: string) => void;
  /** Writes a line beside the result, at once. */
  readonly note: (line: string) => void;
  /** What this process may have on its heap, bytes. */
  readonly heapBytes: number;
}

/** How long a model may take where nothing is said, seconds. */
const usualSeconds = 600;
/** The part of the machine's memory that workers share. */
const shareOfMemory = 0.75;
const megabyte = 1e6;

/** Threads that work on models: `--jobs`, else as many as there are processors, and no more than there are models. */
export function workersIn(words: Arguments, models = Infinity): number {
  return Math.max(1, Math.min(parseCount('jobs', words.text('jobs')) ?? availableParallelism(), models));
}

/** What a model may take: `--time-limit`, milliseconds. */
export function timeLimitIn(words: Arguments): number {
  return 1000 * (parseCount('time-limit', words.text('time-limit')) ?? usualSeconds);
}

/** What each worker may have on its heap: as much as this process may, and no more than its part of the machine's memory. */
export function heapOf(words: Arguments, workers: number, { heapBytes }: SweepHost): number {
  const given = parseCount('memory', words.text('memory'));
  if (given !== undefined) return given * megabyte;
  // Zero or an absurd number where nothing constrains the process.
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.min(heapBytes, (memory * shareOfMemory) / workers);
}

/** Why a job has no end of its own, in words. */
export function reasonOf(end: JobEnd & { kind: 'died' }, language: Language): string {
  return message(language, `cli.sweep.died.${end.of}`, { detail: end.detail });
}
