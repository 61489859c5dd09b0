import { costsUnder, planUnder, type ChipAnalysis, type Prepared } from '../../analyse';
import { isHost, placed } from '../../cost/placement';
import { wholeTotal } from '../../cost/totals';
import type { PlannedModel } from '../../cost/types';
import type { Unit, Units } from '../../cost/units';
import { plainProfile } from '../../kernels/profile';
import type { KernelPlan } from '../../kernels/types';
import { runPolitely, type Scheduler } from '../../scheduler';
import { blameOf, type Blame } from './blame';
import { buildProblem, type Built, type MapObjective } from './build';
import { bestOfChain } from './chain';
import { besides, comparedWith, type Verdict } from './compare';
import { searched } from './cut';
import { jobsOf, overlapped } from './schedule';
import { costOf, eachAtBest, mostlyOn } from './problem';

/** A way to put a model on units. */
export interface Placement {
  /** What a runtime does that puts all it can on one unit, or the best that was found. */
  readonly kind: 'runtime' | 'best';
  /** Index of the unit whose runtime plans the kernels. */
  readonly main: number;
  /** Units with the main one first, as the analysis has them. */
  readonly units: Units;
  /** Unit by flat index of the node; -1 for nodes that no kernel runs. */
  readonly unitOfNode: Int8Array;
  readonly analysis: ChipAnalysis;
  /** Seconds of a run with its start and with inputs and outputs brought there and back, or joules; null where unknown. */
  readonly figure: number | null;
  /** Seconds of the kernels if units worked at the same time (schedule.ts), of which `figure` knows nothing; null where unknown. */
  readonly overlappedSeconds: number | null;
  /** Held against what the runtime of the first unit does; null for that itself. */
  readonly verdict: Verdict | null;
}

/** Where a model runs best among units. */
export interface Partition {
  readonly objective: MapObjective;
  readonly units: Units;
  /** What each unit's runtime does by itself, then the best. */
  readonly placements: readonly Placement[];
  /** What the runtime of the first unit cannot run there, and what that costs. */
  readonly blame: readonly Blame[];
  /** The best is exact for the costs as they are added up: two units, or a chain. */
  readonly isExact: boolean;
}

/**
 * Holds what runtimes do by themselves against the best cut between units, whose kernels are those of each accelerator's runtime in
 * turn. Where no unit is a host, nothing can take what the others refuse: there is one among `units`.
 */
export async function partition(
  prepared: Prepared,
  units: Units,
  objective: MapObjective,
  scheduler: Scheduler,
): Promise<Partition> {
  const question = { prepared, units, objective, scheduler };
  const placements: Placement[] = [];
  const cuts: Placement[] = [];
  let blame: readonly Blame[] = [];
  let isExact = true;
  for (const main of units.list.keys()) {
    const on = await mainUnit(question, main);
    const given = await runtimes(question, on);
    placements.push(given.placement);
    if (isHost(units.list[main]!)) continue;
    const cut = await bestCut(question, on);
    // Kernels are as its runtime makes them: where others run more of them, that says little.
    if (main === 0 || isMostly(cut.placement)) cuts.push(cut.placement);
    isExact &&= cut.isExact;
    if (main === 0) blame = await runPolitely(blameOf(on.model, on.built, 0, given.unitOf), scheduler);
  }
  // What a runtime does by itself stays the best where no cut is less.
  const best = [...placements, ...cuts].reduce((one, other) => (isLess(other, one) ? other : one));
  const told = [...placements, { ...best, kind: 'best' as const }];
  const [first] = placements;
  const all = told.map((one, at) => {
    return { ...one, verdict: at === 0 ? null : comparedWith(first!.analysis, one.analysis, objective) };
  });
  return { objective, units, placements: all, blame, isExact };
}

interface Question {
  readonly prepared: Prepared;
  readonly units: Units;
  readonly objective: MapObjective;
  readonly scheduler: Scheduler;
}

/** Kernels as the runtime of one unit makes them. */
interface OnMain {
  readonly main: number;
  /** The main unit first, then the others in their order. */
  readonly units: Units;
  readonly plan: KernelPlan;
  readonly model: PlannedModel;
  readonly built: Built;
}

async function mainUnit({ prepared, units, objective, scheduler }: Question, main: number): Promise<OnMain> {
  const first = units.list[main]!;
  const list = [first, ...units.list.filter((unit) => unit !== first)];
  const own = { ...units, list };
  const plan = await planUnder(prepared, first.profile ?? plainProfile, scheduler);
  const model = { inference: prepared.inference, plan, workload: prepared.workload };
  const built = await runPolitely(buildProblem(model, own, objective), scheduler);
  return { main, units: own, plan, model, built };
}

/** What the runtime of the main unit does by itself: all that it can on this unit, the rest on a host. */
async function runtimes(
  question: Question,
  on: OnMain,
): Promise<{ readonly placement: Placement; readonly unitOf: Uint8Array }> {
  const all = new Uint8Array(on.plan.kernels.length);
  const { unitOf } = await runPolitely(placed(on.model, on.units, all), question.scheduler);
  const home = on.units.list.findIndex(isHost);
  const withMemory = Uint8Array.from([...unitOf, Math.max(0, home)]);
  return { placement: await evaluated(question, on, unitOf, 'runtime'), unitOf: withMemory };
}

async function bestCut(
  question: Question,
  on: OnMain,
): Promise<{ readonly placement: Placement; readonly isExact: boolean }> {
  const { problem } = on.built;
  const chain = await runPolitely(bestOfChain(problem), question.scheduler);
  const beginnings = [eachAtBest(problem), ...on.units.list.map((_, unit) => mostlyOn(problem, unit))];
  const least = beginnings.reduce((a, b) => (costOf(problem, b) < costOf(problem, a) ? b : a));
  const found = chain ?? (await runPolitely(searched(problem, [least, ...beginnings]), question.scheduler));
  const isExact = chain !== null || problem.units === 2;
  return { placement: await evaluated(question, on, found, 'best'), isExact };
}

/** What kernels on units cost, by the estimate that `analyze` makes of the same mapping. */
async function evaluated(
  { prepared, objective, scheduler }: Question,
  { main, units, plan, built }: OnMain,
  unitOf: Uint8Array,
  kind: Placement['kind'],
): Promise<Placement> {
  const unitOfNode = new Int8Array(prepared.inference.nodes.length).fill(-1);
  for (const { index, nodes } of plan.kernels) for (const node of nodes) unitOfNode[node] = unitOf[index]!;
  const [{ chip, profile }] = units.list as readonly [Unit];
  const pinned = { units, unitOf: unitOfNode, rest: 0 };
  const asked = { prepared, chip, profile: profile ?? plainProfile, options: {}, plan, pinned };
  const analysis = await costsUnder(asked, scheduler);
  const figure = figureOf(analysis, objective);
  const jobs = objective === 'latency' ? jobsOf(plan, analysis.cost) : null;
  const pools = units.list.map(({ pool }) => pool?.id ?? null);
  const overlappedSeconds =
    jobs && (await runPolitely(overlapped(jobs, built.problem.values, pools), scheduler));
  return { kind, main, units, unitOfNode, analysis, figure, overlappedSeconds, verdict: null };
}

function figureOf({ cost: { total } }: ChipAnalysis, objective: MapObjective): number | null {
  if (objective === 'energy') return wholeTotal(total.joules)?.value ?? null;
  const latency = wholeTotal(total.latencySeconds);
  return latency && latency.value + besides(total);
}

/** The unit whose runtime makes the kernels has the largest part of their time. */
function isMostly({ analysis: { cost, plan } }: Placement): boolean {
  const sums = cost.units.map((_, unit) =>
    plan.kernels.reduce((sum, { index, repeat }) => {
      const one = cost.kernels[index]!;
      return one.unit === unit ? sum + (one.seconds?.value ?? 0) * (repeat ?? 1) : sum;
    }, 0),
  );
  return sums.every((sum) => sum <= sums[0]!);
}

function isLess(one: Placement, other: Placement): boolean {
  if (one.figure === null) return false;
  return other.figure === null || one.figure < other.figure;
}
