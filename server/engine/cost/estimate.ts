import { costKernels } from './alike';
import { homeOf } from './levels';
import { hostOf } from '../chips/hosts';
import type { Chip } from '../chips/chip';
import { dispatchOf, type Dispatch, type RuntimeProfile, type RuntimeRates } from '../kernels/profile';
import type { Problem } from '../problem';
import { runPolitely, runThrough, type Scheduler, type Steps } from '../scheduler';
import { modelFor } from './classes/index';
import { spikingProblem, spikingVerdict } from './classes/neuromorphic/spiking';
import { isStreamed, type CostedKernel, type Site } from './kernelCost';
import { FormatTable } from './kernelFormat';
import { linkSeconds, transferOfInputsAndOutputs } from './link';
import { crossings, hostKernels } from './placement';
import { choiceOf, fallbackOf, problemsOf } from './notes';
import { Residency } from './residency';
import { Sizing } from './sizing';
import { shareOut } from './shares';
import { machineFor } from './machine';
import { streamSeconds } from './streams';
import { throughputOf } from './throughput';
import { isOpen } from '../inference/infer';
import { totalsOf, wholeTotal } from './totals';
import { plainStep, type TrainingStep } from './training';
import { traitsOf } from './classes/traits';
import { trainingOf } from '../workload';
import type { ChipCost, ChipTotals, Estimate, KernelCost, PlannedModel } from './types';

export interface EstimateOptions {
  /** Where kernels run that the runtime cannot put on the chip. */
  readonly host?: Chip;
  /** Ids of weights that are in the 2:4 pattern: chips that know it skip their zeros. */
  readonly sparse?: ReadonlySet<number>;
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
  const { inference, plan } = model;
  const run = yield* runSteps(model, chip, profile, options);
  const { site, costed, host, hostChip, kernels, links, spikes } = run;
  const machines = costed.map(({ machine }) => machine);
  const nodes = yield* shareOut(model, kernels, machines, links);
  const problems: Problem[] = yield* problemsOf(
    chip,
    site,
    costed,
    host,
    fallbackOf(inference, plan, host, profile.name, hostChip.name),
  );
  if (spikes) problems.push(spikingProblem(chip, spikes));
  return { ...(yield* sumSteps(model, chip, profile, run)), kernels, nodes, problems };
}

/** As {@link estimateChip} without what is said of single kernels and nodes: the sums are the same. */
export function* estimateTotals(
  model: PlannedModel,
  chip: Chip,
  profile: RuntimeProfile,
  options: EstimateOptions = {},
): Steps<ChipTotals> {
  return yield* sumSteps(model, chip, profile, yield* runSteps(model, chip, profile, options));
}

/** All kernels of a run with what they cost, and where. */
interface Run {
  readonly site: Site;
  /** Kernels that run on the host, by index, and which chip that is. */
  readonly host: ReadonlySet<number>;
  readonly hostChip: Chip;
  readonly costed: readonly CostedKernel[];
  /** Those of the plan, then transfers. */
  readonly kernels: readonly KernelCost[];
  /** Transfers by the kernel that waits for them. */
  readonly links: ReadonlyMap<number, Estimate>;
  readonly spikes: ReturnType<typeof spikingVerdict> | null;
}

function* runSteps(
  model: PlannedModel,
  chip: Chip,
  profile: RuntimeProfile,
  options: EstimateOptions,
): Steps<Run> {
  const { inference, plan } = model;
  const plain = yield* siteSteps(model, chip, 'chip', dispatchOf(profile), profile.rates);
  const site = { ...plain, training: plain.training && (options.step ?? plain.training) };
  const own = options.sparse ? { ...site, sparse: options.sparse } : site;
  const host = modelFor(chip) ? yield* hostKernels(inference, plan, profile, site.table) : new Set<number>();
  const hostSite =
    host.size > 0 ? yield* siteSteps(model, options.host ?? hostOf(chip), 'host', atOnce) : site;
  const costed = yield* costKernels(inference, plan, ({ index }) => (host.has(index) ? hostSite : own));
  const links = yield* linkKernels(model, host, chip);
  const kernels = [...costed.map(({ cost }) => cost), ...links.costs];
  const spikes = chip.neuromorphic && !modelFor(chip) ? spikingVerdict(plan, chip) : null;
  return { site: own, host, hostChip: hostSite.chip, costed, kernels, links: links.byKernel, spikes };
}

function* sumSteps(
  model: PlannedModel,
  chip: Chip,
  profile: RuntimeProfile,
  { site, costed, kernels, links, spikes }: Run,
): Steps<ChipTotals> {
  const { inference, plan } = model;
  const precision = yield* choiceOf(plan, costed, site);
  const { training } = site;
  const total = yield* totalsOf({ inference, plan, kernels, links, training });
  const spikeJoules = spikes?.joules
    ? { ...spikes.joules, isLowerBound: isOpen(inference), unknownNodes: 0, atMost: null }
    : null;
  const io = transferOfInputsAndOutputs(inference, chip, site.sizing);
  const latency = wholeTotal(total.latencySeconds);
  return {
    chip: chip.id,
    runtime: profile.id,
    precision,
    home: site.home,
    streamedBytes: streamedOverLink(site, costed),
    total: {
      ...total,
      // What is known in part takes longer: how much can be done per second is not known.
      throughput: latency
        ? yield* throughputOf(model, kernels, chip, {
            latency: batchSeconds(latency, site),
            transfer: io.seconds,
            streams: profile.streams && training === null ? yield* streamSeconds(model, site) : null,
          })
        : null,
      joules: total.joules ?? spikeJoules,
      io,
      startSeconds: profile.runSeconds?.value ?? null,
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

function* siteSteps(
  { inference, plan, workload }: PlannedModel,
  chip: Chip,
  placement: 'chip' | 'host',
  dispatch: Dispatch,
  rates?: readonly RuntimeRates[],
): Steps<Site> {
  const table = new FormatTable(chip, workload.precision);
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
    placement,
    table,
    sizing,
    residency,
    home,
    refused,
    training: training && plainStep(training),
    // A processor that is its own host dispatches between its kernels.
    dispatch: traitsOf[chip.class].isHost ? { ...dispatch, queued: false } : dispatch,
    rates,
    runOperations,
  };
}

/** One kernel of its own per partition edge, after the plan's kernels; its time counts with the kernel that waits. */
function* linkKernels(
  { inference, plan, workload }: PlannedModel,
  host: ReadonlySet<number>,
  chip: Chip,
): Steps<{ costs: KernelCost[]; byKernel: Map<number, Estimate> }> {
  const byKernel = new Map<number, Estimate>();
  const costs: KernelCost[] = [];
  const edges = yield* crossings(inference, plan, host);
  const machine = machineFor(chip, 'fp32');
  edges.list.forEach(({ kernel, bytes }, i) => {
    const seconds = linkSeconds(machine, bytes);
    if (seconds) byKernel.set(kernel, seconds);
    costs.push({
      kernel: plan.kernels.length + i,
      placement: 'chip',
      precision: workload.precision,
      seconds,
      common: null,
      joules: null,
      parts: seconds && { compute: 0, memory: 0, overhead: seconds.value },
      bytes: { 'host link': bytes },
      bound: 'link',
      utilisation: null,
    });
  });
  return { costs, byKernel };
}
