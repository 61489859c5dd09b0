import { argsWith, problem } from '../problem';
import type { ArgsBut, Problem, ProblemCode } from '../problem';
import type { ProblemList } from './problems';

/** Thrown inside a reader where the rest of what it reads cannot be understood; never leaves it. */
export class UnreadableError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.code);
    this.name = 'UnreadableError';
  }
}

/** What to throw where the rest of the file, or of the thing at hand, cannot be understood from `offset` on. */
export function unreadable<C extends ProblemCode>(
  code: C,
  args: ArgsBut<C, 'offset'>,
  offset: number,
): UnreadableError {
  const all = argsWith<C, 'offset'>({ offset }, args);
  return new UnreadableError(problem('error', code, all, { offset }));
}

/** What stands at a place of a file is not what the format has there. */
export function damaged(part: string, offset: number): UnreadableError {
  return unreadable('format.damaged', { part }, offset);
}

/** Something in the file goes on beyond its end. */
export function truncated(size: number, expected: number): UnreadableError {
  return unreadable('format.truncated', { size, expected }, size);
}

/** What is read, or null where it cannot be understood, which is told. */
export async function attempt<T>(problems: ProblemList, read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof UnreadableError)) throw error;
    problems.push(error.problem);
    return null;
  }
}
