import { costsUnder, planUnder, prepare, type ChipAnalysis, type Prepared } from './analyse';
import type { Blocks } from './blocks/blocks';
import type { Chip } from './chips/chip';
import type { Bindings } from './graph/dim';
import { symbolsOfRole } from './inference/bindingNames';
import type { RuntimeProfile } from './kernels/profile';
import type { RankChain } from './mapping/parallel/chain';
import { rankChain, type NodeCall, type RankRun } from './mapping/parallel/rankChain';
import { shardOf } from './mapping/parallel/shard';
import type { Collective, ShardRefusal } from './mapping/parallel/shard/types';
import { shortened, type Shortened } from './mapping/parallel/shorten';
import type { Candidate } from './mapping/parallel/placement';
import type { Split } from './mapping/parallel/splits';
import { trainedChain, type LongElement } from './mapping/parallel/trainedChain';
import { Query } from './query';
import { runPolitely, type Scheduler } from './scheduler';
import { trainingOf, type Training, type Workload } from './workload';

/** What runs on each device. */
export interface Ranks {
  readonly prepared: Prepared;
  readonly blocks: Blocks;
  readonly chip: Chip;
  readonly host: Chip | undefined;
  readonly profile: RuntimeProfile;
}

/** A chain, or why a model cannot be divided so. */
export type Chained = RankChain | ShardRefusal;

/** Blocks of a run that are costed: what is computed twice in training is found by layers that repeat, without one of them too. */
const keptInInference = 2;
const keptInTraining = 3;

/** Sizes of micro-batches of a search. */
const keptWholes = 16;

/** The chain of one device by what it depends on: each is costed once, and of equal layers one. */
export class RankChains {
  readonly short: Shortened;
  /** Dimensions that count sequences. */
  private readonly batch: ReturnType<typeof symbolsOfRole>;
  private readonly known = new Map<string, Chained>();
  /** Before they are divided, which several splits are. */
  private readonly wholes = new Query<Shortened, Prepared>(keptWholes);
  private readonly without: readonly (LongElement & { readonly short: Shortened })[];

  constructor(private readonly ranks: Ranks) {
    const { prepared, blocks } = ranks;
    const { model, inference } = prepared;
    const isTraining = prepared.workload.phase === 'training';
    const kept = isTraining ? keptInTraining : keptInInference;
    this.short = shortened(model, inference, blocks, () => kept);
    this.batch = symbolsOfRole(model.graph, inference, 'batch');
    const { runs } = this.short;
    this.without = (isTraining ? runs : []).map(({ run, element }) => ({
      element,
      kept,
      short: shortened(model, inference, blocks, (at) => (at === run ? kept - 1 : kept)),
    }));
  }

  get profile(): RuntimeProfile {
    return this.ranks.profile;
  }

  async of({ split, microBatch }: Candidate, scheduler: Scheduler): Promise<Chained> {
    const training = trainingOf(this.ranks.prepared.workload);
    const copies = training && training.zero > 0 ? split.dp : 1;
    const key = [split.tp, split.ep, split.cp, microBatch, copies].join(' ');
    let found = this.known.get(key);
    if (!found) this.known.set(key, (found = await this.make(split, microBatch, training, scheduler)));
    return found;
  }

  /** What one device of a group runs of all layers, none left out: nodes have the flat indices of the model. */
  async whole(
    { split, microBatch, schedule }: Candidate,
    scheduler: Scheduler,
  ): Promise<RankRun | ShardRefusal> {
    const { prepared, blocks } = this.ranks;
    const training = trainingOf(prepared.workload);
    const all = shortened(prepared.model, prepared.inference, blocks, () => Infinity);
    const own = training && { ...training, devices: split.dp, accumulation: schedule.microBatches };
    return this.run(all, { split, microBatch, training: own }, scheduler);
  }

  private async make(
    split: Split,
    microBatch: number,
    training: Training | null,
    scheduler: Scheduler,
  ): Promise<Chained> {
    const of = (short: Shortened, accumulation = 1): Promise<RankRun | ShardRefusal> => {
      const own = training && { ...training, devices: split.dp, accumulation };
      return this.run(short, { split, microBatch, training: own }, scheduler);
    };
    const once = await of(this.short);
    if ('kind' in once) return once;
    if (!training) return runPolitely(rankChain(once), scheduler);
    const twice = await of(this.short, 2);
    if ('kind' in twice) return twice;
    const without: (LongElement & { analysis: ChipAnalysis })[] = [];
    for (const { element, kept, short } of this.without) {
      const run = await of(short, 2);
      if ('kind' in run) return run;
      without.push({ element, kept, analysis: run.analysis });
    }
    return runPolitely(trainedChain({ once, twice, without }), scheduler);
  }

  private async run(
    short: Shortened,
    asked: RankAsked,
    scheduler: Scheduler,
  ): Promise<RankRun | ShardRefusal> {
    const { chip, host, profile } = this.ranks;
    const { tp, ep } = asked.split;
    const { microBatch, training } = asked;
    const key = JSON.stringify({ microBatch, training });
    const whole = await this.wholes.wait(short, () => this.preparedFor(short, asked, scheduler), key);
    const shard = tp > 1 ? await shardOf(whole, { tp, ep }, scheduler) : null;
    if (shard?.kind === 'refused') return shard;
    const prepared = shard?.prepared ?? whole;
    const plan = await planUnder(prepared, profile, scheduler);
    const options = { ...(host && { host }), runTimes: this.runTimes(whole, microBatch) };
    const costed = { prepared, chip, profile, options, plan };
    const analysis = await costsUnder(costed, scheduler);
    return { prepared, analysis, calls: callsOf(shard?.collectives ?? [], asked.training), short };
  }

  /** How often the work of a short model is in the whole one, of the same micro-batch: a long run reaches the limit of the chip's power. */
  private runTimes({ operations: { value: own } }: Prepared, microBatch: number): number {
    const { operations } = this.ranks.prepared;
    const batch = this.batch[0]?.value ?? microBatch;
    return own && operations.value ? (operations.value / own) * (microBatch / batch) : 1;
  }

  private preparedFor(
    { model }: Shortened,
    { microBatch, training }: RankAsked,
    scheduler: Scheduler,
  ): Promise<Prepared> {
    const { prepared } = this.ranks;
    const batch: Bindings = Object.fromEntries(this.batch.map(({ name }) => [name, microBatch]));
    const workload: Workload = {
      ...prepared.workload,
      bindings: { ...prepared.workload.bindings, ...batch },
      ...(training && { training }),
    };
    return prepare(model, workload, scheduler);
  }
}

/** What one device runs a micro-batch of. */
interface RankAsked {
  readonly split: Split;
  readonly microBatch: number;
  readonly training: Training | null;
}

/** What happens on the way forward happens again where layers are computed twice. */
function callsOf(collectives: readonly Collective[], training: Training | null): NodeCall[] {
  const again = training?.recompute === 'full' ? 2 : 1;
  return collectives.map(({ node, group, collective, bytes, pass }) => {
    return { node, group, collective, bytes, times: pass === 'forward' ? again : 1 };
  });
}
