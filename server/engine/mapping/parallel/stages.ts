/** A stage holds the elements of a chain from `from` to before `to`. */
export interface Stage {
  readonly from: number;
  readonly to: number;
}

/** What decides where a chain is cut. */
export interface StageCosts {
  /** Seconds of each element of the chain. */
  readonly seconds: readonly number[];
  /** Whether a stage of these elements fits its device; more elements never fit where fewer do not. */
  readonly fits: (stage: number, from: number, to: number) => boolean;
}

/**
 * Cuts a chain into stages of which the slowest is as fast as can be, by dynamic programming over the elements; of equally fast ones
 * the one with the least sum of squares, as even as it gets. Null where no cut fits, or there are fewer elements than stages.
 */
export function stagesOf({ seconds, fits }: StageCosts, count: number): readonly Stage[] | null {
  const { length } = seconds;
  if (count > length) return null;
  const before = prefixSums(seconds);
  const width = length + 1;
  const most = new Float64Array((count + 1) * width).fill(Infinity);
  const squares = new Float64Array((count + 1) * width).fill(Infinity);
  const starts = new Int32Array((count + 1) * width).fill(-1);
  most[0] = squares[0] = 0;
  for (let stage = 1; stage <= count; stage++) {
    for (let to = stage; to <= length - (count - stage); to++) {
      const at = stage * width + to;
      // The first stage begins at the beginning, and has nothing to choose.
      const start = stage === 1 ? 0 : to - 1;
      for (let from = start; from >= stage - 1; from--) {
        const own = before[to]! - before[from]!;
        if (own > most[at]! || !fits(stage - 1, from, to)) break;
        const left = (stage - 1) * width + from;
        const slowest = Math.max(most[left]!, own);
        const square = squares[left]! + own * own;
        if (slowest > most[at]! || (slowest === most[at]! && square >= squares[at]!)) continue;
        if (slowest === Infinity) continue;
        [most[at], squares[at], starts[at]] = [slowest, square, from];
      }
    }
  }
  return walkedBack(starts, count, length);
}

function prefixSums(values: readonly number[]): Float64Array {
  const sums = new Float64Array(values.length + 1);
  values.forEach((value, at) => (sums[at + 1] = sums[at]! + value));
  return sums;
}

function walkedBack(starts: Int32Array, count: number, length: number): readonly Stage[] | null {
  const stages: Stage[] = [];
  let to = length;
  for (let stage = count; stage > 0; stage--) {
    const from = starts[stage * (length + 1) + to]!;
    if (from < 0) return null;
    stages.unshift({ from, to });
    to = from;
  }
  return stages;
}
