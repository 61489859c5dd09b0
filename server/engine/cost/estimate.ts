import { byKernel, costKernels, type CostedRun } from './alike';
import { homeOf } from './levels';
import type { Chip } from '../chips/chip';
import { dispatchOf, type Dispatch, type RuntimeProfile } from '../kernels/profile';
import { appendAll } from '../lists';
import type { Problem } from '../problem';
import { isStepDue, runPolitely, runThrough, type Scheduler, type Steps } from '../scheduler';
import { modelFor } from './classes/index';
import { spikingProblem, spikingVerdict } from './classes/neuromorphic/spiking';
import { isStreamed, type CostedKernel, type Site } from './kernelCost';
import { boundOfMost } from './bound';
import { formatTable } from './kernelFormat';
import { bothTransfers, transferEnergy } from './energy';
import { linkSide, transferOfInputsAndOutputs, transferSeconds } from './link';
import { crossings, placed } from './placement';
import { choiceOf, fallbackOf, problemsOf } from './notes';
import { Residency } from './residency';
import { Sizing } from './sizing';
import { shareOut } from './shares';
import { added, exact } from './interval';
import { machineFor } from './machine';
import { streamSeconds } from './streams';
import { samplesPerRun } from './samples';
import { throughputOf } from './throughput';
import { isOpen } from '../inference/infer';
import { totalsOf, wholeTotal } from './totals';
import { plainStep, type TrainingStep } from './training';
import { traitsOf } from './classes/traits';
import { trainingOf } from '../workload';
import type { ChipCost, ChipTotals, Estimate, KernelCost, PlannedModel, RunTotals, Transfer } from './types';
import { ownUnitId, unitOf, type Assignment, type Unit, type Units } from './units';

export interface EstimateOptions {
  /** Where kernels run that the runtime cannot put on the chip. */
  readonly host?: Chip;
  /** Where each kernel runs; its first unit is the chip. Undefined: what the runtime cannot put on the chip runs on the host. */
  readonly assignment?: Assignment;
  /** Ids of weights that are in the 2:4 pattern: chips that know it skip their zeros. */
  readonly sparse?: ReadonlySet<number>;
  /** Work of the whole run ÷ that of the model, where this is a part of it; left out: 1. */
  readonly runTimes?: number;
  /** What is trained and what runs twice; without it every weight, and nothing. */
  readonly step?: TrainingStep;
}

/**
 * What a model costs on a chip with a runtime: per kernel, per node and in total. Nothing is thrown for a
 * chip or a model with gaps: what is unknown is null and a problem says why.
 */
export function estimateChip(
  model: PlannedModel,
  chip: Chip,
  profile: RuntimeProfile,
  options: EstimateOptions = {},
): ChipCost {
  return runThrough(estimateSteps(model, chip, profile, options));
}

/** As {@link estimateChip}, giving way to other work and stopping when it is cancelled. */
export async function estimateChipWith(
  scheduler: Scheduler,
  ...args: Parameters<typeof estimateChip>
): Promise<ChipCost> {
  const [model, chip, profile, options] = args;
  return runPolitely(estimateSteps(model, chip, profile, options ?? {}), scheduler);
}

/** Nothing is known of what dispatching takes. */
const atOnce: Dispatch = { seconds: 0, queued: false };

function* estimateSteps(
  model: PlannedModel,
  chip: Chip,
  profile: RuntimeProfile,
  options: EstimateOptions,
): Steps<ChipCost> {
  const run = yield* runSteps(model, chip, profile, options);
  const { assignment, sites, links, spikes } = run;
  const costed = byKernel(run.costed);
  const kernels = yield* numbered([...costed.map(({ cost }) => cost), ...run.transfers]);
  const nodes = yield* shareOut(model, kernels, costed, links);
  const fallback = options.assignment ? null : fallbackOf(model, assignment);
  const problems: Problem[] = [];
  // A host that nobody chose is a stand-in: what its file lacks says nothing of the chip.
  for (const site of options.assignment ? sites.values() : [run.site])
    appendAll(problems, yield* problemsOf(site, costed, fallback));
  if (spikes) problems.push(spikingProblem(chip, spikes));
  return { ...(yield* sumSteps(model, chip, profile, run)), kernels, nodes, problems };
}

/** Equal kernels share one result: here each gets one with its own number. */
function* numbered(kernels: readonly KernelCost[]): Steps<KernelCost[]> {
  const all: KernelCost[] = [];
  for (const cost of kernels) {
    const kernel = all.length;
    if (isStepDue(kernel)) yield;
    all.push(cost.kernel === kernel ? cost : { ...cost, kernel });
  }
  return all;
}

/** As {@link estimateChip} without what is said of single kernels and nodes: the sums are the same. */
export function* estimateTotals(
  model: PlannedModel,
  chip: Chip,
  profile: RuntimeProfile,
  options: EstimateOptions = {},
): Steps<RunTotals> {
  const run = yield* runSteps(model, chip, profile, options);
  const bound = boundOfMost([
    ...run.costed.groups.map(({ first, count, costed: { cost } }) => ({
      bound: cost.bound,
      seconds: cost.seconds,
      runs: count * (first.repeat ?? 1),
    })),
    ...run.transfers.map(({ bound, seconds }) => ({ bound, seconds, runs: 1 })),
  ]);
  return { ...(yield* sumSteps(model, chip, profile, run)), bound };
}

/** All kernels of a run with what they cost, and where. */
interface Run {
  readonly assignment: Assignment;
  /** The chip. */
  readonly site: Site;
  /** Units that kernels run on, by index. */
  readonly sites: ReadonlyMap<number, Site>;
  readonly costed: CostedRun;
  /** What transfers cost that run as kernels of their own. */
  readonly transfers: readonly KernelCost[];
  /** Transfers by the kernel that waits for them. */
  readonly links: ReadonlyMap<number, Transfer>;
  readonly spikes: ReturnType<typeof spikingVerdict> | null;
}

function* runSteps(
  model: PlannedModel,
  chip: Chip,
  profile: RuntimeProfile,
  options: EstimateOptions,
): Steps<Run> {
  const { inference, plan } = model;
  const own = unitOf(ownUnitId, chip, profile);
  const plain = yield* siteSteps(model, own, 0);
  const trained = { ...plain, training: plain.training && (options.step ?? plain.training) };
  const runOperations = trained.runOperations * (options.runTimes ?? 1);
  const site = { ...trained, runOperations, ...(options.sparse && { sparse: options.sparse }) };
  const alone: Units = { list: [own], links: [] };
  const all = new Uint8Array(plan.kernels.length);
  const assignment = options.assignment ?? (yield* placed(model, alone, all, options.host));
  const sites = new Map([[0, site]]);
  for (const unit of new Set(assignment.unitOf))
    if (unit > 0) sites.set(unit, yield* siteSteps(model, assignment.units.list[unit]!, unit));
  const costed = yield* costKernels(inference, plan, sites, assignment.unitOf);
  const links = yield* linkKernels(model, assignment);
  const spikes = chip.neuromorphic && !modelFor(chip) ? spikingVerdict(plan, chip) : null;
  return { assignment, site, sites, costed, transfers: links.costs, links: links.byKernel, spikes };
}

function* sumSteps(
  model: PlannedModel,
  chip: Chip,
  profile: RuntimeProfile,
  { assignment, site, sites, costed, transfers, links, spikes }: Run,
): Steps<ChipTotals> {
  const { inference, plan } = model;
  const { groups } = costed;
  const precision = yield* choiceOf(groups, site);
  const { training } = site;
  const total = yield* totalsOf({ inference, plan, groups, transfers, links, training });
  const spikeJoules = spikes?.joules
    ? { ...spikes.joules, isLowerBound: isOpen(inference), unknownNodes: 0, atMost: null }
    : null;
  const sizings = new Map([...sites].map(([index, { sizing }]) => [index, sizing]));
  const io = yield* transferOfInputsAndOutputs(model, assignment, sizings);
  const { units, unitOf } = assignment;
  const first = units.list[unitOf[0] ?? 0]!.profile ?? profile;
  const latency = wholeTotal(total.latencySeconds);
  // A stream has a core of its own and nothing of another unit.
  const isOneStream = !profile.streams || training !== null || sites.size > 1;
  return {
    chip: chip.id,
    runtime: profile.id,
    units: assignment.units.list,
    precision,
    home: site.home,
    streamedBytes: streamedOverLink(
      site,
      groups.map((one) => one.costed),
    ),
    total: {
      ...total,
      // What is known in part takes longer: how much can be done per second is not known.
      throughput: latency
        ? yield* throughputOf(inference, groups, chip, {
            latency: batchSeconds(latency, site),
            transfer: io.seconds,
            streams: isOneStream ? null : yield* streamSeconds(groups, site),
          })
        : null,
      joules: total.joules ?? spikeJoules,
      io,
      startSeconds: first.runSeconds?.value ?? null,
    },
  };
}

/** Of a training step with several passes each is a batch of its own. */
function batchSeconds({ value }: Estimate, { training }: Site): number {
  return value / (training?.training.accumulation ?? 1);
}

/** Bytes of weights that a run brings over the host link; none where there is no link, or nothing runs. */
function streamedOverLink(site: Site, costed: readonly CostedKernel[]): number {
  const hasLink = (costed[0]?.machine?.link ?? null) !== null;
  return site.refused || !hasLink || !isStreamed(costed) ? 0 : site.residency.streamedBytes;
}

/** A chip or host as a place to run this model's kernels. */
export function siteOf(...args: Parameters<typeof siteSteps>): Site {
  return runThrough(siteSteps(...args));
}

/** What each kernel of a plan costs on one unit, whether or not its runtime can run it there. */
export function* costsOnUnit(model: PlannedModel, unit: Unit): Steps<readonly KernelCost[]> {
  const site = yield* siteSteps(model, unit, 0);
  const { inference, plan } = model;
  const all = new Uint8Array(plan.kernels.length);
  const costed = yield* costKernels(inference, plan, new Map([[0, site]]), all);
  return byKernel(costed).map(({ cost }) => cost);
}

/**
 * A unit as a place to run this model's kernels.
 * @param unit its index
 */
export function* siteSteps(
  { inference, plan, workload }: PlannedModel,
  { chip, profile }: Unit,
  unit: number,
): Steps<Site> {
  const dispatch = profile ? dispatchOf(profile) : atOnce;
  const table = formatTable(chip, workload.precision);
  const machine = machineFor(chip, table.resolve('fp32') ?? 'fp32');
  const sizing = yield* Sizing.of(inference, table);
  const residency = yield* Residency.of(inference, plan, sizing, machine);
  const training = trainingOf(workload);
  const cannotHold = modelFor(chip)?.mustFit === true && residency.shortage() !== null;
  const refused = cannotHold || (training !== null && !chip.phase.includes('training'));
  const runOperations = plan.kernels.reduce(
    (sum, kernel) => sum + (kernel.operations?.matrix ?? 0) * (kernel.repeat ?? 1),
    0,
  );
  const home = homeOf(machine, residency.leastBytes)?.name ?? null;
  return {
    chip,
    unit,
    table,
    sizing,
    residency,
    home,
    refused,
    training: training && plainStep(training),
    // A processor that is its own host dispatches between its kernels.
    dispatch: traitsOf[chip.class].isHost ? { ...dispatch, queued: false } : dispatch,
    isSupportAssumed: profile?.supports?.isAssumed ?? false,
    rates: profile?.rates,
    runOperations,
    samples: samplesPerRun(inference),
  };
}

/** One kernel of its own per partition edge, after the plan's kernels; its time counts with the kernel that waits. */
function* linkKernels(
  { inference, plan, workload }: PlannedModel,
  { units, unitOf }: Assignment,
): Steps<{ costs: KernelCost[]; byKernel: Map<number, Transfer> }> {
  const byKernel = new Map<number, Transfer>();
  const costs: KernelCost[] = [];
  const edges = yield* crossings(inference, plan, unitOf);
  edges.list.forEach(({ kernel, from, to, bytes }, i) => {
    const moved = transferSeconds(units, [from, to], bytes);
    const side = linkSide(units, [from, to]);
    const energy = moved && transferEnergy(units.list[side]!.chip, moved, bytes);
    const start = units.list[to]!.startSeconds ?? 0;
    const seconds = moved && added(moved, exact(start, moved.basis));
    const before = byKernel.get(kernel);
    if (seconds)
      byKernel.set(kernel, before ? bothTransfers(before, { seconds, energy }) : { seconds, energy });
    costs.push({
      kernel: plan.kernels.length + i,
      before: kernel,
      unit: side,
      precision: workload.precision,
      seconds,
      common: null,
      joules: energy && energy.joules,
      joulesParts: energy && energy.parts,
      parts: seconds && { compute: 0, memory: 0, overhead: seconds.value },
      bytes: { 'host link': bytes },
      farWeightBytes: 0,
      bound: 'link',
      utilisation: null,
    });
  });
  return { costs, byKernel };
}
