import type { SweepRow } from '../../../engine/report/sweepRow';
import type { Answer } from '../answer';

/** What is better where something is to be compared: less time, or less energy. */
export type Objective = 'latency' | 'energy';

/** What questions are asked with. */
export interface Asked {
  readonly objective: Objective;
  /** By chip id, in one unit of the user's own. */
  readonly prices: Readonly<Record<string, number>>;
  /** How much larger a figure may be than before, as a share. */
  readonly tolerance: number;
}

/** A question while it is being answered: it sees every row once and keeps what it needs. */
export interface Inquiry {
  add(row: SweepRow): void;
  /** A row of the results to compare with; all of them come first. */
  addBefore?(row: SweepRow): void;
  answer(): Answer;
}

export type Question = (asked: Asked) => Inquiry;

/** A figure of which all is known; null otherwise, as a lower bound can't be compared. */
export function figureOf(row: SweepRow, objective: Objective): number | null {
  if (row.error !== null) return null;
  if (objective === 'latency') return row.secondsIsLowerBound === true ? null : row.seconds;
  return row.joulesIsLowerBound === true ? null : row.joules;
}

/** Rows by what they have in common, in the order in which they came. */
export class Groups<T> extends Map<string, T> {
  of(key: string, fresh: () => T): T {
    let group = this.get(key);
    if (group === undefined) this.set(key, (group = fresh()));
    return group;
  }

  all(): T[] {
    return [...this.values()];
  }
}
