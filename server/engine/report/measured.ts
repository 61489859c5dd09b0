import type { ChipAnalysis } from '../analyse';
import type { MatchedGroup, MatchedProfile } from '../cost/calibrate/matchProfile';
import type { Measurement } from '../cost/calibrate/measurement';
import { score, type Pair } from '../cost/calibrate/score';
import type { Estimate } from '../cost/types';
import type { MeasuredGroup, ReportMeasured } from './types';

/**
 * Measured times beside the estimates of a chip, with how far apart they are.
 * @param file name of the profile's file
 * @param matched the profile laid over the chip's plan
 */
export function compareMeasured(
  analysis: Pick<ChipAnalysis, 'plan' | 'cost'>,
  file: string,
  profile: Measurement,
  matched: MatchedProfile,
): ReportMeasured {
  const conflicts = new Map(matched.conflicts.map((conflict) => [conflict.row, conflict]));
  const groups = matched.groups.map((group): MeasuredGroup => {
    const row = group.rows.find((one) => conflicts.has(one));
    const conflict = row === undefined ? undefined : conflicts.get(row);
    const sizes = conflict ? { measured: conflict.measured, expected: conflict.expected } : null;
    return groupOf(analysis, profile, group, sizes);
  });
  const compared = groups.filter(({ ratio }) => ratio !== null);
  const pairs = compared.map(({ estimate, seconds }): Pair => ({
    predicted: estimate!.value,
    measured: seconds,
  }));
  return {
    profile: file,
    kind: profile.kind,
    statistic: profile.statistic,
    runs: profile.runs,
    rows: profile.rows.length,
    totalSeconds: profile.seconds,
    wholeSeconds: profile.wholeSeconds,
    matchedSeconds: sum(pairs.map(({ measured }) => measured)),
    estimatedSeconds: sum(pairs.map(({ predicted }) => predicted)),
    groups,
    unmatchedRows: matched.unmatchedRows
      .map((index) => profile.rows[index]!)
      .map(({ name, operator, seconds, repeat }) => ({ name, operator, seconds: seconds * repeat }))
      .sort((a, b) => b.seconds - a.seconds),
    unmatchedKernels: matched.unmatchedKernels,
    errors: errorsOf(compared, pairs),
  };
}

function groupOf(
  { plan, cost }: Pick<ChipAnalysis, 'plan' | 'cost'>,
  profile: Measurement,
  { kernels, rows, seconds }: MatchedGroup,
  conflict: MeasuredGroup['conflict'],
): MeasuredGroup {
  const estimates = kernels.map((kernel) =>
    ofAllRuns(cost.kernels[kernel]?.seconds ?? null, plan.kernels[kernel]?.repeat ?? null),
  );
  const estimate = together(estimates);
  const isCompared = estimate !== null && estimate.value > 0 && seconds > 0 && !conflict;
  return {
    kernels,
    node: plan.kernels[kernels[0]!]!.anchor,
    rows: rows.map((row) => profile.rows[row]!.name),
    seconds,
    estimate,
    ratio: isCompared ? seconds / estimate.value : null,
    inside: isCompared ? seconds >= estimate.low && seconds <= estimate.high : null,
    conflict,
  };
}

function errorsOf(compared: readonly MeasuredGroup[], pairs: readonly Pair[]): ReportMeasured['errors'] {
  if (pairs.length === 0) return null;
  // Relative to what was measured, as an error is commonly understood.
  const { plainMedian: median, plainP90: p90 } = score(pairs);
  const inside = compared.filter((group) => group.inside).length;
  return { groups: pairs.length, median, p90, inside: inside / pairs.length };
}

/** Estimates of kernels are per run; a profile has all runs of a loop's body together. */
function ofAllRuns(estimate: Estimate | null, repeat: number | null): Estimate | null {
  if (!estimate || repeat === null) return null;
  const { value, low, high, basis } = estimate;
  return { value: value * repeat, low: low * repeat, high: high * repeat, basis };
}

/**
 * The estimate of neighbours that a runtime ran as one; null as soon as one is unknown. Their errors go the same way, so
 * that lows and highs add up.
 */
function together(estimates: readonly (Estimate | null)[]): Estimate | null {
  const [first] = estimates;
  if (!first) return null;
  let { value, low, high, basis } = { ...first, value: 0, low: 0, high: 0 };
  for (const one of estimates) {
    if (!one) return null;
    value += one.value;
    low += one.low;
    high += one.high;
    if (one.basis !== basis) basis = 'class';
  }
  return { value, low, high, basis };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);
