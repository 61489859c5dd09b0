import type { Figure } from './figures';
import type { Budget, Limit, Tolerance } from './load';

/** What became of a limit: nothing to compare with is `new`, and what cannot be told is neither kept nor broken. */
export type Status = 'kept' | 'exceeded' | 'unknown' | 'new';

/** A limit, or a tolerance against the baseline, held against a figure. */
export interface Verdict {
  readonly of: Limit | Tolerance;
  /** Against the limit itself, or against the baseline. */
  readonly against: 'limit' | 'baseline';
  readonly status: Status;
  /** The most that is allowed, in SI units; null where the baseline does not say. */
  readonly most: number | null;
  readonly figure: Figure;
  /** The figure of the baseline; null where it has none. */
  readonly before: Figure | null;
  /** It makes the check fail. */
  readonly fails: boolean;
}

/** Rounding of sums of floating-point numbers, which is no change. */
const rounding = 1e-12;

/** Holds a figure against a limit. */
export function judgeLimit(limit: Limit, figure: Figure, before: Figure | null, budget: Budget): Verdict {
  const status = statusOf(figure, limit.most, budget);
  return {
    of: limit,
    against: 'limit',
    status,
    most: limit.most,
    figure,
    before,
    ...failing(status, budget),
  };
}

/**
 * Holds a figure against that of the baseline.
 * @param before undefined: the baseline does not have the model; null: nor this figure of it
 */
export function judgeChange(
  tolerance: Tolerance,
  figure: Figure,
  before: Figure | null | undefined,
  budget: Budget,
): Verdict {
  const verdict = (status: Status, most: number | null): Verdict => {
    const of = { of: tolerance, against: 'baseline' as const, status, most, figure };
    return { ...of, before: before ?? null, ...failing(status, budget) };
  };
  if (before === undefined) return verdict('new', null);
  const base = before && !before.isLowerBound ? judged(before, budget) : null;
  if (base === null) return verdict('unknown', null);
  const { by } = tolerance;
  const most = 'share' in by ? base * (1 + by.share) : base + by.amount;
  return verdict(statusOf(figure, most, budget), most);
}

/** What of a figure has to hold. */
function judged({ value, high }: Figure, { isUpper }: Pick<Budget, 'isUpper'>): number | null {
  return isUpper ? high : value;
}

/** A lower bound that is too much already is too much; one that is not may be, unless the most that it can be is not. */
function statusOf(figure: Figure, most: number, budget: Budget): Status {
  const value = judged(figure, budget);
  const isOver = (number: number): boolean => number > most * (1 + rounding);
  if (figure.isLowerBound) {
    if (figure.value !== null && isOver(figure.value)) return 'exceeded';
    return figure.atMost !== null && !isOver(figure.atMost) ? 'kept' : 'unknown';
  }
  if (value === null) return 'unknown';
  return isOver(value) ? 'exceeded' : 'kept';
}

function failing(status: Status, { unknownFails }: Budget): Pick<Verdict, 'fails'> {
  return { fails: status === 'exceeded' || (status === 'unknown' && unknownFails) };
}
