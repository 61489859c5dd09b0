import { homeOf } from './levels';
import { hostOf } from '../chips/hosts';
import type { Chip } from '../chips/chip';
import type { Inference } from '../inference/types';
import { movedBytes } from '../kernels/operands';
import { dispatchSecondsOf, type RuntimeProfile } from '../kernels/profile';
import type { Kernel, KernelPlan } from '../kernels/types';
import type { Problem } from '../problem';
import { isStepDue, runPolitely, runThrough, type Scheduler, type Steps } from '../scheduler';
import { modelFor } from './classes/index';
import { spikingProblem, spikingVerdict } from './classes/neuromorphic/spiking';
import { Total, scale } from './interval';
import { costKernel, isStreamed, type CostedKernel, type Site } from './kernelCost';
import { FormatTable } from './kernelFormat';
import { linkSeconds, transferOfInputsAndOutputs } from './link';
import { crossings, hostKernels } from './placement';
import { choiceOf, fallbackOf, problemsOf } from './notes';
import { Residency } from './residency';
import { Sizing } from './sizing';
import { shareOut } from './shares';
import { machineFor } from './machine';
import { throughputOf } from './throughput';
import { trainingBytes, trainingOperations } from './training';
import type { ChipCost, Estimate, KernelCost, PlannedModel } from './types';

export interface EstimateOptions {
  /** Where kernels run that the runtime cannot put on the chip. */
  readonly host?: Chip;
  /** Ids of weights that are in the 2:4 pattern: chips that know it skip their zeros. */
  readonly sparse?: ReadonlySet<number>;
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

function* estimateSteps(
  model: PlannedModel,
  chip: Chip,
  profile: RuntimeProfile,
  options: EstimateOptions,
): Steps<ChipCost> {
  const { inference, plan } = model;
  const site = yield* siteSteps(model, chip, 'chip', dispatchSecondsOf(profile) ?? 0);
  const own = options.sparse ? { ...site, sparse: options.sparse } : site;
  const host = modelFor(chip) ? yield* hostKernels(inference, plan, profile, site.table) : new Set<number>();
  const hostSite = host.size > 0 ? yield* siteSteps(model, options.host ?? hostOf(chip), 'host', 0) : site;
  const costed: CostedKernel[] = [];
  for (const kernel of plan.kernels) {
    costed.push(costKernel(inference, kernel, host.has(kernel.index) ? hostSite : own));
    yield;
  }
  const links = yield* linkKernels(model, host, chip);
  const kernels = [...costed.map(({ cost }) => cost), ...links.costs];
  const machines = costed.map(({ machine }) => machine);
  const nodes = yield* shareOut(model, kernels, machines, links.byKernel);
  const problems: Problem[] = yield* problemsOf(
    chip,
    site,
    costed,
    host,
    fallbackOf(inference, plan, host, profile.name, hostSite.chip.name),
  );
  const spikes = chip.neuromorphic && !modelFor(chip) ? spikingVerdict(plan, chip) : null;
  if (spikes) problems.push(spikingProblem(chip, spikes));
  const precision = yield* choiceOf(plan, costed, site);
  const total = yield* totals(inference.isPartial, plan, kernels, links.byKernel, site.training);
  const io = transferOfInputsAndOutputs(inference, chip, site.sizing);
  return {
    chip: chip.id,
    runtime: profile.id,
    precision,
    home: site.home,
    streamedBytes: streamedOverLink(site, costed),
    kernels,
    nodes,
    total: {
      latencySeconds: total.seconds,
      isPartial: inference.isPartial,
      // What is not all there takes longer: how much can be done per second is not known.
      throughput:
        total.seconds && !inference.isPartial
          ? yield* throughputOf(model, kernels, chip, total.seconds.value, io.seconds)
          : null,
      joules: total.joules ?? spikes?.joules ?? null,
      operations: total.operations,
      eliminatedOperations: yield* eliminatedOperations(inference, plan),
      bytes: total.bytes,
      io,
      startSeconds: profile.runSeconds?.value ?? null,
    },
    problems,
  };
}

/** Bytes of weights that a run brings over the host link; none where there is no link, or nothing runs. */
function streamedOverLink(site: Site, costed: readonly CostedKernel[]): number {
  const hasLink = (costed[0]?.machine?.link ?? null) !== null;
  return site.refused || !hasLink || !isStreamed(costed) ? 0 : site.residency.streamedBytes;
}

/** Operations of nodes in no kernel: the runtime computes them at load time, merges them with equal ones or drops them. */
function* eliminatedOperations(inference: Inference, plan: KernelPlan): Steps<number | null> {
  let sum: number | null = 0;
  for (const { index, work, repeat } of inference.nodes) {
    if (isStepDue(index)) yield;
    if (plan.kernelOfNode[index] !== -1) continue;
    const operations = work?.operations;
    if (inference.isPartial && !operations) continue;
    sum = added(sum, operations ? operations.matrix + operations.vector + operations.special : null, repeat);
  }
  return sum;
}

/** A chip or host as a place to run this model's kernels. */
export function siteOf(...args: Parameters<typeof siteSteps>): Site {
  return runThrough(siteSteps(...args));
}

function* siteSteps(
  { inference, plan, workload }: PlannedModel,
  chip: Chip,
  placement: 'chip' | 'host',
  dispatchSeconds: number,
): Steps<Site> {
  const table = new FormatTable(chip, workload.precision);
  const machine = machineFor(chip, table.resolve('fp32') ?? 'fp32');
  const sizing = yield* Sizing.of(inference, table);
  const residency = yield* Residency.of(inference, plan, sizing, machine);
  const training = workload.phase === 'training';
  const cannotHold = modelFor(chip)?.mustFit === true && residency.shortage() !== null;
  const refused = cannotHold || (training && !chip.phase.includes('training'));
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
    training,
    dispatchSeconds,
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
      joules: null,
      parts: seconds && { compute: 0, memory: 0, overhead: seconds.value },
      bytes: { 'host link': bytes },
      bound: 'link',
      utilisation: null,
    });
  });
  return { costs, byKernel };
}

function added(sum: number | null, part: number | null, repeat: number | null): number | null {
  return sum === null || part === null || repeat === null ? null : sum + part * repeat;
}

function operationsOf(kernel: Kernel, training: boolean): number | null {
  const work = kernel.operations;
  if (!work) return null;
  return training ? trainingOperations(kernel, work) : work.matrix + work.vector + work.special;
}

function bytesOf(kernel: Kernel, training: boolean): number | null {
  const moved = movedBytes(kernel);
  return training && moved !== null
    ? trainingBytes(kernel, moved, (kernel.operations?.matrix ?? 0) > 0)
    : moved;
}

interface Totals {
  readonly seconds: Estimate | null;
  readonly joules: Estimate | null;
  readonly operations: number | null;
  readonly bytes: number | null;
}

/**
 * Sums over kernels × repeat; one unknown part makes the sum unknown. Of a model that is not all there the parts that are
 * known are summed: at least so much.
 */
class Sums {
  private readonly seconds = new Total();
  private readonly joules = new Total();
  private operations: number | null = 0;
  private bytes: number | null = 0;
  private timesKnown = true;
  private joulesKnown = true;

  /** @param isAny a kernel is known: without one nothing is, which is not the same as no time */
  constructor(private isAny: boolean) {}

  add(kernel: Kernel, { seconds, joules }: KernelCost, moved: number | null, training: boolean): void {
    const { repeat, operatorClass } = kernel;
    this.isAny = true;
    if (seconds && repeat !== null) this.seconds.add(operatorClass, seconds, repeat);
    else this.timesKnown = false;
    if (joules && repeat !== null) this.joules.add(operatorClass, joules, repeat);
    else this.joulesKnown = false;
    this.operations = added(this.operations, operationsOf(kernel, training), repeat);
    this.bytes = added(this.bytes, moved, repeat);
  }

  /** A transfer that a kernel waits for. */
  addLink(link: Estimate, repeat: number | null): void {
    if (repeat !== null) this.seconds.add('link', scale(link, repeat));
  }

  noteUnknownTransfer(): void {
    this.timesKnown = false;
  }

  get(): Totals {
    const { isAny, timesKnown } = this;
    return {
      seconds: timesKnown && isAny ? this.seconds.get() : null,
      joules: this.joulesKnown && timesKnown && isAny ? this.joules.get() : null,
      operations: isAny ? this.operations : null,
      bytes: isAny ? this.bytes : null,
    };
  }
}

/** The sums of a whole run; `links` are the transfers by the kernel that waits for them. */
function* totals(
  isPartial: boolean,
  plan: KernelPlan,
  kernels: readonly KernelCost[],
  links: ReadonlyMap<number, Estimate>,
  training: boolean,
): Steps<Totals> {
  const sums = new Sums(!isPartial && plan.kernelOfNode.length > 0);
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    const moved = bytesOf(kernel, training);
    if (isPartial && isUnknown(kernel, moved)) continue;
    sums.add(kernel, kernels[kernel.index]!, moved, training);
    const link = links.get(kernel.index);
    if (link) sums.addLink(link, kernel.repeat);
  }
  if (kernels.slice(plan.kernels.length).some((link) => link.seconds === null)) sums.noteUnknownTransfer();
  const total = sums.get();
  return plan.kernels.length > 0 ? total : { ...total, joules: null };
}

/** A kernel whose work is not known: sizes depend on what is missing. */
function isUnknown({ operations, repeat }: Kernel, moved: number | null): boolean {
  return operations === null || moved === null || repeat === null;
}
