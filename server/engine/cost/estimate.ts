import { hostOf } from '../chips/hosts';
import type { Chip } from '../chips/chip';
import type { Inference } from '../inference/types';
import { movedBytes } from '../kernels/operands';
import { dispatchSecondsOf, type RuntimeProfile } from '../kernels/profile';
import type { Kernel, KernelPlan } from '../kernels/types';
import type { Problem } from '../problem';
import { isStepDue, runPolitely, runThrough, type Scheduler, type Steps } from '../scheduler';
import type { Workload } from '../workload';
import { modelFor } from './classes/index';
import { spikingProblem, spikingVerdict } from './classes/neuromorphic';
import { Total, scale } from './interval';
import { costKernel, type CostedKernel, type Site } from './kernelCost';
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
import type { ChipCost, Estimate, KernelCost } from './types';

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
  inference: Inference,
  plan: KernelPlan,
  chip: Chip,
  profile: RuntimeProfile,
  workload: Workload,
  options: EstimateOptions = {},
): ChipCost {
  return runThrough(estimateSteps(inference, plan, chip, profile, workload, options));
}

/** As {@link estimateChip}, giving way to other work and stopping when it is cancelled. */
export async function estimateChipWith(
  scheduler: Scheduler,
  ...args: Parameters<typeof estimateChip>
): Promise<ChipCost> {
  const [inference, plan, chip, profile, workload, options] = args;
  return runPolitely(estimateSteps(inference, plan, chip, profile, workload, options ?? {}), scheduler);
}

function* estimateSteps(
  inference: Inference,
  plan: KernelPlan,
  chip: Chip,
  profile: RuntimeProfile,
  workload: Workload,
  options: EstimateOptions,
): Steps<ChipCost> {
  const site = yield* siteSteps(inference, plan, chip, 'chip', workload, dispatchSecondsOf(profile) ?? 0);
  const own = options.sparse ? { ...site, sparse: options.sparse } : site;
  const host = modelFor(chip) ? yield* hostKernels(inference, plan, profile, site.table) : new Set<number>();
  const hostSite =
    host.size > 0
      ? yield* siteSteps(inference, plan, options.host ?? hostOf(chip), 'host', workload, 0)
      : site;
  const costed: CostedKernel[] = [];
  for (const kernel of plan.kernels) {
    costed.push(costKernel(inference, kernel, host.has(kernel.index) ? hostSite : own));
    yield;
  }
  const links = yield* linkKernels(inference, plan, host, chip, workload);
  const kernels = [...costed.map(({ cost }) => cost), ...links.costs];
  const nodes = yield* shareOut(
    inference,
    plan,
    kernels,
    costed.map(({ machine }) => machine),
    links.byKernel,
  );
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
    kernels,
    nodes,
    total: {
      latencySeconds: total.seconds,
      isPartial: inference.isPartial,
      // What is not all there takes longer: how much can be done per second is not known.
      throughput:
        total.seconds && !inference.isPartial
          ? yield* throughputOf(inference, plan, kernels, chip, total.seconds.value, io.seconds)
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
  inference: Inference,
  plan: KernelPlan,
  chip: Chip,
  placement: 'chip' | 'host',
  workload: Workload,
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
  return { chip, placement, table, sizing, residency, refused, training, dispatchSeconds, runOperations };
}

/** One kernel of its own per partition edge, after the plan's kernels; its time counts with the kernel that waits. */
function* linkKernels(
  inference: Inference,
  plan: KernelPlan,
  host: ReadonlySet<number>,
  chip: Chip,
  workload: Workload,
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
function* totals(
  isPartial: boolean,
  plan: KernelPlan,
  kernels: readonly KernelCost[],
  links: ReadonlyMap<number, Estimate>,
  training: boolean,
): Steps<Totals> {
  const seconds = new Total();
  const joules = new Total();
  let operations: number | null = 0;
  let bytes: number | null = 0;
  let timesKnown = true;
  let joulesKnown = true;
  // Without a known kernel (a file that breaks off early) nothing is known, which is not the same as no time.
  let isAny = !isPartial && plan.kernelOfNode.length > 0;
  for (const kernel of plan.kernels) {
    if (isStepDue(kernel.index)) yield;
    const cost = kernels[kernel.index]!;
    const repeat = kernel.repeat;
    const moved = bytesOf(kernel, training);
    if (isPartial && isUnknown(kernel, moved)) continue;
    isAny = true;
    if (cost.seconds && repeat !== null) seconds.add(kernel.operatorClass, cost.seconds, repeat);
    else timesKnown = false;
    if (cost.joules && repeat !== null) joules.add(kernel.operatorClass, cost.joules, repeat);
    else joulesKnown = false;
    const link = links.get(kernel.index);
    if (link && repeat !== null) seconds.add('link', scale(link, repeat));
    operations = added(operations, operationsOf(kernel, training), repeat);
    bytes = added(bytes, moved, repeat);
  }
  if (kernels.slice(plan.kernels.length).some((link) => link.seconds === null)) timesKnown = false;
  return {
    seconds: timesKnown && isAny ? seconds.get() : null,
    joules: joulesKnown && timesKnown && isAny && plan.kernels.length > 0 ? joules.get() : null,
    operations: isAny ? operations : null,
    bytes: isAny ? bytes : null,
  };
}

/** A kernel whose work is not known: sizes depend on what is missing. */
function isUnknown({ operations, repeat }: Kernel, moved: number | null): boolean {
  return operations === null || moved === null || repeat === null;
}
