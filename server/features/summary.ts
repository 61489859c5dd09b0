import type { ReportChipHead, ReportHead } from '../engine/report/build';
import type {
  ArenaPicture,
  NodeRow,
  RooflinePoint,
  Share,
  Summary,
  SummaryChip,
  TrafficPoint,
} from '../protocol';
import type { Language } from '../../l10n/language';
import { moduleScope, scopeSteps } from '../engine/graph/moduleScope';
import type { ChipAnalysis } from '../engine/analyse';
import type { InferredNode } from '../engine/inference/types';
import type { MemoryTimeline } from '../engine/memory/timeline';
import { usableBytes } from '../engine/memory/fit';
import { addTo } from '../engine/lists';
import { severityRank } from '../engine/problem';
import { phases, precisionPolicies } from '../engine/workload';
import { Query } from '../engine/query';
import type { Steps } from '../engine/scheduler';
import type { Analysis } from '../workspace/analysis';
import { Costliest } from './costliest';
import { dimensionChoices, runtimeChoices, valueChoices } from './choices';
import { labelOf, textLimit } from './labels';
import { measuredSummary } from './measuredSummary';
import { kindOf, withoutNumbers } from './moduleCosts';
import { arenaPicture, memoryPoints, trafficPoints } from './memorySummary';
import { ownOrder } from './rank';
import { rowMaker } from './rows';
import { sorted } from './sorting';
import { suggestionItems } from './suggestionItems';
import { roofBytes } from './traffic';

/** Bytes of JSON that a page gets at once. */
const sizeLimit = 200_000;
const pointLimit = 2000;
const shareLimit = 30;
/** Equal modules that are named. */
const alikeLimit = 100;
const costliestCount = 10;
const problemLimit = 100;
const memoryLimit = 500;
/** Boxes of planned blocks, and stretches of kernels, of all chips together. */
const boxLimit = 400;
const trafficLimit = 400;

/** What is summed up of a chip once, however many points a page gets in the end. */
interface ChipParts {
  readonly head: ReportChipHead;
  readonly byOperator: readonly Share[];
  readonly byScope: readonly Share[];
  readonly byBound: readonly Share[];
  readonly kernels: number;
  readonly buffers: MemoryTimeline['buffers'];
  readonly arena: ArenaPicture | null;
  readonly traffic: readonly TrafficPoint[];
  /** Of the costliest kernels, the costliest first. */
  readonly points: readonly RooflinePoint[];
  readonly costliest: readonly NodeRow[];
}

/**
 * What a page gets of a report: totals, shares and the costliest, at most 200 KB whatever the size of the model. If it
 * is more, charts get fewer points: the costliest and the peaks stay.
 */
export function* summary(analysis: Analysis, report: ReportHead, language: Language): Steps<Summary> {
  let points = Math.floor(pointLimit / Math.max(1, analysis.chips.length));
  const chips = yield* partsOf.steps(report, () => allParts(analysis, report, points));
  for (;;) {
    yield;
    const result = build(analysis, report, chips, points, language);
    if (points <= 20 || JSON.stringify(result).length <= sizeLimit) return result;
    points = Math.floor(points / 2);
  }
}

/** What takes a look at every node; the rest may change while the analysis stays, such as suggestions that come later. */
const partsOf = new Query<ReportHead, readonly ChipParts[]>();

function* allParts(analysis: Analysis, report: ReportHead, points: number): Steps<readonly ChipParts[]> {
  const scopes = yield* scopeNames(analysis.inference.nodes);
  const chips: ChipParts[] = [];
  for (const [i, chip] of analysis.chips.entries()) {
    chips.push(yield* chipParts(analysis, chip, report.chips[i]!, scopes, points));
  }
  return chips;
}

function build(
  analysis: Analysis,
  report: ReportHead,
  chips: readonly ChipParts[],
  points: number,
  language: Language,
): Summary {
  const { model, coverage } = report;
  const { phase, precision, runtime } = analysis.choices.workload;
  return {
    revision: analysis.revision,
    uri: analysis.listing.uri,
    model: { ...model, inputs: model.inputs.slice(0, 50), outputs: model.outputs.slice(0, 50) },
    workload: {
      dimensions: dimensionChoices(analysis),
      values: valueChoices(analysis),
      phase,
      precision,
      runtime,
    },
    offers: { phases, precisions: precisionPolicies, ...runtimeChoices(analysis) },
    chips: chips.map((parts, i) => ({
      ...chipSummary(analysis, parts, points),
      measured: measuredSummary(analysis, analysis.chips[i]!, points, language),
    })),
    own: ownOrder(analysis, language),
    suggestions: suggestionItems(analysis, language),
    problems: [...report.problems]
      .sort((a, b) => severityRank[a.severity] - severityRank[b.severity])
      .slice(0, problemLimit),
    coverage,
    carbonIntensity: report.carbonIntensity,
  };
}

function chipSummary(
  analysis: Analysis,
  { head, buffers, arena, traffic, ...parts }: ChipParts,
  points: number,
): Omit<SummaryChip, 'measured'> {
  const { id, name, runtime, spread, precision, total, efficiency, roofs } = head;
  const { timeline, classes, ...memory } = head.memory;
  return {
    id,
    name,
    class: head.class,
    runtime,
    ...(spread && { spread }),
    precision,
    total,
    efficiency,
    memory: {
      ...memory,
      usableBytes: usableBytes(memory),
      points: memoryPoints(analysis, { timeline, classes, buffers }, Math.min(points, memoryLimit)),
      arena,
      traffic,
    },
    roofs,
    ...parts,
    points: parts.points.slice(0, points),
  };
}

function* chipParts(
  analysis: Analysis,
  chip: ChipAnalysis,
  head: ReportChipHead,
  scopes: readonly string[],
  points: number,
): Steps<ChipParts> {
  const { nodes } = analysis.inference;
  const { nodes: costs } = chip.cost;
  const secondsOf = (index: number): number => costs[index]?.seconds?.value ?? 0;
  const byOperator = new Shares();
  const byScope = new Shares();
  const byBound = new Shares();
  const costliest = new Costliest(costliestCount);
  for (const { index, node } of nodes) {
    yield;
    const seconds = secondsOf(index);
    byOperator.add(node.operator, seconds);
    byScope.add(scopes[index]!, seconds);
    byBound.add(costs[index]?.bound ?? 'unknown', seconds);
    costliest.add(index, seconds);
  }
  const make = rowMaker(analysis, chip);
  return {
    head,
    byOperator: byOperator.list(),
    byScope: byScope.list(grouped),
    byBound: byBound.list(),
    kernels: chip.plan.kernels.length,
    buffers: chip.timeline.buffers,
    arena: arenaPicture(analysis, chip.timeline, Math.floor(boxLimit / analysis.chips.length)),
    traffic: yield* trafficPoints(analysis, chip, Math.floor(trafficLimit / analysis.chips.length)),
    points: yield* rooflinePoints(analysis, chip, points),
    costliest: costliest.list().map((index) => make(nodes[index]!)),
  };
}

/** Seconds and nodes by name. */
class Shares {
  private readonly sums = new Map<string, { seconds: number; nodes: number }>();

  add(name: string, seconds: number): void {
    const key = name.slice(0, textLimit);
    let sum = this.sums.get(key);
    if (!sum) this.sums.set(key, (sum = { seconds: 0, nodes: 0 }));
    sum.seconds += seconds;
    sum.nodes++;
  }

  /** The costliest first; the tail is summed up. */
  list(group = (named: readonly Share[]): readonly Share[] => named): Share[] {
    const named = [...this.sums].map(([name, sum]) => ({ name, ...sum }));
    const all = [...group(named)].sort((a, b) => b.seconds - a.seconds);
    const rest = { name: '', seconds: 0, nodes: 0, others: 0 };
    for (const { seconds, nodes, alike } of all.slice(shareLimit)) {
      rest.seconds += seconds;
      rest.nodes += nodes;
      rest.others += alike?.count ?? 1;
    }
    return rest.others > 0 ? [...all.slice(0, shareLimit), rest] : all;
  }
}

/** Modules of one kind are one: the layers of a model. */
function grouped(modules: readonly Share[]): readonly Share[] {
  const groups = new Map<string, Share[]>();
  for (const one of modules) addTo(groups, kindOf(one.name, one.nodes, one.seconds), one);
  return [...groups.values()].map((group) => {
    const [first] = group;
    if (group.length === 1) return first!;
    const sum = (of: 'seconds' | 'nodes'): number => group.reduce((all, one) => all + one[of], 0);
    const names = group.slice(0, alikeLimit).map(({ name }) => name);
    const alike = { count: group.length, names };
    return { name: first!.name, seconds: sum('seconds'), nodes: sum('nodes'), alike };
  });
}

/** The module of each node, cut to the greatest depth at which modules, numbers aside, still fit into the list of shares. */
function* scopeNames(nodes: readonly InferredNode[]): Steps<string[]> {
  const steps = new Map<string, string[]>();
  const paths: string[] = [];
  for (const { node } of nodes) {
    yield;
    const path = moduleScope(node);
    paths.push(path);
    if (!steps.has(path)) steps.set(path, scopeSteps(path));
  }
  const deepest = Math.max(1, yield* deepestOf(steps.values()));
  let depth = 1;
  while (depth < deepest && (yield* countNames(steps.values(), depth + 1)) <= shareLimit) depth++;
  const names = new Map<string, string>();
  for (const [path, list] of steps) {
    yield;
    names.set(path, list.slice(0, depth).join('.'));
  }
  return paths.map((path) => names.get(path) ?? '');
}

function* deepestOf(paths: Iterable<string[]>): Steps<number> {
  let deepest = 0;
  for (const path of paths) {
    yield;
    deepest = Math.max(deepest, path.length);
  }
  return deepest;
}

/** Modules at a depth, numbers aside; no more than one above what is shown are counted. */
function* countNames(paths: Iterable<string[]>, depth: number): Steps<number> {
  const names = new Set<string>();
  for (const path of paths) {
    yield;
    names.add(withoutNumbers(path.slice(0, depth).join('.')));
    if (names.size > shareLimit) break;
  }
  return names.size;
}

function* rooflinePoints(analysis: Analysis, chip: ChipAnalysis, limit: number): Steps<RooflinePoint[]> {
  const points: RooflinePoint[] = [];
  for (const cost of chip.cost.kernels) {
    yield;
    const kernel = chip.plan.kernels[cost.kernel];
    const bytes = roofBytes(chip, cost);
    if (!kernel?.operations || !cost.seconds || bytes === null) continue;
    const { matrix, vector, special } = kernel.operations;
    const runs = kernel.repeat ?? 1;
    points.push({
      kernel: cost.kernel,
      node: kernel.anchor,
      label: '',
      operations: (matrix + vector + special) * runs,
      bytes: bytes * runs,
      seconds: cost.seconds.value * runs,
      bound: cost.bound,
    });
  }
  const costliest = (yield* sorted(points, (a, b) => b.seconds - a.seconds)).slice(0, limit);
  return costliest.map((point) => ({ ...point, label: labelOf(analysis, point.node) }));
}
