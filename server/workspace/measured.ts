import type { ChipAnalysis } from '../engine/analyse';
import { matchProfile } from '../engine/cost/calibrate/matchProfile';
import type { Measurement } from '../engine/cost/calibrate/measurement';
import { compareMeasured } from '../engine/report/measured';
import type { MeasuredGroup, ReportMeasured } from '../engine/report/types';
import { problem } from '../engine/problem';
import type { Problem } from '../engine/problem';
import { Query } from '../engine/query';
import type { Analysis } from './analysis';

/** By chip: an analysis has at most one profile for each. */
const results = new Query<Analysis, Measured>(Infinity);

/** A profile beside the estimates of a chip, with the way from a kernel to its time. */
export interface Measured {
  readonly report: ReportMeasured;
  /** By index of the kernel; nothing for kernels that were not measured. */
  readonly groupOfKernel: ReadonlyMap<number, MeasuredGroup>;
}

/** What was measured on a chip, beside its estimates; null where no profile was imported. Made when first asked for. */
export function measuredOf(analysis: Analysis, chip: ChipAnalysis): Measured | null {
  const stored = analysis.profiles.find((one) => one.chip === chip.chip.id);
  if (!stored) return null;
  return results.at(analysis, () => layOver(analysis, chip, stored.profile, stored.file), chip.chip.id);
}

/** Lays a profile over the kernels of a chip. */
export function layOver(
  { inference }: Pick<Analysis, 'inference'>,
  chip: ChipAnalysis,
  profile: Measurement,
  file: string,
): Measured {
  const precisionOf = (kernel: number): string => chip.cost.kernels[kernel]?.precision ?? '';
  const matched = matchProfile(inference, chip.plan, profile, { precisionOf });
  const report = compareMeasured(chip, file, profile, matched);
  const groupOfKernel = new Map<number, MeasuredGroup>();
  for (const group of report.groups) for (const kernel of group.kernels) groupOfKernel.set(kernel, group);
  return { report, groupOfKernel };
}

/** What can't be compared because it was measured at other sizes; nothing where all can. */
export function conflictProblem(measured: Measured | null): Problem[] {
  const count = measured?.report.groups.filter(({ conflict }) => conflict).length ?? 0;
  return count === 0 ? [] : [problem('warning', 'profile.sizes', { count })];
}
