import type { Chip } from './chips/chip';
import { estimateChipWith, estimateTotals, type EstimateOptions } from './cost/estimate';
import { mostlyBound } from './cost/bound';
import { formatTable, typesOf } from './cost/kernelFormat';
import { runtimeFor } from './cost/runtimes';
import { Sizing } from './cost/sizing';
import { bounded, modelOperations, nodesWithMost, withMost } from './cost/totals';
import type { ChipCost, ChipTotals, RunTotals, Total } from './cost/types';
import type { Model } from './graph/model';
import { isOnnx } from './graph/origin';
import { infer, isOpen } from './inference/infer';
import { inferFile, tripsKey, type FileFacts } from './inference/symbolic';
import { storedNumbers, type StoredNumbers } from './inference/stored/count';
import type { Inference } from './inference/types';
import { planKernels } from './kernels/plan';
import { memoryModelOf, plainProfile, type RuntimeProfile } from './kernels/profile';
import { scoresProblems } from './kernels/writtenScores';
import type { KernelPlan } from './kernels/types';
import { fitOf, usableBytes, type Fit } from './memory/fit';
import { memoryOfUnits, unitFitsOf, type UnitFit, type UnitMemory } from './memory/units';
import { planTraining, stepOf, type TrainingPlan } from './memory/training/plan';
import { trainingMemory, type TrainingMemory } from './memory/training/training';
import {
  memoryTimeline,
  storedWeightBytes,
  weightBytesOf,
  type MemoryMarks,
  type MemoryTimeline,
  type WeightBytes,
} from './memory/timeline';
import { assignKernels, type PinnedNodes } from './mapping/pinned/assign';
import { offloadOf } from './mapping/pinned/offload';
import type { Spread, SpreadNodes } from './mapping/parallel/spread';
import { problem } from './problem';
import type { Problem } from './problem';
import { Query } from './query';
import { runPolitely, type Scheduler, type Steps } from './scheduler';
import { trainingOf, type CachePolicy, type Workload } from './workload';

/** A model under one workload: everything that does not depend on a chip. */
export interface Prepared {
  readonly model: Model;
  readonly workload: Workload;
  readonly inference: Inference;
  /** The weights at their stored types. */
  readonly weights: WeightBytes;
  /** What the model stores, by what it is. */
  readonly numbers: StoredNumbers;
  /** Of all nodes in one run. */
  readonly operations: Total;
}

/** Kernels of each inference by the runtime profile and what becomes of caches, planned when a chip first needs them. */
const plans = new Query<Inference, KernelPlan>(Infinity);

/** What files say of their sizes; bindings change nothing in it, only loop trips do. */
const filesFacts = new Query<Model, FileFacts>();

/** A prepared model on one chip. */
export interface ChipAnalysis {
  readonly chip: Chip;
  readonly profile: RuntimeProfile;
  readonly plan: KernelPlan;
  readonly cost: ChipCost;
  /** At the types at which the chip holds values, values inside kernels left out; in training of the way forward and back. */
  readonly timeline: MemoryTimeline;
  /** Null where nothing is trained. */
  readonly training: TrainingMemory | null;
  readonly fit: Fit;
  /** The memory of each unit that a mapping puts kernels on, that of the chip too; none where all run on the chip. */
  readonly unitFits: readonly UnitFit[];
  /** Equal devices that share the model, of which nodes, kernels and memory tell one; left out: the chip has all of it. */
  readonly spread?: Spread & { readonly nodes: SpreadNodes };
  readonly problems: readonly Problem[];
}

/** The memories that have to hold a model: of each unit of a mapping, else of the chip. */
export function memoriesOf(
  analysis: Pick<ChipAnalysis, 'unitFits' | 'fit' | 'timeline'>,
): readonly Pick<ChipAnalysis, 'fit' | 'timeline'>[] {
  return analysis.unitFits.length > 0 ? analysis.unitFits : [analysis];
}

/** Shapes, types, work and memory of a model under a workload. A change of dimension or phase starts here. */
export async function prepare(model: Model, workload: Workload, scheduler: Scheduler): Promise<Prepared> {
  return preparedOf(model, workload, await infer(model, workload, {}, scheduler), scheduler);
}

/** As {@link prepare} with an inference that is known already: another precision or runtime needs no new one. */
export async function preparedOf(
  model: Model,
  workload: Workload,
  inference: Inference,
  scheduler: Scheduler,
): Promise<Prepared> {
  const measures = await measured.wait(inference, () => measure(model, inference, scheduler));
  return { model, workload, inference, ...measures };
}

/** What is summed over a whole model. */
type Measures = Pick<Prepared, 'weights' | 'numbers' | 'operations'>;

/** Another chip or precision changes nothing in it. */
const measured = new Query<Inference, Measures>();

async function measure(model: Model, inference: Inference, scheduler: Scheduler): Promise<Measures> {
  const stored = await runPolitely(storedWeightBytes(inference), scheduler);
  const weights = { ...stored, isWhole: stored.isWhole && !model.storesMore };
  const numbers = await runPolitely(storedNumbers(model, inference), scheduler);
  const known = await runPolitely(modelOperations(inference), scheduler);
  const { most } = inference;
  const operations = most ? bounded(known, await runPolitely(modelOperations(most), scheduler)) : known;
  return { weights, numbers, operations };
}

/**
 * Costs of a prepared model on a chip. A change of chip needs only this; plans are kept per runtime.
 * @param host runs what the runtime cannot put on the chip; undefined: the one that belongs to the chip
 * @param sparse ids of weights in the 2:4 pattern, for chips that skip their zeros; undefined: all weights are dense
 */
export async function costsOn(
  prepared: Prepared,
  chip: Chip,
  scheduler: Scheduler,
  host?: Chip,
  sparse?: ReadonlySet<number>,
): Promise<ChipAnalysis> {
  const { workload, model } = prepared;
  const { profile, problems } = runtimeFor(chip, workload.runtime, model.origin.format);
  const options = { ...(host && { host }), ...(sparse && { sparse }) };
  const offload = await offloadAsked({ prepared, chip, profile, options }, scheduler);
  const analysis = await costsUnder({ prepared, chip, profile, options, ...offload.placed }, scheduler);
  const asked = [...problems, ...offload.problems, ...scoresProblems(workload, profile)];
  return { ...analysis, problems: [...asked, ...analysis.problems] };
}

/** Where the runtime puts nodes whose layers are shared out between the chip and its host; nothing where they are not. */
export async function offloadAsked(
  { prepared, chip, profile, options: { host } }: ToCost,
  scheduler: Scheduler,
): Promise<{ readonly placed: Pick<ToCost, 'pinned'>; readonly problems: readonly Problem[] }> {
  const { inference, model, workload } = prepared;
  const place = { chip, profile, host };
  const steps = offloadOf(inference, workload.gpuLayers, place, model.origin.format);
  const { pinned, problems } = await runPolitely(steps, scheduler);
  return { placed: pinned ? { pinned } : {}, problems };
}

/**
 * Costs where nodes run as a mapping puts them, under the runtime of its first unit.
 * @param host as in {@link costsOn}, where no unit of the mapping can take a kernel
 */
export async function costsMapped(
  prepared: Prepared,
  pinned: PinnedNodes,
  scheduler: Scheduler,
  host?: Chip,
): Promise<ChipAnalysis> {
  const { chip, profile } = pinned.units.list[0]!;
  const options = host ? { host } : {};
  return costsUnder({ prepared, chip, profile: profile ?? plainProfile, options, pinned }, scheduler);
}

/** As {@link costsOn} under a profile that the caller states, which may be a variant of a known one. */
export async function costsUnder(asked: ToCost, scheduler: Scheduler): Promise<ChipAnalysis> {
  const { chip, profile } = asked;
  const { run, most, total, fit } = await withLimit(asked, (one) => costOf(one, scheduler));
  const { plan, timeline, training, parts } = run;
  const nodes = most ? nodesWithMost(run.cost.nodes, most.cost.nodes) : run.cost.nodes;
  const cost = { ...run.cost, total, nodes };
  const unitFits = unitFitsOf(asked.prepared.inference, cost, parts, fit);
  const places =
    unitFits.length > 0
      ? unitFits.map(({ units, fit: own }) => [units.map((one) => one.chip.name).join(' + '), own] as const)
      : [[chip.name, fit] as const];
  const problems = cost.problems.some(({ code }) => tellsOfMemory.has(code))
    ? []
    : places.flatMap(([name, own]) => memoryProblem(name, own, training !== null));
  return {
    chip,
    profile,
    plan,
    cost,
    timeline,
    training,
    fit: unitFits[0]?.fit ?? fit,
    unitFits,
    problems: [...problems, ...run.problems, ...cost.problems],
  };
}

function memoryProblem(chip: string, fit: Fit, isTraining: boolean): Problem[] {
  if (fit.fits !== false) return [];
  const args = { chip, needed: fit.leastBytes ?? 0, capacity: Math.max(0, usableBytes(fit) ?? 0) };
  return [problem('warning', isTraining ? 'memory-too-small-training' : 'memory-too-small', args)];
}

/** A prepared model on a chip by its sums alone. */
export interface ChipSums {
  readonly chip: Chip;
  readonly profile: RuntimeProfile;
  readonly cost: ChipTotals;
  readonly timeline: MemoryMarks;
  readonly fit: Fit;
}

/** The same with what only a look at all kernels tells. */
export interface RunSums extends ChipSums {
  readonly cost: RunTotals;
}

/** The totals and the fit of {@link costsOn}, without what is said of kernels, nodes and time: for many chips at once. */
export async function sumsOn(
  prepared: Prepared,
  chip: Chip,
  scheduler: Scheduler,
  host?: Chip,
): Promise<RunSums> {
  const { profile } = runtimeFor(chip, prepared.workload.runtime, prepared.model.origin.format);
  const asked = { prepared, chip, profile, options: host ? { host } : {} };
  const { placed } = await offloadAsked(asked, scheduler);
  if (placed.pinned) {
    const whole = await costsUnder({ ...asked, ...placed }, scheduler);
    return { ...whole, cost: { ...whole.cost, bound: mostlyBound(whole.cost.kernels, whole.plan) } };
  }
  const { run, total, fit } = await withLimit(asked, (one) => sumOf(one, scheduler));
  return { chip, profile, cost: { ...run.cost, total }, timeline: run.timeline, fit };
}

/** A model on a chip under a runtime. */
export interface ToCost {
  readonly prepared: Prepared;
  readonly chip: Chip;
  readonly profile: RuntimeProfile;
  readonly options: EstimateOptions;
  /** Undefined: that of the profile, which is planned once. Of the variant of a profile the plan is not kept. */
  readonly plan?: KernelPlan;
  /** Where a mapping puts nodes; its first unit is the chip. */
  readonly pinned?: PinnedNodes;
}

/** What totals and fit are made of. */
interface Costs {
  readonly cost: ChipTotals;
  readonly timeline: MemoryMarks;
  readonly training: TrainingMemory | null;
}

/** A run with its totals and its fit, to which a second run with sizes as large as the graph allows gives the upper bounds. */
async function withLimit<C extends Costs>(
  asked: ToCost,
  costs: (of: ToCost) => Promise<C>,
): Promise<{
  readonly run: C;
  readonly most: C | undefined;
  readonly total: ChipTotals['total'];
  readonly fit: Fit;
}> {
  const { prepared, chip, profile, options, pinned } = asked;
  const run = await costs(asked);
  const { most: limit } = prepared.inference;
  const same = { chip, profile, options, ...(pinned && { pinned }) };
  const most = limit ? await costs({ prepared: { ...prepared, inference: limit }, ...same }) : undefined;
  const fit = fitOf(chip, profile, run.timeline, {
    isUntold: (run.training?.unknownOperators.length ?? 0) > 0,
    isPartial: isOpen(prepared.inference),
    mostBytes: most?.timeline.highWaterBytes ?? null,
    streamedBytes: run.cost.streamedBytes,
  });
  return { run, most, total: most ? withMost(run.cost.total, most.cost.total) : run.cost.total, fit };
}

/** Kernels, costs and memory of a model on a chip. */
async function costOf(
  { prepared, chip, profile, options, plan: given, pinned }: ToCost,
  scheduler: Scheduler,
): Promise<
  Pick<ChipAnalysis, 'plan' | 'cost' | 'timeline' | 'training' | 'problems'> & {
    readonly parts: readonly UnitMemory[];
  }
> {
  const { inference, workload } = prepared;
  const plan = given ?? (await planFor(prepared, profile, scheduler));
  const trained = await trainingPlanOf(prepared, profile, scheduler);
  const planned = { inference, plan, workload };
  const mapped = pinned && (await runPolitely(assignKernels(planned, pinned, options.host), scheduler));
  const asked = {
    ...options,
    ...(trained && { step: stepOf(trained) }),
    ...(mapped && { assignment: mapped.assignment }),
  };
  const cost = await estimateChipWith(scheduler, planned, chip, profile, asked);
  const memory = await runPolitely(memoryOn(prepared, { plan, trained, chip, profile }), scheduler);
  const parts =
    mapped && !trained ? await runPolitely(memoryOfUnits(planned, mapped.assignment), scheduler) : [];
  const timeline = parts[0]?.timeline ?? memory.timeline;
  return { plan, cost, ...memory, timeline, parts, problems: mapped?.problems ?? [] };
}

/** As {@link costOf} without single kernels; chips of one runtime that hold all values alike share their memory. */
async function sumOf(
  { prepared, chip, profile, options }: ToCost,
  scheduler: Scheduler,
): Promise<Costs & { readonly cost: RunTotals }> {
  const { inference, workload } = prepared;
  const plan = await planFor(prepared, profile, scheduler);
  const trained = await trainingPlanOf(prepared, profile, scheduler);
  const asked = trained ? { ...options, step: stepOf(trained) } : options;
  const planned = { inference, plan, workload };
  const cost = await runPolitely(estimateTotals(planned, chip, profile, asked), scheduler);
  const measure = (): Steps<Omit<Costs, 'cost'>> => memoryOn(prepared, { plan, trained, chip, profile });
  if (trained) return { cost, ...(await runPolitely(measure(), scheduler)) };
  const held = formatTable(chip, workload.precision).heldKey(typesOf(inference));
  const memory = await marks.wait(
    plan,
    async () => marksOf(await runPolitely(measure(), scheduler)),
    `${profile.id} ${profile.memory ? chip.class : ''} ${held}`,
  );
  return { cost, ...memory };
}

/** Marks of each plan by the runtime and the sizes at which values are held. */
const marks = new Query<KernelPlan, Omit<Costs, 'cost'>>(Infinity);

/** What is kept of a timeline. */
function marksOf({ timeline, training }: Omit<Costs, 'cost'>): Omit<Costs, 'cost'> {
  const { weights, highWaterBytes, highWaterNode, leastBytes } = timeline;
  return { timeline: { weights, highWaterBytes, highWaterNode, leastBytes }, training };
}

/** Training steps of each inference by how it is trained. */
const trainingPlans = new Query<Inference, TrainingPlan>(4);

async function trainingPlanOf(
  { model, inference, workload }: Prepared,
  { flashAttention }: RuntimeProfile,
  scheduler: Scheduler,
): Promise<TrainingPlan | null> {
  const training = trainingOf(workload);
  if (!training) return null;
  const runtime = inference.scores && flashAttention ? { flashAttention } : {};
  return trainingPlans.wait(
    inference,
    () => planTraining(model, inference, training, runtime, scheduler),
    JSON.stringify({ training, runtime }),
  );
}

function* memoryOn(
  { inference, workload }: Prepared,
  {
    plan,
    trained,
    chip,
    profile,
  }: Pick<ToCost, 'chip' | 'profile'> & { readonly plan: KernelPlan; readonly trained: TrainingPlan | null },
): Steps<Pick<ChipAnalysis, 'timeline' | 'training'>> {
  const sizing = yield* Sizing.of(inference, formatTable(chip, workload.precision));
  const sizeOf = (value: number): number | null => sizing.held(value);
  if (!trained)
    return {
      timeline: yield* memoryTimeline(inference, plan, sizeOf, memoryModelOf(profile, chip.class)),
      training: null,
    };
  const weights = yield* weightBytesOf(inference, sizeOf);
  const { memory, timeline } = yield* trainingMemory(inference, trained, weights, sizeOf);
  return { timeline, training: memory };
}

/** Problems of a cost that say more closely what does not fit: one message is enough. */
const tellsOfMemory: ReadonlySet<string> = new Set(['cost.does-not-fit', 'cost.weights-streamed']);

function planFor(prepared: Prepared, profile: RuntimeProfile, scheduler: Scheduler): Promise<KernelPlan> {
  const cache = cachePolicyOf(prepared, profile);
  const make = (): Promise<KernelPlan> => planUnder(prepared, profile, scheduler);
  return plans.wait(prepared.inference, make, `${profile.id} ${cache}`);
}

/** Kernels under a profile, or under a variant of one; not kept. */
export async function planUnder(
  prepared: Prepared,
  profile: RuntimeProfile,
  scheduler: Scheduler,
): Promise<KernelPlan> {
  const cache = cachePolicyOf(prepared, profile);
  const file = profile.sizes === 'file' ? await fileFacts(prepared, scheduler) : undefined;
  return planKernels(prepared.inference, profile, scheduler, { cache, ...(file && { file }) });
}

/** What is asked for, else what the runtime does. A model of which no file has the graph copies nothing. */
function cachePolicyOf({ model, workload }: Prepared, profile: RuntimeProfile): CachePolicy {
  return workload.cache ?? (isOnnx(model.origin) ? (profile.cache?.policy ?? 'exported') : 'shared');
}

/** Undefined where all sizes have numbers in the file: then there is nothing that only bindings tell. */
async function fileFacts(
  { model, inference, workload }: Prepared,
  scheduler: Scheduler,
): Promise<FileFacts | undefined> {
  if (inference.symbols.length === 0) return undefined;
  const { bindings } = workload;
  return filesFacts.wait(model, () => inferFile(model, bindings, scheduler), tripsKey(bindings));
}
