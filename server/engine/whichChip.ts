import { entryOf } from '../../outside/table';
import { sumsOn, type ChipSums, type Prepared } from './analyse';
import type { Chip } from './chips/chip';
import { inMode, modesOf } from './chips/modes';
import { formatTable, typesOf } from './cost/kernelFormat';
import { isFloatType } from './cost/precision';
import { wholeTotal } from './cost/totals';
import { symbolsOfRole } from './inference/bindingNames';
import type { DataType } from './graph/dataTypes';
import type { Inference } from './inference/types';
import { appendAll } from './lists';
import type { Candidate, Figures, Objective } from './mapping/candidate';
import { brokenFact, type Limits } from './mapping/limits';
import { rank, type Ranking, type Rejected } from './mapping/rank';
import { exactly, multiplied, type Ranged } from './mapping/ratio';
import { timesTooLarge } from './memory/free';
import { Query } from './query';
import type { Scheduler } from './scheduler';
import type { Question } from './whatFits';
import type { PrecisionPolicy } from './workload';

/** Which chips are compared, at which precisions, and what is asked of them. */
export interface Wanted {
  readonly objective: Objective;
  readonly limits: Limits;
  /** Each chip gets the one of them that serves the objective best on it. */
  readonly precisions: readonly PrecisionPolicy[];
  /** By chip id, in one unit of the user's own. */
  readonly prices: Readonly<Record<string, number>>;
}

/** Ranks chips for a model: which serve the objective within the limits, and why the others do not. */
export async function whichChip(
  question: Question,
  chips: readonly Chip[],
  wanted: Wanted,
  scheduler: Scheduler,
): Promise<Ranking> {
  const { workload } = question.prepared;
  const refused: Rejected[] = [];
  const candidates: Candidate[] = [];
  for (const chip of chips) {
    const turn = scheduler.tick();
    if (turn) await turn;
    const broken = brokenFact(chip, wanted.limits, workload);
    const found = broken ? [] : await inAllModes(question, chip, wanted, scheduler);
    appendAll(candidates, found);
    if (found.length > 0) continue;
    const { precisions: all } = wanted;
    const is = [computedIn(chip, all[0] ?? 'as-stored')];
    refused.push({ chip, broken: broken ?? { limit: 'precision', is, wanted: all } });
  }
  const { ranked, tied, rejected } = rank(candidates, wanted.objective, wanted.limits);
  return { ranked, tied, rejected: [...rejected, ...refused] };
}

/** The order by time of chips of which the costs are known already. */
export function orderOf(prepared: Prepared, chips: readonly ChipSums[]): Ranking {
  const { precision } = prepared.workload;
  const candidates = chips.map((sums) => candidateOf(prepared, sums, precision));
  return rank(candidates, 'latency', {});
}

/** The chip in its full state and in each of its power modes, of which the one counts that serves the objective best. */
async function inAllModes(
  question: Question,
  chip: Chip,
  wanted: Wanted,
  scheduler: Scheduler,
): Promise<readonly Candidate[]> {
  const found = [...(await candidatesOn(question, chip, wanted, scheduler))];
  for (const mode of modesOf(chip)) {
    const slower = await candidatesOn(question, inMode(chip, mode)!, wanted, scheduler);
    appendAll(
      found,
      slower.map((one) => ({ ...one, chip, mode })),
    );
  }
  const price = entryOf(wanted.prices, chip.id);
  if (price === undefined) return found;
  return found.map((one) => ({ ...one, figures: { ...one.figures, price: exactly(price) } }));
}

/** The chip at each precision that it has: another limit, objective or price computes none of them again. */
export async function candidatesOn(
  question: Question,
  chip: Chip,
  { precisions }: Pick<Wanted, 'precisions'>,
  scheduler: Scheduler,
): Promise<readonly Candidate[]> {
  const known = knownOn(question, chip);
  const key = precisions.join();
  let found = known.candidates.get(key);
  if (!found)
    known.candidates.set(key, (found = await findCandidates(question, chip, precisions, scheduler)));
  return found;
}

async function findCandidates(
  question: Question,
  chip: Chip,
  precisions: readonly PrecisionPolicy[],
  scheduler: Scheduler,
): Promise<readonly Candidate[]> {
  const found: Candidate[] = [];
  const types = typesOf(question.prepared.inference);
  const tried = new Set<string>();
  for (const precision of [...precisions].sort(storedLast)) {
    // A chip that has not the stored type computes as it does at another precision: one of them is enough.
    const key = formatTable(chip, precision).key(types);
    if (tried.has(key) || !mayHave(chip, precision, types)) continue;
    tried.add(key);
    const sums = await sumsAt(question, chip, precision, scheduler);
    const { compute, weights } = sums.cost.precision;
    const isMet = precision === 'as-stored' || compute === precision || `${weights}-weights` === precision;
    if (isMet) found.push(candidateOf(question.prepared, sums, precision));
  }
  return found;
}

function storedLast(a: PrecisionPolicy, b: PrecisionPolicy): number {
  return Number(a === 'as-stored') - Number(b === 'as-stored');
}

/** False where the format that floating-point values get is another one, so that nothing has to be computed. */
function mayHave(chip: Chip, precision: PrecisionPolicy, types: readonly DataType[]): boolean {
  if (precision === 'as-stored' || precision === 'int4-weights') return true;
  return !types.some(isFloatType) || computedIn(chip, precision) === precision;
}

/** The format in which a chip computes what is stored in FP32; empty where it states no rate. */
function computedIn(chip: Chip, precision: PrecisionPolicy): string {
  return formatTable(chip, precision).resolve('fp32') ?? '';
}

/** What is known of a model on a chip under all but precision, limits and prices. */
interface Known {
  readonly host: Chip | undefined;
  readonly sums: Map<PrecisionPolicy, ChipSums>;
  /** By the precisions that are allowed. */
  readonly candidates: Map<string, readonly Candidate[]>;
}

const known = new Query<Inference, WeakMap<Chip, Known>>(4);

function knownOn({ prepared, host }: Question, chip: Chip): Known {
  const { phase, runtime, cache, training } = prepared.workload;
  const key = JSON.stringify([phase, runtime, cache, training]);
  const byChip = known.at(prepared.inference, () => new WeakMap(), key);
  const before = byChip.get(chip);
  if (before && before.host === host) return before;
  const made: Known = { host, sums: new Map(), candidates: new Map() };
  byChip.set(chip, made);
  return made;
}

async function sumsAt(
  question: Question,
  chip: Chip,
  precision: PrecisionPolicy,
  scheduler: Scheduler,
): Promise<ChipSums> {
  const { prepared, host } = question;
  const { sums } = knownOn(question, chip);
  const before = sums.get(precision);
  if (before) return before;
  const asked = { ...prepared, workload: { ...prepared.workload, precision } };
  const made = await sumsOn(asked, chip, scheduler, host);
  sums.set(precision, made);
  return made;
}

function candidateOf(prepared: Prepared, sums: ChipSums, precision: PrecisionPolicy): Candidate {
  const { chip, cost, fit, profile } = sums;
  const { total } = cost;
  const latency = wholeTotal(total.latencySeconds);
  const throughput = latency && total.throughput && rateOf(total.throughput.samplesPerSecond, latency);
  const tokens = tokensPerSample(prepared);
  const watts = chip.power.tdpWatts?.value;
  const figures: Figures = {
    latency,
    throughput,
    tokens: throughput && tokens !== null ? multiplied(throughput, tokens) : null,
    energy: wholeTotal(total.joules),
    watts: watts === undefined ? null : exactly(watts),
    memory: fit.highWaterBytes === null ? null : exactly(fit.highWaterBytes),
    price: null,
  };
  return {
    chip,
    mode: null,
    precision,
    compute: cost.precision.compute,
    substituted: cost.precision.substituted,
    runtime: profile.id,
    figures,
    basis: latency?.basis ?? null,
    isWhole: latency !== null,
    fits: fit.fits,
    timesTooLarge: timesTooLarge(sums),
  };
}

/** A rate is as far off as the time that it is one over. */
function rateOf(rate: number, { value, low, high }: Ranged): Ranged {
  return { value: rate, low: (rate * value) / high, high: (rate * value) / low };
}

const tokensOf = new Query<Inference, number | null>();

/** Tokens that a run takes in for each sample, one in a step of decoding; null where the model has no sequence. */
function tokensPerSample({ model, inference }: Prepared): number | null {
  return tokensOf.at(inference, () => symbolsOfRole(model.graph, inference, 'sequence')[0]?.value ?? null);
}
