import { problemMessage } from '../../l10n/problems';
import type { Language } from '../../l10n/language';
import type { ChipAnalysis } from '../engine/analyse';
import type { MeasuredGap, MeasuredPoint, MeasuredSummary } from '../protocol';
import type { Analysis } from '../workspace/analysis';
import { conflictProblem, measuredOf } from '../workspace/measured';
import { labelOf, textLimit } from './labels';
import { profileProblems } from '../workspace/profileProblems';

/** Rows and kernels without a counterpart that a page lists. */
const listed = 50;

/**
 * A profile beside the estimates, for a page.
 * @param points at most so many dots, the longest measured
 */
export function measuredSummary(
  analysis: Analysis,
  chip: ChipAnalysis,
  points: number,
  language: Language,
): MeasuredSummary | null {
  const measured = measuredOf(analysis, chip);
  if (!measured) return null;
  const { groups, unmatchedRows, unmatchedKernels, ...facts } = measured.report;
  const label = (node: number): string => labelOf(analysis, node);
  const dots = groups.flatMap(({ node, seconds, estimate, ratio }): MeasuredPoint[] =>
    ratio === null || !estimate ? [] : [{ node, label: label(node), measured: seconds, estimate }],
  );
  const gaps = unmatchedKernels.flatMap((index): MeasuredGap[] => {
    const kernel = chip.plan.kernels[index];
    const estimate = chip.cost.kernels[index]?.seconds ?? null;
    return kernel ? [{ node: kernel.anchor, label: label(kernel.anchor), estimate }] : [];
  });
  return {
    ...facts,
    kernels: groups.reduce((sum, group) => sum + group.kernels.length, 0),
    unmatchedKernels: unmatchedKernels.length,
    unmatchedRows: unmatchedRows.length,
    unmatchedSeconds: unmatchedRows.reduce((sum, { seconds }) => sum + seconds, 0),
    points: dots.sort((a, b) => b.measured - a.measured).slice(0, points),
    rowsWithoutKernel: unmatchedRows
      .slice(0, listed)
      .map((row) => ({ ...row, name: row.name.slice(0, textLimit) })),
    kernelsWithoutRow: gaps
      .sort((a, b) => (b.estimate?.value ?? 0) - (a.estimate?.value ?? 0))
      .slice(0, listed),
    remarks: [
      ...profileProblems(analysis)
        .filter((one) => one.chip === chip.chip.id)
        .map(({ problem }) => problem),
      ...conflictProblem(measured),
    ].map((one) => problemMessage(language, one)),
  };
}
