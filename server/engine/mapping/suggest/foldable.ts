import { fact, suggestionOf } from './make';
import { optionOf, shareGained, underProfile, type Situation } from './trial';
import type { Suggestion } from './types';

/** What a run computes from open sizes alone: constants in a file in which the sizes are fixed. */
export async function foldableNodes(situation: Situation, least: number): Promise<Suggestion[]> {
  const { analysis, prepared } = situation;
  const { profile, plan } = analysis;
  const isOpen = prepared.inference.symbols.some(({ value }) => value !== null);
  if (profile.sizes !== 'file' || !isOpen) return [];
  const folding = { ...profile.folding, constants: true, shapes: null };
  const trial = await underProfile(situation, { ...profile, sizes: 'bound', folding }, true);
  const option = optionOf(situation, trial, { kind: 'graph', value: 'fix' }, 'static');
  const nodes = prepared.inference.nodes
    .filter(({ index }) => plan.kernelOfNode[index] !== -1 && trial.plan.kernelOfNode[index] === -1)
    .map(({ index }) => index);
  if (nodes.length === 0 || (shareGained(option) ?? 0) < least) return [];
  const facts = {
    count: fact.count(nodes.length),
    kernels: fact.count(plan.kernels.length),
    kernelsAfter: fact.count(trial.plan.kernels.length),
  };
  return [suggestionOf(option, { code: 'foldable', nodes, facts })];
}
