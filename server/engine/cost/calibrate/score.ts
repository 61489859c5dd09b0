import { quantile } from './optimise';

/** How far a set of estimates is off: error max(p/m, m/p) − 1 and, beside it, |p/m − 1|. */
export interface Score {
  readonly rows: number;
  readonly median: number;
  readonly p90: number;
  readonly plainMedian: number;
  readonly plainP90: number;
  /** exp(median of ln p/m) − 1: below zero is too fast. */
  readonly bias: number;
}

export interface Pair {
  readonly predicted: number;
  readonly measured: number;
}

const sorted = (values: number[]): number[] => values.sort((a, b) => a - b);

export function score(pairs: readonly Pair[]): Score {
  const symmetric = sorted(pairs.map(({ predicted: p, measured: m }) => Math.max(p / m, m / p) - 1));
  const plain = sorted(pairs.map(({ predicted: p, measured: m }) => Math.abs(p / m - 1)));
  const logs = sorted(pairs.map(({ predicted: p, measured: m }) => Math.log(p / m)));
  return {
    rows: pairs.length,
    median: quantile(symmetric, 0.5),
    p90: quantile(symmetric, 0.9),
    plainMedian: quantile(plain, 0.5),
    plainP90: quantile(plain, 0.9),
    bias: Math.exp(quantile(logs, 0.5)) - 1,
  };
}

/**
 * Upper edges of the size bins, in estimated seconds: small kernels are ruled by fixed cost, those beyond 20 ms run at
 * the clock that the power limit leaves, those between at one that depends on what ran before.
 */
export const binEdges: readonly (number | null)[] = [10e-6, 50e-6, 1e-3, 20e-3, null];

export function binOf(seconds: number): number {
  return binEdges.findIndex((edge) => edge === null || seconds < edge);
}
