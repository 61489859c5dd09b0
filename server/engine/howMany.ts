import type { Prepared } from './analyse';
import { blocksOf } from './blocks/blocks';
import type { Chip } from './chips/chip';
import { collectiveTime } from './collectives/collectiveTime';
import { runtimeFor } from './cost/runtimes';
import { symbolsOfRole } from './inference/bindingNames';
import type { RuntimeProfile } from './kernels/profile';
import { candidatesOf } from './mapping/parallel/candidates';
import { placed, type Placed, type Refused, type World } from './mapping/parallel/placement';
import { roomOf, type Room } from './memory/fit';
import { rankSplits, type Ranking, type SplitObjective } from './mapping/parallel/search';
import { expertsEntry } from './mapping/parallel/shard/shardRules';
import type { Shortened } from './mapping/parallel/shorten';
import { splitsOf, type Split } from './mapping/parallel/splits';
import { RankChains } from './rankChains';
import { runPolitely, type Scheduler } from './scheduler';
import type { ChipLookUp } from './systems/load';
import type { System } from './systems/system';
import type { Phase } from './workload';

/** A model that equal devices of a system share. */
export interface HowManyQuestion {
  readonly prepared: Prepared;
  readonly system: System;
  /** Id of the devices within the system, and how many there are. */
  readonly device: string;
  readonly count: number;
  readonly chip: Chip;
  /** Runs what the runtime cannot put on the chip; undefined: the one that belongs to it. */
  readonly host: Chip | undefined;
  readonly objective: SplitObjective;
  /** These splits alone; left out: all that divide the devices. */
  readonly splits?: readonly Split[];
  /** Whether copies that train exchange gradients beside the way back; left out: they do. */
  readonly overlaps?: boolean;
  readonly lookUp: ChipLookUp;
}

/** How to spread a model over devices. */
export interface HowMany extends Ranking {
  readonly profile: RuntimeProfile;
  readonly room: Room;
  readonly short: Shortened;
  /** Sequences of a step of all copies; null where the model has no such dimension. */
  readonly batch: number | null;
  /** What a sequence of a step gives: tokens of a language model, else one sample. */
  readonly unit: { readonly name: 'tokens' | 'samples'; readonly count: number };
  readonly step: World['step'];
}

/** Spreads a model over equal devices in every way that divides them, and ranks what fits. */
export async function howMany(question: HowManyQuestion, scheduler: Scheduler): Promise<HowMany> {
  const { prepared, system, device, count, chip, objective, lookUp } = question;
  const { workload, model, inference } = prepared;
  const { profile } = runtimeFor(chip, workload.runtime, model.origin.format);
  const blocks = await runPolitely(blocksOf(inference), scheduler);
  const chains = new RankChains({ ...question, blocks, profile });
  const { short } = chains;
  const batch = symbolsOfRole(model.graph, inference, 'batch')[0]?.value ?? null;
  const room = roomOf(chip, profile);
  const step = stepOf(workload.phase);
  const hasExperts = inference.nodes.some((node) => expertsEntry(node) !== undefined);
  const world: World = {
    time: (call) => collectiveTime(system, device, call, lookUp),
    room,
    node: nodeSize(system, device, count),
    step,
    overlaps: question.overlaps ?? true,
  };
  const elements = short.counts.reduce((sum, one) => sum + one, 0);
  const found: (Placed | Refused)[] = [];
  const limits = { devices: count, elements, batch, hasContext: false, hasExperts };
  for (const split of question.splits ?? splitsOf(limits)) {
    for (const candidate of candidatesOf(split, batch, step, elements)) {
      const turn = scheduler.tick();
      if (turn) await turn;
      const chain = await chains.of(candidate, scheduler);
      if ('kind' in chain) found.push({ split, limit: { kind: 'shard', refusal: chain } });
      else found.push(placed(candidate, chain, world));
    }
  }
  return {
    ...rankSplits(found, chip, objective),
    profile,
    room,
    short,
    batch,
    unit: unitOf(prepared),
    step,
  };
}

/** A run of a language model gives a token for each position; one that is not told so gives a result. */
function unitOf({ model, inference, workload }: Prepared): HowMany['unit'] {
  const sequence = symbolsOfRole(model.graph, inference, 'sequence')[0]?.value ?? null;
  if (workload.phase === 'inference' || sequence === null) return { name: 'samples', count: 1 };
  return { name: 'tokens', count: sequence };
}

function stepOf(phase: Phase): World['step'] {
  return phase === 'decode' ? 'steady' : phase === 'training' ? 'training' : 'flushed';
}

/** Devices of a node. */
export function nodeSize({ links }: System, device: string, count: number): number {
  const between = links.find((link) => link.nodes && link.between.includes(device));
  return between?.nodes?.devices ?? count;
}
