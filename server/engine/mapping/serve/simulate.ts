import { seeded } from '../../random';
import type { Steps } from '../../scheduler';
import { promptWork } from './prompt';
import { cacheRoom } from './room';
import { Replica, type Finished } from './replica';
import type { Policy, StepModel, Traffic } from './types';
import { rolesOf, transferSeconds } from './steady';

/** How much is simulated. */
export interface Simulation {
  readonly seed: number;
  /** Requests that are counted. */
  readonly requests: number;
  /** Requests before them, while the service fills. */
  readonly warmUp: number;
  /** Steps after which it ends, however many were answered. */
  readonly mostSteps: number;
}

export const usualSimulation: Simulation = { seed: 1, requests: 2000, warmUp: 300, mostSteps: 2_000_000 };

/** Seconds that a share of requests stays below. */
interface Percentiles {
  readonly mean: number;
  readonly p50: number;
  readonly p99: number;
}

/** What a simulation counted; null where too few requests were answered. */
export interface Simulated {
  readonly seed: number;
  readonly requests: number;
  readonly ttft: Percentiles;
  /** Of each answer the mean time between its tokens. */
  readonly tpot: Percentiles;
  readonly latency: Percentiles;
  /** Of all replicas, in the time that was counted. */
  readonly tokensPerSecond: number;
  /** Sequences in a replica that were decoded at a time, mean over time. */
  readonly batch: number;
  /** Requests in a replica, waiting ones too, mean over time. */
  readonly inside: number;
  /** Requests that were put back because the cache was full, of all that were counted. */
  readonly preempted: number;
}

/** Fewer answers say nothing of percentiles. */
const leastAnswers = 50;

/**
 * A service step by step: requests come at random (or each user asks again once answered), a replica admits those that it has room
 * for, and every step makes a token for each. Replicas get requests at random, so that one stands for all of them. Where
 * roles are apart, one replica of each role stands for its kind. Equal seeds give equal results.
 */
export function* simulate(
  model: StepModel,
  traffic: Traffic,
  policy: Policy,
  options: Simulation = usualSimulation,
): Steps<Simulated | null> {
  if (cacheRoom(model, traffic, policy).wholeBatch < 1) return null;
  const { seed, requests, warmUp, mostSteps } = options;
  const random = seeded(seed);
  const { decoders } = rolesOf(policy);
  const replica = new Replica(model, traffic, policy);
  const next = arrivals(model, traffic, policy, random);
  const finished: Finished[] = [];
  let [steps, from] = [0, 0];
  const { arrival } = traffic;
  const users = arrival.kind === 'closed' ? Math.max(1, Math.round(arrival.users / decoders)) : 0;
  const again = readers(model, traffic, policy);
  // Users do not all ask at once: each asks first at a random time of one turn.
  const turn = traffic.outputTokens * model.decodeSeconds(Math.max(1, users), traffic.promptTokens);
  const firsts = Array.from({ length: users }, () => random() * turn).sort((a, b) => a - b);
  for (const first of firsts) replica.ask(first, again(first));
  if (!users) replica.ask(...next());
  while (finished.length < warmUp + requests && steps < mostSteps) {
    while (!users && replica.askedLast <= replica.now) replica.ask(...next());
    const done = replica.advance();
    if (done === null) break;
    for (const one of done) {
      if (finished.length === warmUp) {
        from = one.end;
        replica.countAnew();
      }
      finished.push(one);
      if (users) replica.ask(one.end, again(one.end));
    }
    if ((++steps & 255) === 0) yield;
  }
  const counted = finished.slice(warmUp, warmUp + requests);
  if (counted.length < leastAnswers) return null;
  // Users do not divide evenly: the replica that is looked at stands for its share of them.
  const share = arrival.kind === 'closed' ? arrival.users / users : decoders;
  return summary(counted, { seed, from, share, replica, traffic });
}

/** When the prompt of a user's request is read: at once where its own replica does it, else by a share of the replicas that read prompts. */
function readers(model: StepModel, traffic: Traffic, policy: Policy): (asked: number) => number {
  if (policy.prefillReplicas === null) return (asked) => asked;
  const { prefillers, decoders } = rolesOf(policy);
  const reading = promptWork(model, traffic, policy).seconds;
  const moved = transferSeconds(model, traffic, policy);
  let free = 0;
  return (asked) => {
    const start = Math.max(asked, free);
    free = start + (reading * decoders) / prefillers;
    return start + reading + moved;
  };
}

/** Times at which requests ask, and at which their prompt is read where another replica does that. */
function arrivals(
  model: StepModel,
  traffic: Traffic,
  policy: Policy,
  random: () => number,
): () => readonly [asked: number, ready: number] {
  const { arrival } = traffic;
  const perSecond = arrival.kind === 'rate' ? arrival.perSecond : 0;
  const prefillers = policy.prefillReplicas ?? 0;
  const { decoders } = rolesOf(policy);
  const reading = promptWork(model, traffic, policy).seconds;
  const moved = transferSeconds(model, traffic, policy);
  const free = Array<number>(prefillers).fill(0);
  let at = 0;
  const later = (rate: number): number => (at += -Math.log(1 - random()) / rate);
  if (prefillers === 0) return () => [later(perSecond / decoders), at];
  // All requests go through the replicas that read prompts; one in so many comes to the replica that is looked at.
  return () => {
    for (;;) {
      later(perSecond);
      const server = Math.floor(random() * prefillers);
      const end = Math.max(at, free[server]!) + reading;
      free[server] = end;
      if (random() * decoders < 1) return [at, end + moved];
    }
  };
}

function summary(
  counted: readonly Finished[],
  of: {
    readonly seed: number;
    readonly from: number;
    readonly share: number;
    readonly replica: Replica;
    readonly traffic: Traffic;
  },
): Simulated {
  const { seed, from, share, replica, traffic } = of;
  const steps = Math.max(1, traffic.outputTokens - 1);
  const seconds = replica.now - from;
  const { batch, inside, preempted } = replica.means();
  return {
    seed,
    requests: counted.length,
    ttft: percentiles(counted.map(({ asked, first }) => first - asked)),
    tpot: percentiles(counted.map(({ first, end }) => (end - first) / steps)),
    latency: percentiles(counted.map(({ asked, end }) => end - asked)),
    tokensPerSecond: (share * (counted.length - 1) * traffic.outputTokens) / seconds,
    ...{ batch, inside, preempted },
  };
}

function percentiles(values: readonly number[]): Percentiles {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number): number =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)]!;
  return { mean: sorted.reduce((sum, one) => sum + one, 0) / sorted.length, p50: at(0.5), p99: at(0.99) };
}
