import { cachePolicyIn } from '../../kernels/caches';
import { fact, suggestionOf } from './make';
import { optionOf, shareGained, underWorkload, type Situation } from './trial';
import type { Suggestion } from './types';

/** A cache that is copied in every run kept in one buffer instead. */
export async function sharedCache(situation: Situation, least: number): Promise<Suggestion[]> {
  const { analysis, prepared } = situation;
  if (cachePolicyIn(analysis.plan) !== 'exported') return [];
  const trial = await underWorkload(situation, { cache: 'shared' });
  const option = optionOf(situation, trial, { kind: 'cache', value: 'shared' }, 'runtime');
  if (
    (shareGained(option) ?? 0) < least &&
    (option.gain.bytes ?? 0) < least * (analysis.fit.highWaterBytes ?? Infinity)
  )
    return [];
  const { list } = analysis.plan.caches;
  const bytesOf = (id: number): number => prepared.inference.values[id]?.bytes ?? 0;
  const facts = {
    caches: fact.count(list.length),
    past: fact.bytes(list.reduce((sum, { past }) => sum + bytesOf(past), 0)),
    present: fact.bytes(list.reduce((sum, { present }) => sum + bytesOf(present), 0)),
  };
  return [suggestionOf(option, { code: 'kv-copy', nodes: list.map(({ node }) => node), facts })];
}
