import { secondsByPart } from './bounds';
import { fact, suggestionOf } from './make';
import { optionOf, shareGained, underProfile, type Situation } from './trial';
import type { Suggestion } from './types';

/** All kernels recorded once and started together, where the host starts them one by one and the runtime can do so. */
export async function capturedGraph(situation: Situation, least: number): Promise<Suggestion[]> {
  const { profile, plan, cost } = situation.analysis;
  const { eager, graph } = profile.dispatchSeconds;
  const isOnHost = cost.kernels.some(({ unit }) => unit !== null && unit > 0);
  if (profile.launch !== 'eager' || !eager || !graph || !profile.capture || isOnHost) return [];
  const trial = await underProfile(situation, { ...profile, launch: 'graph' }, false);
  const option = optionOf(situation, trial, { kind: 'flag', value: profile.capture.option }, 'static');
  if ((shareGained(option) ?? 0) < least) return [];
  const facts = {
    kernels: fact.count(plan.kernels.reduce((sum, { repeat }) => sum + (repeat ?? 1), 0)),
    eager: fact.seconds(eager.value),
    graph: fact.seconds(graph.value),
    overhead: fact.seconds(secondsByPart(situation.analysis).overhead),
  };
  return [suggestionOf(option, { code: 'graph-capture', facts })];
}
