import { samplesPerRun } from '../../cost/samples';
import { symbolsOfRole } from '../../inference/bindingNames';
import { secondsByPart } from './bounds';
import { fact, suggestionOf } from './make';
import { optionOf, shareGained, underSizes, type Situation } from './trial';
import type { Option, Suggestion } from './types';

/** Batches that are tried, as multiples of the one in force. */
const multiples = [4, 16, 64] as const;

/** A larger batch has to take so much more of the time per sample away than a smaller one: it costs latency. */
const worthTheWait = 0.05;

/** Less than this share of the time per sample is not worth a longer run. */
const leastShare = 0.2;

/** More samples in one run, where what a run costs anyway is shared by them. */
export async function largerBatch(situation: Situation): Promise<Suggestion[]> {
  const { prepared, analysis } = situation;
  const { inference, model, workload } = prepared;
  if (workload.phase === 'training' || analysis.fit.fits !== true) return [];
  const symbol = symbolsOfRole(model.graph, inference, 'batch').find(({ value }) => value !== null);
  if (!symbol) return [];
  let best: { readonly option: Option; readonly batch: number } | undefined;
  for (const multiple of multiples) {
    const batch = (symbol.value ?? 1) * multiple;
    const trial = await underSizes(situation, { [symbol.name]: batch });
    if (trial.fit.fits !== true) break;
    if (trial.samples === samplesPerRun(inference)) return [];
    const change = { kind: 'dimensions', value: { [symbol.name]: batch } } as const;
    const option = optionOf(situation, trial, change, 'latency');
    const enough = best ? (shareGained(best.option) ?? 0) + worthTheWait : 0;
    if ((shareGained(option) ?? 0) >= enough) best = { option, batch };
  }
  if (!best || (shareGained(best.option) ?? 0) < leastShare) return [];
  const { option, batch } = best;
  const after = option.seconds.after ?? 0;
  const parts = secondsByPart(analysis);
  const facts = {
    batch: fact.count(symbol.value ?? 1),
    batchAfter: fact.count(batch),
    latency: fact.seconds(analysis.cost.total.latencySeconds?.value ?? 0),
    latencyAfter: fact.seconds(after * batch),
    overhead: fact.seconds(parts.overhead),
    memory: fact.seconds(parts.memory),
  };
  return [suggestionOf(option, { code: 'small-batch', facts })];
}
