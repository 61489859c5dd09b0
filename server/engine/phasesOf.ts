import { memoriesOf, prepare, type ChipAnalysis, type Prepared } from './analyse';
import type { Chip } from './chips/chip';
import { mostlyBound } from './cost/bound';
import { requestOf, type RequestCost, type RunCost } from './cost/requests';
import { wholeTotal } from './cost/totals';
import { resolveBindings } from './inference/bindingNames';
import { allFit } from './memory/fit';
import type { ChipPhases, PhasePoint, PhaseSizes } from './report/phasesReport';
import type { Scheduler } from './scheduler';
import { costsAsked, whatFits, type Question } from './whatFits';
import type { Phase } from './workload';

/** Sizes of the curves: powers of two up to these, as far as they fit. */
const mostBatch = 1024;
const firstContext = 1024;
const mostContext = 1_048_576;

/** Tokens of a prompt, of a context and of an answer where none are given. */
export const usualSizes = { prompt: 1024, context: 1024, answer: 256 } as const;

/** What is asked about the phases of a language model. */
export interface PhasesQuestion extends Question {
  readonly sizes: PhaseSizes;
  /** Tokens that a step of decoding yields for each sequence, by speculative decoding; 1 without. */
  readonly accepted: number;
}

/**
 * Prefill and decode of one language model on a chip: the time to the first token is that of a prefill of the prompt, the time per
 * token that of one step of decoding behind the context, divided by the tokens that a step yields.
 */
export async function phasesOf(
  question: PhasesQuestion,
  chip: Chip,
  scheduler: Scheduler,
): Promise<ChipPhases> {
  const { prepared, sizes, accepted } = question;
  const { batch, prompt, context } = sizes;
  const on = (one: Prepared): Promise<ChipAnalysis> => costsAsked(question, one, chip, scheduler);
  const prefill = await on(await inPhase(prepared, 'prefill', { batch, sequence: prompt }, scheduler));
  const decodes = await inPhase(prepared, 'decode', { batch, past: context }, scheduler);
  const decode = await on(decodes);
  const [{ limits } = { limits: [] }] = await whatFits({ ...question, prepared: decodes }, chip, scheduler);
  const largest = (dimension: 'batch' | 'past'): number =>
    limits.find((limit) => limit.dimension === dimension)?.value ?? Infinity;
  const at = async (other: Partial<PhaseSizes>): Promise<PhasePoint> => {
    const of = { ...sizes, ...other };
    const found = await on(
      await inPhase(prepared, 'decode', { batch: of.batch, past: of.context }, scheduler),
    );
    return pointOf(found, of.batch, accepted);
  };
  const cached = hasCache(prepared);
  const batches = cached ? powers(1, Math.min(mostBatch, largest('batch'))) : [];
  const contexts = cached ? powers(firstContext, Math.min(mostContext, largest('past'))) : [];
  const batchCurve: (PhasePoint & { size: number })[] = [];
  for (const size of batches) batchCurve.push({ size, ...(await at({ batch: size })) });
  const contextCurve: (PhasePoint & { size: number })[] = [];
  for (const size of contexts) contextCurve.push({ size, ...(await at({ context: size })) });
  const first = wholeTotal(prefill.cost.total.latencySeconds);
  return {
    id: chip.id,
    runtime: decode.cost.runtime,
    precision: decode.cost.precision.compute,
    ...sizes,
    timeToFirstToken: first && { value: first.value, low: first.low, high: first.high, basis: first.basis },
    prefill: pointOf(prefill, batch * prompt, 1),
    decode: cached ? pointOf(decode, batch, accepted) : null,
    limits: cached ? limits : [],
    batches: batchCurve,
    contexts: contextCurve,
    request: await requestOn(question, prefill, cached ? on : null, scheduler),
    memoryBoundBelowBatch: await crossing(batchCurve, (size) => at({ batch: size })),
  };
}

/** Whether a model has a cache whose length is a size of its own, whatever it calls it. */
export function hasCache(prepared: Prepared): boolean {
  return Object.keys(named(prepared, { past: 1 })).length > 0;
}

/** A request of the prompt and an answer; without a cache only the prompt is known. */
async function requestOn(
  { prepared, sizes, accepted }: PhasesQuestion,
  prefill: ChipAnalysis,
  on: ((one: Prepared) => Promise<ChipAnalysis>) | null,
  scheduler: Scheduler,
): Promise<RequestCost> {
  const { batch, prompt, answer } = sizes;
  const step = async (past: number): Promise<RunCost | null> =>
    on && costOf(await on(await inPhase(prepared, 'decode', { batch, past }, scheduler)));
  // The last token comes behind the prompt and all of the answer but the last two: one is made and one is taken in.
  const last = prompt + Math.max(0, answer - 2);
  const runs = { prefill: costOf(prefill), first: await step(prompt), last: await step(last) };
  return requestOf(runs, { ...sizes, accepted });
}

function costOf({ cost }: ChipAnalysis): RunCost {
  const { latencySeconds, joules } = cost.total;
  return { seconds: wholeTotal(latencySeconds), joules: wholeTotal(joules) };
}

/** The model in another phase, with numbers for the roles that it has. */
export async function inPhase(
  prepared: Prepared,
  phase: Phase,
  roles: Readonly<Record<string, number>>,
  scheduler: Scheduler,
): Promise<Prepared> {
  const { model, workload } = prepared;
  const bindings = { ...workload.bindings, ...named(prepared, roles) };
  return prepare(model, { ...workload, phase, bindings }, scheduler);
}

/** Numbers by the model's own names; roles that it has no name for are left out. */
function named(
  { model, inference }: Prepared,
  roles: Readonly<Record<string, number>>,
): Record<string, number> {
  const { bindings } = resolveBindings(model.graph, [roles]);
  return Object.fromEntries(Object.entries(bindings).filter(([name]) => inference.names.has(name)));
}

/** @param tokens of one run, before those that speculation adds */
function pointOf(analysis: ChipAnalysis, tokens: number, accepted: number): PhasePoint {
  const { cost, plan } = analysis;
  const seconds = wholeTotal(cost.total.latencySeconds)?.value ?? null;
  return {
    seconds: seconds && seconds / accepted,
    tokensPerSecond: seconds ? (tokens * accepted) / seconds : null,
    bound: mostlyBound(cost.kernels, plan),
    fits: allFit(memoriesOf(analysis)),
  };
}

function powers(from: number, to: number): number[] {
  const sizes: number[] = [];
  for (let size = from; size <= to; size *= 2) sizes.push(size);
  return sizes;
}

/** The smallest size that memory no longer bounds, between two points of the curve of which it bounds the first; null where none is. */
async function crossing(
  curve: readonly (PhasePoint & { readonly size: number })[],
  at: (size: number) => Promise<PhasePoint>,
): Promise<number | null> {
  const next = curve.findIndex(
    ({ bound }, i) => i > 0 && bound === 'compute' && curve[i - 1]!.bound === 'memory',
  );
  if (next === -1) return null;
  let [below, above] = [curve[next - 1]!.size, curve[next]!.size];
  while (above - below > 1) {
    const middle = (below + above) >> 1;
    if ((await at(middle)).bound === 'memory') below = middle;
    else above = middle;
  }
  return above;
}
