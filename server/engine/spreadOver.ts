import type { ChipAnalysis, Prepared } from './analyse';
import { blocksOf } from './blocks/blocks';
import { modelMemory, type Chip } from './chips/chip';
import { collectiveTime } from './collectives/collectiveTime';
import { added, scale } from './cost/interval';
import { runtimeFor } from './cost/runtimes';
import type { ChipCost, Estimate, KernelCost, NodeCost, Total } from './cost/types';
import { howMany, nodeSize, type HowMany, type HowManyQuestion } from './howMany';
import { addTo, largest } from './lists';
import { ganttOf } from './mapping/parallel/gantt';
import { placedCall } from './mapping/parallel/layout';
import type { Limit } from './mapping/parallel/placement';
import type { RankRun } from './mapping/parallel/rankChain';
import type { RankedSplit } from './mapping/parallel/search';
import type { Exchange, Spread, SpreadNodes } from './mapping/parallel/spread';
import { splitLabel } from './mapping/parallel/splits';
import type { SharingDevices } from './mapping/pinned/shared';
import { problem, type Problem } from './problem';
import { RankChains } from './rankChains';
import { runPolitely, type Scheduler } from './scheduler';
import { layersOf, splitSummary } from './splitSummary';
import { chipsOf } from './systems/chosen';
import type { ChipLookUp } from './systems/load';

/** A model that devices share as a mapping says. */
export interface SpreadQuestion {
  readonly prepared: Prepared;
  readonly devices: SharingDevices;
  /** Runs what the runtime cannot put on the chip; undefined: the processor of the system. */
  readonly host: Chip | undefined;
  readonly lookUp: ChipLookUp;
}

/**
 * What a model costs on devices that share it: of each node what it takes in a step on each of its stage's devices, with what they say to each
 * other behind it; in total the step of all of them, in memory the device that has most. Joules are unknown, since nothing is known of what
 * devices draw that wait for each other.
 */
export async function spreadOver(
  { prepared, devices, host, lookUp }: SpreadQuestion,
  scheduler: Scheduler,
): Promise<ChipAnalysis | Problem> {
  const { split, ...place } = devices;
  const own = chipsOf(place.system, lookUp).host;
  const question: HowManyQuestion = {
    ...{ ...place, prepared, lookUp, objective: 'latency', splits: [split] },
    host: host ?? (own === null ? undefined : lookUp(own)),
  };
  const found = await howMany(question, scheduler);
  const [best] = found.ranked;
  if (!best) return refusal(devices, found.refused[0]?.limit);
  const { profile } = runtimeFor(place.chip, prepared.workload.runtime, prepared.model.origin.format);
  const blocks = await runPolitely(blocksOf(prepared.inference), scheduler);
  const chip = withRoomOf(place.chip, split.pp);
  const run = await new RankChains({ ...question, chip, blocks, profile }).whole(best, scheduler);
  if ('kind' in run) return refusal(devices, undefined);
  const nodes: SpreadNodes = {
    stageOf: blocks.blockOfNode.map((block) => best.stages.findIndex(({ to }) => block < to)),
    exchanges: exchangesOf(run, best, question),
  };
  const spread: Spread = {
    ...splitSummary(best, found),
    system: { id: place.system.id, name: place.system.name },
    device: { id: place.device, name: place.chip.name },
    unit: found.unit.name,
    layers: layersOf(found),
    gantt: ganttOf(best, found.step),
  };
  return asShared(run.analysis, { spread: { ...spread, nodes }, found, chip: place.chip });
}

function refusal({ system, split }: SharingDevices, limit: Limit | undefined): Problem {
  const told = { system: system.name, split: splitLabel(split) };
  if (limit?.kind !== 'memory') return problem('warning', 'mapping.split-refused', told);
  return problem('warning', 'mapping.split-memory', { ...told, needed: limit.bytes, capacity: limit.usable });
}

/** A chip with the memory of all stages, on which all of them are costed together: none of them streams weights. */
function withRoomOf(chip: Chip, stages: number): Chip {
  const home = modelMemory(chip);
  if (stages === 1 || !home?.capacityBytes) return chip;
  const capacityBytes = { ...home.capacityBytes, value: home.capacityBytes.value * stages };
  return { ...chip, memory: chip.memory.map((one) => (one === home ? { ...one, capacityBytes } : one)) };
}

/** What devices say to each other, by the node behind which they do; what the search knows the time of is known here. */
function exchangesOf(
  { calls, prepared }: RankRun,
  { split }: RankedSplit,
  { system, device, count, lookUp }: HowManyQuestion,
): SpreadNodes['exchanges'] {
  const isTraining = prepared.workload.phase === 'training';
  const layout = { split, isTraining, node: nodeSize(system, device, count) };
  const found = new Map<number, Exchange[]>();
  for (const { node, group, collective, bytes, times } of calls) {
    if (bytes === null) continue;
    const call = placedCall({ group, collective, bytes }, layout);
    const { seconds } = collectiveTime(system, device, call, lookUp);
    if (seconds) addTo(found, node, { collective, members: call.members, bytes, seconds, times });
  }
  return found;
}

interface Shared {
  readonly spread: NonNullable<ChipAnalysis['spread']>;
  readonly found: HowMany;
  readonly chip: Chip;
}

/** The analysis of one device as one of all that share the model. */
function asShared(analysis: ChipAnalysis, { spread, found, chip }: Shared): ChipAnalysis {
  const { timeline, fit, problems } = analysis;
  const { stages, split } = spread;
  const bytes = largest(stages.map((stage) => stage.bytes));
  const isOneStage = split.pp === 1;
  const weights = largest(stages.map(({ memory }) => memory.weights));
  const { capacityBytes, reserveBytes } = found.room;
  return {
    ...analysis,
    chip,
    cost: sharedCost(analysis, spread, found),
    // Over time memory is told of all stages together. Values have the sizes, and the numbers, of one device's model.
    timeline: {
      ...timeline,
      ...(!isOneStage && { points: [], weights: { known: weights, isWhole: true } }),
      buffers: null,
      highWaterBytes: bytes,
      leastBytes: bytes,
    },
    fit: {
      ...fit,
      ...{ capacityBytes, reserveBytes, highWaterBytes: bytes, leastBytes: bytes, mostBytes: null },
      highWaterNode: isOneStage ? fit.highWaterNode : null,
      fits: capacityBytes === null ? null : true,
      fitsUnknown: capacityBytes === null ? 'capacity' : null,
      streamedBytes: 0,
    },
    spread,
    problems: problems.filter(({ code }) => !ofOneDevice.has(code)),
  };
}

/** Said of a model that one device has alone. */
const ofOneDevice: ReadonlySet<string> = new Set([
  'memory-too-small',
  'memory-too-small-training',
  'cost.does-not-fit',
  'cost.weights-streamed',
]);

/** Nodes and totals of a step. In training a device's run is the whole step already. */
function sharedCost(
  { cost, plan }: ChipAnalysis,
  { nodes: { exchanges }, microBatches, seconds, split }: Shared['spread'],
  { step, batch }: HowMany,
): ChipCost {
  const runs = step === 'training' ? 1 : microBatches;
  const passes = step === 'training' ? microBatches : 1;
  const nodes = cost.nodes.map((node) => ({ ...node, seconds: node.seconds && scale(node.seconds, runs) }));
  const kernels: KernelCost[] = [...cost.kernels];
  for (const [index, list] of exchanges) {
    for (const one of list) {
      nodes[index] = withExchange(nodes[index]!, scale(one.seconds, one.times * runs * passes));
      const before = plan.kernelOfNode[index]!;
      kernels.push({ ...exchangeKernel(one, passes), kernel: kernels.length, before });
    }
  }
  const ofStage = (total: Total): Total => ({
    ...total,
    value: total.value === null ? null : (total.value * runs) / split.pp,
  });
  const { total } = cost;
  return {
    ...cost,
    kernels,
    nodes,
    streamedBytes: 0,
    total: {
      ...total,
      latencySeconds: { ...seconds, isLowerBound: false, unknownNodes: 0, atMost: null },
      throughput: { samplesPerSecond: (batch ?? split.dp) / seconds.value, concurrency: 1 },
      ...{ joules: null, joulesParts: null },
      operations: ofStage(total.operations),
      eliminatedOperations: ofStage(total.eliminatedOperations),
      bytes: ofStage(total.bytes),
    },
  };
}

function withExchange(node: NodeCost, seconds: Estimate): NodeCost {
  if (!node.seconds) return node;
  const bound = seconds.value > node.seconds.value ? 'link' : node.bound;
  return { ...node, seconds: added(node.seconds, seconds), bound };
}

/** An exchange as a kernel of no node, of one micro-batch as others are. */
function exchangeKernel(
  { seconds, times, bytes }: Exchange,
  passes: number,
): Omit<KernelCost, 'kernel' | 'before'> {
  const all = scale(seconds, times * passes);
  return {
    unit: 0,
    precision: '',
    seconds: all,
    common: null,
    joules: null,
    joulesParts: null,
    parts: { compute: 0, memory: 0, overhead: all.value },
    bytes: { 'device link': bytes },
    farWeightBytes: 0,
    bound: 'link',
    utilisation: null,
  };
}
