import type { Report, ReportChip } from '../engine/report/types';
import type { MemoryPoint, NodeRow, RooflinePoint, Share, Summary, SummaryChip } from '../protocol';
import { scopeSteps } from '../engine/graph/moduleScope';
import type { Language } from '../../l10n/messages';
import type { ChipAnalysis } from '../engine/analyse';
import type { Analysis } from '../workspace/analysis';
import { dimensionChoices } from './choices';
import { measuredSummary } from './measuredSummary';
import { allRows } from './rows';
import { roofBytes } from './traffic';

/** Bytes of JSON that a page gets at once (design §8). */
const sizeLimit = 200_000;
const pointLimit = 2000;
const shareLimit = 30;
const costliestCount = 10;
const problemLimit = 100;
const memoryLimit = 500;
const textLimit = 80;

/**
 * What a page gets of a report: totals, shares and the costliest, at most 200 KB whatever the size of the model. If it
 * is more, charts get fewer points: the costliest and the peaks stay.
 */
export function summary(analysis: Analysis, report: Report, language: Language): Summary {
  let points = Math.floor(pointLimit / Math.max(1, analysis.chips.length));
  for (;;) {
    const result = build(analysis, report, points, language);
    if (points <= 20 || JSON.stringify(result).length <= sizeLimit) return result;
    points = Math.floor(points / 2);
  }
}

function build(analysis: Analysis, report: Report, points: number, language: Language): Summary {
  const { model, coverage } = report;
  const { phase, precision } = analysis.choices.workload;
  return {
    revision: analysis.revision,
    uri: analysis.listing.uri,
    model: { ...model, inputs: model.inputs.slice(0, 50), outputs: model.outputs.slice(0, 50) },
    workload: { dimensions: dimensionChoices(analysis), phase, precision },
    chips: analysis.chips.flatMap((chip) => {
      const reported = report.chips.find((one) => one.id === chip.chip.id);
      return reported ? [chipSummary(analysis, chip, reported, points, language)] : [];
    }),
    problems: report.problems.slice(0, problemLimit),
    coverage,
    carbonIntensity: report.carbonIntensity,
    memory: memoryPoints(analysis, report, Math.min(points, memoryLimit)),
  };
}

function chipSummary(
  analysis: Analysis,
  chip: ChipAnalysis,
  reported: ReportChip,
  points: number,
  language: Language,
): SummaryChip {
  const { id, name, runtime, precision, total, efficiency, memory, roofs } = reported;
  const rows = allRows(analysis, chip);
  return {
    id,
    name,
    class: reported.class,
    runtime,
    precision,
    total,
    efficiency,
    memory,
    roofs,
    byOperator: shares(rows, (row) => row.operator),
    byScope: shares(rows, (row) => scopeSteps(row.scope).slice(0, scopeDepth(rows)).join('.')),
    byBound: shares(rows, (row) => row.bound),
    points: rooflinePoints(rows, reported, chip, points),
    costliest: [...rows].sort(byCost).slice(0, costliestCount),
    measured: measuredSummary(analysis, chip, points, language),
  };
}

function byCost(a: NodeRow, b: NodeRow): number {
  return (b.seconds?.value ?? 0) - (a.seconds?.value ?? 0);
}

/** Seconds and nodes by name, the costliest first; the tail is left out. */
function shares(rows: readonly NodeRow[], nameOf: (row: NodeRow) => string): Share[] {
  const sums = new Map<string, { seconds: number; nodes: number }>();
  for (const row of rows) {
    const name = nameOf(row).slice(0, textLimit);
    const sum = sums.get(name) ?? { seconds: 0, nodes: 0 };
    sum.seconds += row.seconds?.value ?? 0;
    sum.nodes++;
    sums.set(name, sum);
  }
  return [...sums]
    .map(([name, sum]) => ({ name, ...sum }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, shareLimit);
}

const depths = new WeakMap<readonly NodeRow[], number>();

/** The greatest depth of module paths at which all modules still fit into the list of shares. */
function scopeDepth(rows: readonly NodeRow[]): number {
  let depth = depths.get(rows);
  if (depth === undefined) {
    const paths = [...new Set(rows.map((row) => row.scope))].map(scopeSteps);
    const names = (length: number): number =>
      new Set(paths.map((path) => path.slice(0, length).join('.'))).size;
    const deepest = Math.max(1, ...paths.map((path) => path.length));
    for (depth = 1; depth < deepest && names(depth + 1) <= shareLimit;) depth++;
    depths.set(rows, depth);
  }
  return depth;
}

function rooflinePoints(
  rows: readonly NodeRow[],
  reported: ReportChip,
  chip: ChipAnalysis,
  limit: number,
): RooflinePoint[] {
  const points = reported.kernels.flatMap((kernel): RooflinePoint[] => {
    const node = chip.plan.kernels[kernel.index]?.anchor ?? kernel.nodes[0];
    const bytes = roofBytes(chip, kernel);
    if (!kernel.seconds || !kernel.operations || bytes === null || node === undefined) return [];
    const { matrix, vector, special } = kernel.operations;
    const row = rows[node];
    const runs = kernel.repeat ?? 1;
    return [
      {
        kernel: kernel.index,
        node,
        label: (row?.name || row?.operator || '').slice(-textLimit),
        operations: (matrix + vector + special) * runs,
        bytes: bytes * runs,
        seconds: kernel.seconds.value * runs,
        bound: kernel.bound,
      },
    ];
  });
  return points.sort((a, b) => b.seconds - a.seconds).slice(0, limit);
}

/** The timeline in at most `limit` points: of each stretch the moment that needs most. */
function memoryPoints(analysis: Analysis, report: Report, limit: number): MemoryPoint[] {
  const { timeline } = report.memory;
  const stretch = Math.max(1, Math.ceil(timeline.length / limit));
  const points: MemoryPoint[] = [];
  for (let from = 0; from < timeline.length; from += stretch) {
    const peak = timeline
      .slice(from, from + stretch)
      .reduce((high, one) => (one.activationBytes > high.activationBytes ? one : high));
    const node = analysis.inference.nodes[peak.node]?.node;
    const label = (node?.name || node?.operator || '').slice(-textLimit);
    points.push({
      node: peak.node,
      label,
      weightsBytes: peak.weightsBytes,
      activationBytes: peak.activationBytes,
    });
  }
  return points;
}
