import { costsMapped, costsOn, memoriesOf, prepare, type ChipAnalysis, type Prepared } from './analyse';
import { chips as catalogue } from './chips/catalogue';
import { modelMemory, type Chip } from './chips/chip';
import type { Bindings } from './graph/dim';
import { resolveBindings } from './inference/bindingNames';
import type { Inference } from './inference/types';
import { smallest } from './lists';
import type { PinnedNodes } from './mapping/pinned/assign';
import { allFit } from './memory/fit';
import { largestThatFits } from './memory/largest';
import { freeBytes } from './memory/free';
import { Query } from './query';
import { chipFits, type ChipFit, type Limit } from './report/fitReport';
import type { Scheduler } from './scheduler';
import { precisionPolicies, type PrecisionPolicy, type Workload } from './workload';

/** Sizes beyond these are no answer that anybody acts on. */
const largestBatch = 65_536;
const largestContext = 16_777_216;

/** Chips of a class that are tried, the smallest first. */
const mostChips = 6;

/** What a model is held against. */
export interface Question {
  readonly prepared: Prepared;
  /** Runs what the runtime cannot put on a chip; undefined: the one that belongs to the chip. */
  readonly host?: Chip;
  /** Where a mapping puts nodes, under any sizes; undefined: all on the chip that is asked about. */
  readonly pinnedOn?: (inference: Inference) => PinnedNodes;
}

/** What a model takes, under sizes that may be others than those of the question. */
export function costsAsked(
  { host, pinnedOn }: Omit<Question, 'prepared'>,
  prepared: Prepared,
  chip: Chip,
  scheduler: Scheduler,
): Promise<ChipAnalysis> {
  return pinnedOn
    ? costsMapped(prepared, pinnedOn(prepared.inference), scheduler, host)
    : costsOn(prepared, chip, scheduler, host);
}

/** A model under other sizes: chips ask for the same ones. */
const others = new Query<Prepared, Prepared>(12);

/**
 * Whether a model fits on a chip, how large batch and context may become, and where it does not fit what would. Of a mapping to
 * several units one answer for each, where batch and context are limited by all of them.
 */
export async function whatFits(question: Question, chip: Chip, scheduler: Scheduler): Promise<ChipFit[]> {
  const { prepared, pinnedOn } = question;
  const analysis = await costsAsked(question, prepared, chip, scheduler);
  const limits: Limit[] = [];
  for (const dimension of askedSizes(prepared))
    limits.push(await limitOf(question, chip, dimension, scheduler));
  const fits = chipFits(analysis, limits, prepared.workload.precision);
  if (!fits.some((fit) => fit.fits === false)) return fits;
  const precisions = await fittingPrecisions(question, chip, scheduler);
  const smallestChip = pinnedOn ? null : await smallestOf(question, analysis, scheduler);
  return fits.map((fit) => (fit.fits === false ? { ...fit, precisions, smallestChip } : fit));
}

/** Bytes that are left where least are. */
function leastFree(analysis: ChipAnalysis): number | null {
  const free = memoriesOf(analysis).map(freeBytes);
  return free.includes(null) ? null : smallest(free as number[]);
}

/** Batch, and what grows with the context: the cache in decoding, else the sequence. */
function askedSizes({ workload }: Prepared): readonly Limit['dimension'][] {
  return ['batch', workload.phase === 'decode' ? 'past' : 'sequence'];
}

async function limitOf(
  question: Question,
  chip: Chip,
  dimension: Limit['dimension'],
  scheduler: Scheduler,
): Promise<Limit> {
  const { prepared } = question;
  const names = namesOf(prepared, dimension);
  const unknown = { dimension, now: null, value: null, isUnlimited: false, by: null };
  if (names.length === 0) return unknown;
  const { inference } = prepared;
  const now = inference.symbols.find(({ name }) => names.includes(name))?.value ?? null;
  const forbidden = new Set<number>();
  const marginAt = async (value: number): Promise<number | null> => {
    const sizes = Object.fromEntries(names.map((name) => [name, value]));
    const other = await underSizes(prepared, sizes, scheduler);
    // A table of positions ends somewhere: what the model itself refuses fits nowhere.
    if (!other) {
      forbidden.add(value);
      return -Infinity;
    }
    return leastFree(await costsAsked(question, other, chip, scheduler));
  };
  const most = dimension === 'batch' ? largestBatch : largestContext;
  const largest = await largestThatFits(marginAt, now ?? 1, most);
  const by = largest.value === null ? null : forbidden.has(largest.value + 1) ? 'model' : 'memory';
  return { dimension, now, ...largest, by };
}

/** The model's own symbols of a role; none where it has none. */
function namesOf({ model, inference }: Prepared, role: string): readonly string[] {
  const { bindings } = resolveBindings(model.graph, [{ [role]: 1 }]);
  return Object.keys(bindings).filter((name) => inference.names.has(name));
}

/**
 * The model under other sizes; null where it refuses them: what the graph has no error about without them, it has with them.
 */
export async function underSizes(
  prepared: Prepared,
  sizes: Bindings,
  scheduler: Scheduler,
): Promise<Prepared | null> {
  const { model, workload } = prepared;
  const bindings = { ...workload.bindings, ...sizes };
  const other = await others.wait(
    prepared,
    () => prepare(model, { ...workload, bindings }, scheduler),
    JSON.stringify(sizes),
  );
  const errors = (of: Prepared): number =>
    of.inference.problems.filter(({ severity }) => severity === 'error').length;
  return errors(other) > errors(prepared) ? null : other;
}

async function fittingPrecisions(
  question: Question,
  chip: Chip,
  scheduler: Scheduler,
): Promise<readonly PrecisionPolicy[]> {
  const { prepared } = question;
  const found: PrecisionPolicy[] = [];
  for (const precision of precisionPolicies) {
    if (precision === prepared.workload.precision) continue;
    const workload: Workload = { ...prepared.workload, precision };
    const analysis = await costsAsked(question, { ...prepared, workload }, chip, scheduler);
    const { compute, weights } = analysis.cost.precision;
    // A chip without the format computes in another one, which is no way to make it fit.
    const isMet = compute === precision || precision === `${weights}-weights`;
    if (isMet && allFit(memoriesOf(analysis)) === true) found.push(precision);
  }
  return found;
}

/** The chip of the catalogue with the least memory that holds the model, of the same class; null where none is known to. */
export async function smallestOf(
  { prepared, host }: Question,
  { chip, fit }: ChipAnalysis,
  scheduler: Scheduler,
): Promise<string | null> {
  const capacityOf = (one: Chip): number => (modelMemory(one)?.capacityBytes?.value ?? 0) / one.devices;
  const larger = catalogue
    .filter((one) => one.class === chip.class && capacityOf(one) > (fit.capacityBytes ?? 0))
    .filter((one) => capacityOf(one) >= (fit.leastBytes ?? 0))
    .sort((a, b) => capacityOf(a) - capacityOf(b));
  for (const one of larger.slice(0, mostChips)) {
    const other = await costsOn(prepared, one, scheduler, host);
    if (other.fit.fits === true) return one.id;
  }
  return null;
}
