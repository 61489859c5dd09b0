import { promptWork, type PromptWork } from './prompt';
import { cacheRoom, meanContext, type CacheRoom } from './room';
import type { Bottleneck, Policy, SteadyState, StepModel, Traffic } from './types';

/** Sequences beyond which the chance of more is left out. */
const mostSequences = 65_536;
const halvings = 50;

/** Shares of replicas: what reads prompts, what decodes, and how many requests come to each in a second. */
interface Roles {
  readonly prefillers: number;
  readonly decoders: number;
}

/** Who reads prompts and who decodes: each replica does both where roles are not apart. */
export function rolesOf({ replicas, prefillReplicas }: Policy): Roles {
  return prefillReplicas === null
    ? { prefillers: replicas, decoders: replicas }
    : { prefillers: prefillReplicas, decoders: replicas - prefillReplicas };
}

/**
 * A service in the long run, in closed form.
 *
 * Decoding is a queue in which all sequences are served at once, each at the speed of a step with as many sequences
 * as there are. Where requests come at random, the chance of n sequences is in proportion to ρ^n D(1) D(2) … D(n) / n!, with ρ the steps
 * that are asked for in a second and D(n) the seconds of a step; it depends on the mean length of answers alone (Kelly 1979, Reversibility and Stochastic Networks,
 * chapter 3; Cohen 1979). Beyond the room for caches they wait. Reading prompts is a queue of its own, M/D/1, that goes first: steps of decoding take
 * 1 / (1 - its share of the time) as long. Little's law gives times from numbers.
 */
export function steadyState(model: StepModel, traffic: Traffic, policy: Policy): SteadyState {
  const { arrival } = traffic;
  return arrival.kind === 'closed'
    ? closedState(model, traffic, policy, arrival.users)
    : openState(model, traffic, policy, arrival.perSecond);
}

function openState(model: StepModel, traffic: Traffic, policy: Policy, rate: number): SteadyState {
  const { prefillers, decoders } = rolesOf(policy);
  const isApart = policy.prefillReplicas !== null;
  const work = promptWork(model, traffic, policy);
  const room = cacheRoom(model, traffic, policy);
  const busy = (rate / prefillers) * work.seconds;
  const steps = traffic.outputTokens - 1;
  const slower = isApart ? 1 : 1 / (1 - busy);
  const context = meanContext(traffic);
  const step = (batch: number): number => slower * model.decodeSeconds(batch, context);
  const asked = (rate / decoders) * steps;
  const base = flowOf(model, traffic, policy, rate);
  if (room.batch < 1) return saturatedBy('memory', base, busy);
  if (busy >= 1) return saturatedBy('prefill', base, 1);
  const found = decoding(asked, step, room.batch);
  if (!found) return saturatedBy(room.batch < policy.mostBatch ? 'memory' : 'decode', base, busy);
  const { served, waiting, some } = found;
  const beside = model.decodeSeconds(Math.max(1, served), context);
  // Chunks take turns: a step has room for so many tokens of prompts, whosever they are.
  const turns = (rate / prefillers) * (work.seconds + work.fullSteps * beside);
  if (turns >= 1) return saturatedBy('prefill', base, busy);
  const queue = rate > 0 ? waiting / (rate / decoders) : 0;
  // A prompt waits for those before it (M/D/1), and for the step of decoding that is under way.
  const reading = work.seconds + work.steps * beside;
  const before = (turns * reading) / (2 * (1 - turns));
  const underWay = isApart ? 0 : (some * beside) / 2;
  const ttft = queue + before + underWay + reading + transferSeconds(model, traffic, policy);
  const tpot = steps > 0 && asked > 0 ? served / asked : step(1);
  return {
    ...base,
    ...{ saturated: null, ttft, tpot, latency: ttft + steps * tpot, batch: served, prefillShare: busy },
    cacheShare: shareOf(room, served * context),
  };
}

const shareOf = ({ tokens }: CacheRoom, used: number): number | null =>
  Number.isFinite(tokens) ? Math.min(1, used / tokens) : null;

/**
 * Mean sequences that are served and that wait, and the chance that some are; null where more come than can be served.
 * @param asked steps per second, of single sequences
 */
function decoding(
  asked: number,
  step: (batch: number) => number,
  most: number,
): { readonly served: number; readonly waiting: number; readonly some: number } | null {
  if (asked <= 0) return { served: 0, waiting: 0, some: 0 };
  const full = Math.min(most, mostSequences);
  const growth = (asked * step(full)) / full;
  if (growth >= 1) return null;
  // Logarithms: weights of hundreds of sequences leave the range of numbers.
  const logs = [0];
  for (let n = 1; n <= full; n++) logs.push(logs[n - 1]! + Math.log((asked * step(n)) / n));
  const top = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = logs.map((log) => Math.exp(log - top));
  const last = weights[full]!;
  // Beyond the last there is room for none more: a geometric tail waits.
  const tail = (last * growth) / (1 - growth);
  const all = weights.reduce((sum, one) => sum + one, tail);
  const served = (weights.reduce((sum, one, n) => sum + one * n, 0) + tail * full) / all;
  const waiting = (last * growth) / (1 - growth) ** 2 / all;
  return { served, waiting, some: 1 - weights[0]! / all };
}

/** As many requests at a time as users, or as there is room for: each user waits for the answer and asks again. */
function closedState(model: StepModel, traffic: Traffic, policy: Policy, users: number): SteadyState {
  const { prefillers, decoders } = rolesOf(policy);
  const work = promptWork(model, traffic, policy);
  const room = cacheRoom(model, traffic, policy);
  if (room.batch < 1) return saturatedBy('memory', flowOf(model, traffic, policy, 0), 0);
  // A step has room for one chunk: no more are decoded than prompts are read while one is answered.
  const steps = traffic.outputTokens - 1 + work.steps;
  const read = work.fullSteps > 0 ? Math.max(1, steps / work.fullSteps) : Infinity;
  const batch = Math.min(users / decoders, room.batch, read);
  const cycle =
    policy.prefillReplicas === null
      ? together(model, traffic, work, batch)
      : apart(model, traffic, policy, { work, batch, perPrefiller: decoders / prefillers });
  const rate = (decoders * batch) / (cycle.ttft + (traffic.outputTokens - 1) * cycle.tpot);
  const queue = (users / decoders - batch) / (rate / decoders);
  const ttft = queue + cycle.ttft;
  return {
    ...flowOf(model, traffic, policy, rate),
    ...{ saturated: null, ttft, tpot: cycle.tpot, latency: ttft + (traffic.outputTokens - 1) * cycle.tpot },
    batch: cycle.decoding,
    prefillShare: Math.min(1, (rate / prefillers) * work.seconds),
    cacheShare: shareOf(room, cycle.decoding * meanContext(traffic)),
  };
}

/** One turn of a user: reading the prompt and answering. */
interface Cycle {
  readonly ttft: number;
  readonly tpot: number;
  /** Sequences that are decoded at a time. */
  readonly decoding: number;
}

/** In a turn of one, the prompts of all others are read too: they delay its steps, and its prompt where it waits for one of them. */
function together(model: StepModel, traffic: Traffic, work: PromptWork, batch: number): Cycle {
  const step = model.decodeSeconds(Math.max(1, batch), meanContext(traffic));
  const steps = traffic.outputTokens - 1;
  const others = Math.max(0, batch - 1) * work.seconds;
  const turn = work.seconds + others + (steps + work.steps) * step;
  if (steps === 0) return { ttft: turn, tpot: step, decoding: 0 };
  const alone = work.seconds + (work.steps / (steps + work.steps)) * (turn - work.seconds);
  const busy = others / turn;
  const ttft = Math.min(turn, alone + (busy * work.seconds) / (2 * (1 - busy)));
  return { ttft, tpot: (turn - ttft) / steps, decoding: batch };
}

/** Those whose prompt is read are not decoded: of a batch so many are as is their share of the turn. */
function apart(
  model: StepModel,
  traffic: Traffic,
  policy: Policy,
  of: { readonly work: PromptWork; readonly batch: number; readonly perPrefiller: number },
): Cycle {
  const { work, batch, perPrefiller } = of;
  const steps = traffic.outputTokens - 1;
  const least = work.seconds + transferSeconds(model, traffic, policy);
  const at = (decoding: number): { turn: number; step: number } => {
    const step = model.decodeSeconds(Math.max(1, decoding), meanContext(traffic));
    return { step, turn: Math.max(least + steps * step, batch * perPrefiller * work.seconds) };
  };
  let [low, high] = [0, batch];
  for (let i = 0; i < halvings; i++) {
    const middle = (low + high) / 2;
    const { turn, step } = at(middle);
    if ((batch * steps * step) / turn > middle) low = middle;
    else high = middle;
  }
  const { turn, step } = at(high);
  return { ttft: turn - steps * step, tpot: step, decoding: high };
}

/** The cache of a prompt from the replica that read it to the one that answers. */
export function transferSeconds(model: StepModel, { promptTokens }: Traffic, policy: Policy): number {
  const { prefillReplicas, transferBytesPerSecond: rate } = policy;
  return prefillReplicas === null || rate === null ? 0 : (promptTokens * model.kvBytesPerToken) / rate;
}

type Flow = Pick<SteadyState, 'requestsPerSecond' | 'tokensPerSecond' | 'tokensPerSecondPerDevice'>;

function flowOf(model: StepModel, { outputTokens }: Traffic, { replicas }: Policy, rate: number): Flow {
  const tokens = rate * outputTokens;
  return {
    requestsPerSecond: rate,
    tokensPerSecond: tokens,
    tokensPerSecondPerDevice: tokens / (replicas * model.devices),
  };
}

/** No times: requests pile up for ever. */
function saturatedBy(saturated: Bottleneck, flow: Flow, prefillShare: number): SteadyState {
  const times = { ttft: null, tpot: null, latency: null, batch: null, cacheShare: null };
  return { ...flow, ...times, saturated, prefillShare };
}
