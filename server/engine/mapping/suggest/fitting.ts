import { symbolsOfRole } from '../../inference/bindingNames';
import { cachePolicyIn } from '../../kernels/caches';
import { usableBytes } from '../../memory/fit';
import { freeBytes } from '../../memory/free';
import type { Workload } from '../../workload';
import { smallestOf } from '../../whatFits';
import { fact, suggestionOf } from './make';
import type { TriedPrecision } from './precision';
import { optionOf, underSizes, underWorkload, type Situation, type Trial } from './trial';
import type { Change, Option, Risk, Suggestion } from './types';

/** Rank of adapters where nobody chose one. */
const usualRank = 16;

/** Ways that are offered beside the first. */
const mostOthers = 3;

interface Way {
  readonly option: Option;
  readonly fits: boolean;
}

/** A model that is too large for the chip: which settings make it small enough, the one with the least risk first. */
export async function fitting(
  situation: Situation,
  precisions: readonly TriedPrecision[],
): Promise<Suggestion[]> {
  const { analysis } = situation;
  if (analysis.fit.fits !== false) return [];
  const ways: Way[] = [
    ...(await otherCache(situation)),
    ...(await otherTraining(situation)),
    ...precisions.map(({ option, trial }) => wayOf(option, trial)),
    ...(await smallerBatch(situation)),
  ];
  const enough = ways.filter(({ fits }) => fits);
  const best = enough[0] ?? (await largerChip(situation)) ?? unmeasured({ kind: 'graph', value: 'smaller' });
  const others = enough.filter((way) => way !== best).slice(0, mostOthers);
  const usable = Math.max(1, usableBytes(analysis.fit) ?? 1);
  const needed = usable - (freeBytes(analysis) ?? 0);
  const facts = {
    needed: fact.bytes(needed),
    usable: fact.bytes(usable),
    times: fact.decimal(needed / usable),
    after: fact.bytes(needed - (best.option.gain.bytes ?? 0)),
  };
  const node = analysis.fit.highWaterNode;
  const nodes = node === null ? [] : [node];
  const told = { code: 'does-not-fit', nodes, others: others.map(({ option }) => option), facts } as const;
  return [suggestionOf(best.option, told)];
}

function wayOf(option: Option, { fit }: Trial): Way {
  return { option, fits: fit.fits === true };
}

async function tried(
  situation: Situation,
  workload: Partial<Workload>,
  change: Change,
  risk: Risk,
): Promise<Way> {
  const trial = await underWorkload(situation, workload);
  return wayOf(optionOf(situation, trial, change, risk), trial);
}

async function otherCache(situation: Situation): Promise<Way[]> {
  if (cachePolicyIn(situation.analysis.plan) !== 'exported') return [];
  return [await tried(situation, { cache: 'shared' }, { kind: 'cache', value: 'shared' }, 'runtime')];
}

/** What is kept for the way back is computed again, or shared out over the devices. */
async function otherTraining(situation: Situation): Promise<Way[]> {
  const { workload } = situation.prepared;
  if (workload.phase !== 'training') return [];
  const changes = [
    ...((workload.training?.devices ?? 1) > 1 ? [{ value: { zero: 3 }, risk: 'none' } as const] : []),
    { value: { recompute: 'selective' }, risk: 'none' },
    { value: { recompute: 'full' }, risk: 'none' },
    { value: { optimizer: 'adam-8bit' }, risk: 'optimizer' },
    { value: { loraRank: usualRank }, risk: 'lora' },
  ] as const;
  const ways: Way[] = [];
  for (const { value, risk } of changes) {
    const training = { ...workload.training, ...value };
    ways.push(await tried(situation, { training }, { kind: 'training', value }, risk));
  }
  return ways;
}

/** Where no setting helps: the smallest chip of the class that holds the model. */
async function largerChip(situation: Situation): Promise<Way | undefined> {
  const { prepared, analysis, host, pinnedOn, scheduler } = situation;
  if (pinnedOn) return undefined;
  const id = await smallestOf({ prepared, ...(host && { host }) }, analysis, scheduler);
  return id === null ? undefined : unmeasured({ kind: 'chip', value: id });
}

/** What another chip or another model takes is no gain of this one. */
function unmeasured(change: Change): Way {
  const gain = { seconds: null, isPerSample: false, bytes: null, joules: null };
  return { option: { change, gain, seconds: { before: null, after: null }, risk: 'edit' }, fits: true };
}

/** The largest smaller batch that fits, by halves. */
async function smallerBatch(situation: Situation): Promise<Way[]> {
  const { model, inference } = situation.prepared;
  const symbol = symbolsOfRole(model.graph, inference, 'batch').find(({ value }) => value !== null);
  for (let batch = (symbol?.value ?? 1) >> 1; symbol && batch >= 1; batch >>= 1) {
    const trial = await underSizes(situation, { [symbol.name]: batch });
    if (trial.fit.fits !== true && batch > 1) continue;
    const change = { kind: 'dimensions', value: { [symbol.name]: batch } } as const;
    return [wayOf(optionOf(situation, trial, change, 'latency'), trial)];
  }
  return [];
}
