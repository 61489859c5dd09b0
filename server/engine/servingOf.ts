import { costsOn, type ChipAnalysis } from './analyse';
import type { Chip } from './chips/chip';
import { bitsOfFormat } from './cost/precision';
import { wholeTotal } from './cost/totals';
import { smallest } from './lists';
import { serve, type Service, type ServeOptions } from './mapping/serve/serve';
import { stepModelOf, withCache, type DecodePoint, type PrefillPoint } from './mapping/serve/stepTable';
import type { Policy, StepModel, Traffic } from './mapping/serve/types';
import { freeBytes } from './memory/free';
import { hasCache, inPhase } from './phasesOf';
import { runPolitely, type Scheduler } from './scheduler';
import type { Phase } from './workload';
import type { Question } from './whatFits';

/** What is asked about serving a language model. */
export interface ServingQuestion extends Question, ServeOptions {
  readonly traffic: Traffic;
  readonly policy: Policy;
  /** Bits of a number in the cache, where it is quantised; null: as activations are. */
  readonly cacheBits: number | null;
}

/** A service of which replicas are single chips. Null where the model has no cache, or a time or a size is unknown. */
export async function servingOf(
  question: ServingQuestion,
  chip: Chip,
  scheduler: Scheduler,
): Promise<Service | null> {
  const { traffic, policy, cacheBits } = question;
  const model = await stepModelOn(question, chip, scheduler);
  if (!model) return null;
  const { cost } = await costsOn(question.prepared, chip, scheduler, question.host);
  const share = cacheShare(cacheBits, cost.precision.activations);
  if (share === null) return null;
  return runPolitely(serve(withCache(model, share), traffic, policy, question), scheduler);
}

/** Bytes of a cache whose numbers have so many bits ÷ those in the format of activations; null where that is unknown. */
export function cacheShare(bits: number | null, activations: string): number | null {
  if (bits === null) return 1;
  const own = bitsOfFormat(activations);
  return own && bits / own;
}

/** Lengths of prompts that are estimated, up to that of the traffic. */
const shortest = 16;
const promptGrowth = 4;

/** What was estimated of a phase: seconds, and bytes that are left on the replica. */
export interface Estimated {
  readonly seconds: number;
  readonly free: number;
}

/** A phase at some sizes, by role. */
export type EstimateAt = (phase: Phase, roles: Readonly<Record<string, number>>) => Promise<Estimated>;

/** Of a replica that is a single chip. */
async function stepModelOn(
  question: ServingQuestion,
  chip: Chip,
  scheduler: Scheduler,
): Promise<StepModel | null> {
  const { prepared, host } = question;
  return stepModelFrom(question, { devices: 1, growth: 2 }, async (phase, roles) =>
    estimated(await costsOn(await inPhase(prepared, phase, roles, scheduler), chip, scheduler, host)),
  );
}

/**
 * What a replica takes for prefills and steps of decoding, from estimates at some lengths and batches.
 * @param of devices of the replica, and how many times the one before a batch is
 */
export async function stepModelFrom(
  { prepared, traffic, policy }: Pick<ServingQuestion, 'prepared' | 'traffic' | 'policy'>,
  { devices, growth }: { readonly devices: number; readonly growth: number },
  at: EstimateAt,
): Promise<StepModel | null> {
  if (!hasCache(prepared)) return null;
  const longest = traffic.promptTokens + traffic.outputTokens;
  const contexts = [Math.ceil(traffic.promptTokens / 2), longest];
  const decode: (DecodePoint & Estimated)[] = [];
  for (const batch of sizes(1, policy.mostBatch, growth))
    for (const context of contexts)
      decode.push({ batch, context, ...(await at('decode', { batch, past: context })) });
  const prefill: (PrefillPoint & Estimated)[] = [];
  for (const tokens of sizes(Math.min(shortest, traffic.promptTokens), longest, promptGrowth))
    prefill.push({ tokens, ...(await at('prefill', { batch: 1, sequence: tokens })) });
  const kvBytesPerToken = (decode[0]!.free - decode[1]!.free) / (contexts[1]! - contexts[0]!);
  // What is left were it not for the caches themselves, where activations are largest.
  const left = smallest([
    ...decode.map(({ batch, context, free }) => free + batch * context * kvBytesPerToken),
    ...prefill.map(({ tokens, free }) => free + tokens * kvBytesPerToken),
  ]);
  const all = [left, ...decode.map(({ seconds }) => seconds), ...prefill.map(({ seconds }) => seconds)];
  if (all.some((one) => Number.isNaN(one))) return null;
  return stepModelOf({ decode, prefill }, { kvBytesPerToken, freeBytes: left, devices, mostContext: null });
}

/** NaN is unknown. */
function estimated(analysis: ChipAnalysis): Estimated {
  return {
    seconds: wholeTotal(analysis.cost.total.latencySeconds)?.value ?? NaN,
    free: freeBytes(analysis) ?? NaN,
  };
}

/** From the first to the last, each so many times the one before. */
function sizes(from: number, to: number, factor: number): number[] {
  const list: number[] = [];
  for (let size = from; size < to; size *= factor) list.push(size);
  return [...list, to];
}
