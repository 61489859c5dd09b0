import {
  costsUnder,
  memoriesOf,
  offloadAsked,
  planUnder,
  prepare,
  type ChipAnalysis,
  type Prepared,
} from '../../analyse';
import type { Chip } from '../../chips/chip';
import { runtimeFor } from '../../cost/runtimes';
import { wholeTotal } from '../../cost/totals';
import { samplesPerRun } from '../../cost/samples';
import type { Estimate } from '../../cost/types';
import type { Bindings } from '../../graph/dim';
import type { Inference } from '../../inference/types';
import type { RuntimeProfile } from '../../kernels/profile';
import type { KernelPlan } from '../../kernels/types';
import { freeBytes } from '../../memory/free';
import type { Scheduler } from '../../scheduler';
import type { Workload } from '../../workload';
import type { PinnedNodes } from '../pinned/assign';
import { figureGained, secondsGained, secondsGainedPerSample } from './gain';
import type { Change, Gain, Option, Risk } from './types';

/** A model on a chip as it is now: what changes are tried on. */
export interface Situation {
  readonly prepared: Prepared;
  readonly analysis: ChipAnalysis;
  /** Runs what the runtime cannot put on the chip; undefined: the one that belongs to the chip. */
  readonly host?: Chip;
  /** Where a mapping puts nodes, the first unit being the chip; undefined: what the runtime can on the chip, the rest on the host. */
  readonly pinnedOn?: (inference: Inference) => PinnedNodes;
  /** The chips that the user chose with what the model takes there, this one among them; left out: it stands alone. */
  readonly chosen?: readonly OnChip[];
  /** What an hour of chips costs by id, in any one currency, as the user states it. */
  readonly prices?: Readonly<Record<string, number>>;
  readonly scheduler: Scheduler;
}

/** What a model takes on a chip. */
export type OnChip = Pick<ChipAnalysis, 'chip' | 'fit'> & {
  readonly cost: Pick<ChipAnalysis['cost'], 'total'>;
};

/** A model on a chip after a change. */
export type Trial = ChipAnalysis & {
  /** In one run. */
  readonly samples: number;
};

/** Costs under a workload that differs in what needs no new shapes: precision, runtime, cache, ways of training. */
export function underWorkload(situation: Situation, change: Partial<Workload>): Promise<Trial> {
  const { prepared, analysis } = situation;
  const workload: Workload = { ...prepared.workload, ...change };
  // The runtimes of units stand in the mapping.
  const profile = situation.pinnedOn
    ? analysis.profile
    : runtimeFor(analysis.chip, workload.runtime, prepared.model.origin.format).profile;
  const isOtherPlan = change.runtime !== undefined || change.cache !== undefined;
  return trialOf(situation, { ...prepared, workload }, profile, isOtherPlan);
}

/** Costs under a variant of the runtime's profile. */
export function underProfile(
  situation: Situation,
  profile: RuntimeProfile,
  isOtherPlan: boolean,
): Promise<Trial> {
  return trialOf(situation, situation.prepared, profile, isOtherPlan);
}

/** Costs of another graph with the same numbers of nodes and values. */
export function underInference(situation: Situation, inference: Inference): Promise<Trial> {
  return trialOf(situation, { ...situation.prepared, inference }, situation.analysis.profile, true);
}

/** Costs of a plan whose kernels have other sizes. */
export function underPlan(situation: Situation, plan: KernelPlan): Promise<Trial> {
  const { analysis } = situation;
  return trialOf(
    { ...situation, analysis: { ...analysis, plan } },
    situation.prepared,
    analysis.profile,
    false,
  );
}

/** Costs where these weights are in the 2:4 pattern. */
export function withSparse(situation: Situation, sparse: ReadonlySet<number>): Promise<Trial> {
  return trialOf(situation, situation.prepared, situation.analysis.profile, false, sparse);
}

/** Costs under other sizes. */
export async function underSizes(situation: Situation, sizes: Bindings): Promise<Trial> {
  const { prepared, analysis, scheduler } = situation;
  const { model, workload } = prepared;
  const bindings = { ...workload.bindings, ...sizes };
  const other = await prepare(model, { ...workload, bindings }, scheduler);
  return trialOf(situation, other, analysis.profile, true);
}

async function trialOf(
  { analysis, host, pinnedOn, scheduler }: Situation,
  prepared: Prepared,
  profile: RuntimeProfile,
  isOtherPlan: boolean,
  sparse?: ReadonlySet<number>,
): Promise<Trial> {
  const { chip } = analysis;
  const plan = isOtherPlan ? await planUnder(prepared, profile, scheduler) : analysis.plan;
  const options = { ...(host && { host }), ...(sparse && { sparse }) };
  const alone = { prepared, chip, profile, options, plan };
  const { placed } = pinnedOn
    ? { placed: { pinned: drivenBy(pinnedOn(prepared.inference), profile) } }
    : await offloadAsked(alone, scheduler);
  const asked = { ...alone, ...placed };
  const found = tightest(await costsUnder(asked, scheduler));
  return { ...found, samples: samplesPerRun(prepared.inference) };
}

/** A mapping whose first unit has another runtime, or a variant of its own. */
function drivenBy({ units, ...rest }: PinnedNodes, profile: RuntimeProfile): PinnedNodes {
  const [first, ...others] = units.list;
  return { ...rest, units: { ...units, list: [{ ...first!, profile }, ...others] } };
}

/** An analysis by the memory that has least left, where several have to hold the model. */
export function tightest(analysis: ChipAnalysis): ChipAnalysis {
  const byRoom = memoriesOf(analysis).map((memory) => ({ ...memory, free: freeBytes(memory) ?? -Infinity }));
  const [least] = byRoom.sort((a, b) => a.free - b.free);
  return { ...analysis, fit: least!.fit, timeline: least!.timeline };
}

/** What a change gains, held against the model as it is. */
export function optionOf(
  { prepared, analysis }: Situation,
  trial: Trial,
  change: Change,
  risk: Risk,
): Option {
  const samples = { before: samplesPerRun(prepared.inference), after: trial.samples };
  const isPerSample = samples.before !== samples.after;
  const part = (of: Estimate | null, count: number): Estimate | null =>
    of && perSample(of, isPerSample ? count : 1);
  const seconds = isPerSample
    ? secondsGainedPerSample(analysis, trial, samples)
    : secondsGained(analysis, trial);
  const latency = (of: Pick<ChipAnalysis, 'cost'>, count: number): number | null =>
    part(wholeTotal(of.cost.total.latencySeconds), count)?.value ?? null;
  const gain: Gain = {
    seconds,
    isPerSample,
    bytes: bytesGained(analysis, trial),
    joules: figureGained(
      part(wholeTotal(analysis.cost.total.joules), samples.before),
      part(wholeTotal(trial.cost.total.joules), samples.after),
    ),
  };
  return {
    change,
    gain,
    seconds: { before: latency(analysis, samples.before), after: latency(trial, samples.after) },
    risk,
  };
}

function perSample({ value, low, high, basis }: Estimate, count: number): Estimate {
  return { value: value / count, low: low / count, high: high / count, basis };
}

/** Bytes that are needed less at the most; null where either is unknown. */
export function bytesGained(
  before: Pick<ChipAnalysis, 'fit'>,
  after: Pick<ChipAnalysis, 'fit'>,
): number | null {
  const [first, second] = [before.fit.highWaterBytes, after.fit.highWaterBytes];
  return first === null || second === null ? null : first - second;
}

/** Share of the time that an option takes away; null while that is unknown. */
export function shareGained({ gain, seconds: { before } }: Option): number | null {
  return gain.seconds && before ? gain.seconds.value / before : null;
}
