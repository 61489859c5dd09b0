// Measures of how good estimates with ranges are. Natural logarithms throughout.
import { quantile } from '../../../server/engine/cost/calibrate/optimise';
import { seeded } from '../../../server/engine/random';

/** An estimate with its range, and what was measured: all above 0. */
export interface Pair {
  readonly measured: number;
  readonly estimated: number;
  readonly low: number;
  readonly high: number;
}

const sorted = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
export const median = (values: readonly number[]): number => quantile(sorted(values), 0.5);
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

export const isInside = ({ measured, low, high }: Pair): boolean => low <= measured && measured <= high;

/** max(p/m, m/p) − 1. */
export const errorOf = ({ measured: m, estimated: p }: Pair): number => Math.max(p / m, m / p) - 1;

/** What the interval leaves outside. */
const alpha = 0.1;

/**
 * Winkler's score of a central 90 % interval in logarithms: its width, and 2 ÷ 0.1 times the distance by which the measurement
 * lies outside (Gneiting and Raftery 2007, eq. 43). Less is better; it rewards neither narrow ranges that lie nor wide ones.
 */
export function intervalScore({ measured, low, high }: Pair): number {
  const [x, from, to] = [Math.log(measured), Math.log(Math.max(low, 1e-300)), Math.log(high)];
  return to - from + (2 / alpha) * (Math.max(0, from - x) + Math.max(0, x - to));
}

/** Positions in order; equal values share the mean of theirs. */
function ranks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const result = new Array<number>(values.length);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1]!] === values[order[start]!]) end++;
    for (let i = start; i <= end; i++) result[order[i]!] = (start + end) / 2;
    start = end + 1;
  }
  return result;
}

/** Rank correlation: Pearson's of the ranks. NaN where one series has but one value. */
export function spearman(a: readonly number[], b: readonly number[]): number {
  const [ra, rb] = [ranks(a), ranks(b)];
  const middle = (a.length - 1) / 2;
  const product = (x: readonly number[], y: readonly number[]) =>
    x.reduce((sum, value, i) => sum + (value - middle) * (y[i]! - middle), 0);
  return product(ra, rb) / Math.sqrt(product(ra, ra) * product(rb, rb));
}

/** Draws of a bootstrap. */
const draws = 2000;

/**
 * Central 95 % interval of a share under a bootstrap that draws whole clusters, since rows of one chip err together.
 * @param clusters rows in each, and how many of them count
 * @returns null for fewer than two clusters, which tell nothing of others
 */
export function clusteredShare(
  clusters: readonly { readonly rows: number; readonly hits: number }[],
  seed = 1,
): readonly [number, number] | null {
  if (clusters.length < 2) return null;
  const random = seeded(seed);
  const shares = Array.from({ length: draws }, () => {
    let [rows, hits] = [0, 0];
    for (let i = 0; i < clusters.length; i++) {
      const drawn = clusters[Math.floor(random() * clusters.length)]!;
      rows += drawn.rows;
      hits += drawn.hits;
    }
    return hits / rows;
  }).sort((a, b) => a - b);
  return [quantile(shares, 0.025), quantile(shares, 0.975)];
}

/** Errors, ranges and bias of a group of rows. */
export interface Scores {
  readonly rows: number;
  /** Of max(p/m, m/p) − 1. */
  readonly median: number;
  readonly p90: number;
  /** Median of p/m. */
  readonly bias: number;
  readonly inside: number;
  /** Median of high ÷ low. */
  readonly width: number;
  /** Mean of {@link intervalScore}. */
  readonly interval: number;
}

export function scoresOf(pairs: readonly Pair[]): Scores {
  const errors = sorted(pairs.map(errorOf));
  return {
    rows: pairs.length,
    median: quantile(errors, 0.5),
    p90: quantile(errors, 0.9),
    bias: median(pairs.map(({ estimated, measured }) => estimated / measured)),
    inside: pairs.filter(isInside).length / pairs.length,
    width: median(pairs.map(({ low, high }) => high / Math.max(low, 1e-300))),
    interval: mean(pairs.map(intervalScore)),
  };
}

/** What is known of the order of two: 1 right, 0 wrong, ½ a tie, null where the published values are not of the kind. */
export type Order = 0 | 0.5 | 1;

/** Published values that differ by less say too little, by more are too easy. */
const [leastRatio, mostRatio] = [1.2, 3];

/**
 * Whether two are estimated in the order that was measured. A tie counts half: the range of the estimated ratio contains 1.
 * The two errors are taken as independent, so half-widths in logarithms add in squares.
 */
export function orderOf(a: Pair, b: Pair): Order | null {
  const ratio = Math.max(a.measured / b.measured, b.measured / a.measured);
  if (ratio < leastRatio || ratio > mostRatio) return null;
  const [faster, slower] = a.measured < b.measured ? [a, b] : [b, a];
  const distance = Math.log(slower.estimated / faster.estimated);
  const below = Math.hypot(Math.log(slower.estimated / slower.low), Math.log(faster.high / faster.estimated));
  const above = Math.hypot(Math.log(slower.high / slower.estimated), Math.log(faster.estimated / faster.low));
  if (distance - below <= 0 && distance + above >= 0) return 0.5;
  return distance > 0 ? 1 : 0;
}
