import type { ChipAnalysis } from '../analyse';
import { score } from '../cost/calibrate/score';
import type { Estimate } from '../cost/types';
import type { MeasuredKernel, ReportMeasured } from './types';

/** A profile after its rows were given to the kernels of a plan. */
export interface LaidOver {
  /** Name of the profile's file. */
  readonly profile: string;
  readonly kind: string;
  readonly rows: number;
  /** Of all rows, in one run of the model. */
  readonly totalSeconds: number;
  /** Measured seconds by kernel of the plan, of all its runs in one of the model; NaN where nothing was measured. */
  readonly kernels: Float64Array;
  readonly unmatchedRows: ReportMeasured['unmatchedRows'];
}

/** Measured times beside the estimates of a chip, with how far apart they are. */
export function compareMeasured({ plan, cost }: ChipAnalysis, laid: LaidOver): ReportMeasured {
  const kernels: MeasuredKernel[] = [];
  const unmatchedKernels: number[] = [];
  const pairs: { predicted: number; measured: number }[] = [];
  let inside = 0;
  for (const { index, anchor, repeat } of plan.kernels) {
    const seconds = laid.kernels[index];
    if (seconds === undefined || Number.isNaN(seconds)) {
      unmatchedKernels.push(index);
      continue;
    }
    const estimate = ofAllRuns(cost.kernels[index]?.seconds ?? null, repeat);
    const compared = estimate !== null && estimate.value > 0 && seconds > 0;
    const isInside = compared ? seconds >= estimate.low && seconds <= estimate.high : null;
    kernels.push({
      kernel: index,
      node: anchor,
      seconds,
      estimate,
      ratio: compared ? seconds / estimate.value : null,
      inside: isInside,
    });
    if (!compared) continue;
    pairs.push({ predicted: estimate.value, measured: seconds });
    if (isInside) inside++;
  }
  const sum = (part: 'predicted' | 'measured'): number => pairs.reduce((all, pair) => all + pair[part], 0);
  return {
    profile: laid.profile,
    kind: laid.kind,
    rows: laid.rows,
    totalSeconds: laid.totalSeconds,
    matchedSeconds: sum('measured'),
    estimatedSeconds: sum('predicted'),
    kernels,
    unmatchedRows: [...laid.unmatchedRows].sort((a, b) => b.seconds - a.seconds),
    unmatchedKernels,
    errors: errorsOf(pairs, inside),
  };
}

function errorsOf(
  pairs: readonly { readonly predicted: number; readonly measured: number }[],
  inside: number,
): ReportMeasured['errors'] {
  if (pairs.length === 0) return null;
  const { median, p90 } = score(pairs);
  return { kernels: pairs.length, median, p90, inside: inside / pairs.length };
}

/** Estimates of kernels are per run; a profile has all runs of a loop's body together. */
function ofAllRuns(estimate: Estimate | null, repeat: number | null): Estimate | null {
  if (!estimate || repeat === null) return null;
  const { value, low, high, basis } = estimate;
  return { value: value * repeat, low: low * repeat, high: high * repeat, basis };
}
