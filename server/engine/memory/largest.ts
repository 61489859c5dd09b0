/** Probes at most: a mark that is a straight line needs four, one that is not twice as many as its numbers have bits. */
const mostProbes = 60;
/** Of these so many follow the line. */
const mostFollowed = 7;

/** The largest number for which a model fits. */
export interface Largest {
  /** 0: not even 1 fits; null: there is no limit up to `most`, or a size is unknown. */
  readonly value: number | null;
  readonly isUnlimited: boolean;
}

/**
 * The largest whole number from 1 to `most` for which memory is left, found where the margin's straight line meets zero and
 * between the numbers around that where it is none.
 * @param marginAt bytes left for a number, negative where some are missing; null where a size is unknown
 * @param now a number to begin with
 */
export async function largestThatFits(
  marginAt: (value: number) => Promise<number | null>,
  now: number,
  most: number,
): Promise<Largest> {
  const unknown = { value: null, isUnlimited: false };
  let fitting = 0;
  let failing = most + 1;
  let next = Math.min(Math.max(1, now), most);
  let before: readonly [value: number, margin: number] | null = null;
  for (let probes = 0; failing - fitting > 1; probes++) {
    if (probes === mostProbes) return unknown;
    const margin = await marginAt(next);
    if (margin === null) return unknown;
    if (margin >= 0) fitting = next;
    else failing = next;
    const guess = before ? crossing(before, [next, margin]) : next * 2;
    before = [next, margin];
    // A line that was followed to its end leaves one neighbour to look at; what is no line is halved.
    const isLine = guess !== null && probes < mostFollowed;
    next = isLine ? between(guess, fitting, failing) : Math.floor((fitting + failing) / 2);
  }
  return fitting === most ? { value: null, isUnlimited: true } : { value: fitting, isUnlimited: false };
}

/** Where the line through two points meets zero, rounded down; without a slope as far as can be; null where there is no line. */
function crossing([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): number | null {
  const slope = (y2 - y1) / (x2 - x1);
  if (!Number.isFinite(slope)) return null;
  return slope < 0 ? Math.floor(x2 - y2 / slope) : Infinity;
}

function between(guess: number, fitting: number, failing: number): number {
  return Math.min(Math.max(guess, fitting + 1), failing - 1);
}
