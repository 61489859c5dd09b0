import { blocksOf } from './blocks/blocks';
import { collectiveTime } from './collectives/collectiveTime';
import { costsOn } from './analyse';
import { runtimeFor } from './cost/runtimes';
import { nodeSize, type HowManyQuestion } from './howMany';
import { placed, type World } from './mapping/parallel/placement';
import { divisorsOf } from './mapping/parallel/splits';
import { isWithin, serve, type Service, type ServeOptions } from './mapping/serve/serve';
import { withCache } from './mapping/serve/stepTable';
import type { Policy, Traffic } from './mapping/serve/types';
import { roomOf, usableBytes } from './memory/fit';
import { inPhase } from './phasesOf';
import { RankChains } from './rankChains';
import { runPolitely, type Scheduler } from './scheduler';
import { cacheShare, stepModelFrom, type EstimateAt, type Estimated } from './servingOf';
import type { Phase } from './workload';

/** A language model as a service on equal devices of a system. */
export interface ServingSplitsQuestion extends Omit<HowManyQuestion, 'objective'>, ServeOptions {
  readonly traffic: Traffic;
  /** `replicas` are those of one device each: as many as devices, unless `replicas` below says how many there are. */
  readonly policy: Policy;
  /** Null: as many as there are devices for. */
  readonly replicas: number | null;
  readonly cacheBits: number | null;
}

/** A service of replicas of which each is so many devices that divide its matrices among them. */
export interface SplitService {
  readonly tp: number;
  readonly service: Service;
}

/** The services that there are devices for, the best first; none where nothing is known of any. */
export async function servingSplits(
  question: ServingSplitsQuestion,
  scheduler: Scheduler,
): Promise<readonly SplitService[]> {
  const { prepared, system, device, count, chip, host, policy, replicas: wanted, cacheBits } = question;
  const { cost } = await costsOn(prepared, chip, scheduler, host);
  const share = cacheShare(cacheBits, cost.precision.activations);
  if (share === null) return [];
  const chainsAt = chainsByPhase(question, scheduler);
  const found: SplitService[] = [];
  for (const tp of divisorsOf(nodeSize(system, device, count))) {
    const replicas = wanted ?? Math.floor(count / tp);
    if (replicas * tp > count || replicas <= (policy.prefillReplicas ?? 0)) continue;
    const own = { ...question, policy: { ...policy, replicas } };
    const at: EstimateAt = async (phase, roles) =>
      estimated(question, { tp, phase, roles }, await chainsAt(phase, roles), scheduler);
    const model = await stepModelFrom(own, { devices: tp, growth: 4 }, at);
    if (!model) continue;
    const steps = serve(withCache(model, share), own.traffic, own.policy, own);
    found.push({ tp, service: await runPolitely(steps, scheduler) });
  }
  return found.sort((a, b) => rankOf(b.service) - rankOf(a.service));
}

/** First what keeps the limits at this load, then what keeps up, each by the tokens per second that its devices give within the limits. */
function rankOf({ steady, traffic, best, curve, policy, devicesPerReplica }: Service): number {
  const level = isWithin(steady, traffic) ? 2 : steady.saturated ? 0 : 1;
  const rate = (best ?? curve.at(-1))?.tokensPerSecondPerDevice ?? 0;
  return level * largeRate + rate * policy.replicas * devicesPerReplica;
}

/** More tokens per second than any system gives. */
const largeRate = 1e12;

/** Sizes of the model, by role. */
type Roles = Readonly<Record<string, number>>;

/** Chains of the model in a phase at some sizes, each made once for all numbers of devices. */
function chainsByPhase(
  question: ServingSplitsQuestion,
  scheduler: Scheduler,
): (phase: Phase, roles: Roles) => Promise<RankChains> {
  const { chip } = question;
  const known = new Map<string, Promise<RankChains>>();
  const made = async (phase: Phase, roles: Roles): Promise<RankChains> => {
    const prepared = await inPhase(question.prepared, phase, roles, scheduler);
    const { profile } = runtimeFor(chip, prepared.workload.runtime, prepared.model.origin.format);
    const blocks = await runPolitely(blocksOf(prepared.inference), scheduler);
    return new RankChains({ ...question, prepared, blocks, profile });
  };
  return (phase, roles) => {
    const key = JSON.stringify([phase, roles]);
    const found = known.get(key) ?? made(phase, roles);
    known.set(key, found);
    return found;
  };
}

/** A phase of a replica; whether it fits is asked of the caches later. NaN is unknown. */
async function estimated(
  { system, device, count, chip, lookUp }: ServingSplitsQuestion,
  { tp, phase, roles }: { readonly tp: number; readonly phase: Phase; readonly roles: Roles },
  chains: RankChains,
  scheduler: Scheduler,
): Promise<Estimated> {
  const split = { tp, pp: 1, dp: 1, ep: 1, cp: 1 };
  const schedule = { name: '1f1b', chunks: 1, microBatches: 1 } as const;
  const candidate = { split, microBatch: roles['batch'] ?? 1, schedule };
  const chain = await chains.of(candidate, scheduler);
  const world: World = {
    time: (call) => collectiveTime(system, device, call, lookUp),
    room: { capacityBytes: null, reserveBytes: null },
    node: nodeSize(system, device, count),
    step: phase === 'decode' ? 'steady' : 'flushed',
    // Of training alone.
    overlaps: true,
  };
  const step = 'kind' in chain ? null : placed(candidate, chain, world);
  const usable = usableBytes(roomOf(chip, chains.profile));
  if (!step || 'limit' in step || usable === null) return { seconds: NaN, free: NaN };
  return { seconds: step.seconds.value, free: tp * (usable - step.stages[0]!.memory.bytes) };
}
