import type { ChipAnalysis, Prepared } from '../analyse';
import { exactFigure, figureOf, type Figure } from './figures';
import { hasLevel, type Budget, type Limit, type Target, type Tolerance } from './load';
import { judgeChange, judgeLimit, type Verdict } from './judge';
import { metricFacts, metricId, metrics, type Metric } from './metrics';
import { nodeRows, type NodeList } from './nodes';

/** What a model costs: all figures that budgets can name, and its nodes. */
export interface Snapshot {
  /** By {@link metricId}. */
  readonly figures: ReadonlyMap<string, Figure>;
  readonly nodes: NodeList;
}

/** What a model costs on a chip, or by itself, as a whole; by {@link metricId}. */
export function figuresOf(prepared: Prepared, analysis: ChipAnalysis | null): Snapshot['figures'] {
  const wanted = metrics
    .filter((name) => metricFacts[name].isOfChip === (analysis !== null))
    .flatMap((name): Metric[] => (name === 'traffic' ? trafficOf(analysis) : [{ name, level: null }]));
  return new Map(wanted.map((metric) => [metricId(metric), figureOf(metric, prepared, analysis)]));
}

/**
 * What a model costs on a chip, or by itself.
 * @param lineOf line of a node in the listing, from 1; null where it has none
 */
export function snapshotOf(
  prepared: Prepared,
  analysis: ChipAnalysis | null,
  lineOf: (index: number) => number | null,
): Snapshot {
  return {
    figures: figuresOf(prepared, analysis),
    nodes: { rows: nodeRows(prepared, analysis, lineOf), isCut: false },
  };
}

/** The levels over which kernels move something, and those that the chip states. */
function trafficOf(analysis: ChipAnalysis | null): Metric[] {
  if (!analysis) return [];
  const levels = new Set(analysis.chip.memory.map(({ name }) => name));
  for (const { unit, bytes } of analysis.cost.kernels)
    if (unit === 0) for (const level of Object.keys(bytes)) levels.add(level);
  return [...levels].map((level) => ({ name: 'traffic', level }));
}

/** Where a budget wants to know something: on its targets, and of the model by itself (null) where it asks for that. */
export function placesOf({ targets, limits, tolerances }: Budget): readonly (Target | null)[] {
  const isOfModel = [...limits, ...tolerances].some(({ name }) => !metricFacts[name].isOfChip);
  return isOfModel || targets.length === 0 ? [null, ...targets] : targets;
}

/** Whether a budget means a metric on a target; null: of the model by itself. */
export function isMeantOn({ name, level }: Metric, target: Target | null): boolean {
  if (metricFacts[name].isOfChip !== (target !== null)) return false;
  return level === null || (target !== null && hasLevel(target.chip, level));
}

/**
 * Holds what a model costs somewhere against a budget.
 * @param before what it cost in the baseline; undefined: the baseline does not have it; null: there is no baseline
 */
export function judge(
  budget: Budget,
  target: Target | null,
  now: Snapshot,
  before: Snapshot | undefined | null,
): Verdict[] {
  const isHere = (metric: Limit | Tolerance): boolean => isMeantOn(metric, target);
  const limits = budget.limits.filter(isHere).map((limit) => {
    return judgeLimit(limit, figureIn(now, limit), before ? figureIn(before, limit) : null, budget);
  });
  if (before === null) return limits;
  const changes = budget.tolerances.filter(isHere).map((tolerance) => {
    const old = before && figureIn(before, tolerance);
    return judgeChange(tolerance, figureIn(now, tolerance), old, budget);
  });
  return [...limits, ...changes];
}

/** A figure of a snapshot. A level over which nothing goes is not in it: there the figure is 0, if all traffic is known. */
export function figureIn({ figures }: Pick<Snapshot, 'figures'>, metric: Metric): Figure {
  const found = figures.get(metricId(metric));
  if (found) return found;
  const traffic = [...figures].filter(([id]) => id.startsWith('traffic '));
  const isKnown = metric.level !== null && traffic.every(([, { isLowerBound }]) => !isLowerBound);
  return exactFigure(isKnown && traffic.length > 0 ? 0 : null);
}
