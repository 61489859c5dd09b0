import { twoOfFourSpeedup } from '../../cost/sparsity/speedup';
import { fact, suggestionOf } from './make';
import { optionOf, shareGained, withSparse, type Situation } from './trial';
import type { Suggestion } from './types';

/** Weights of products in the 2:4 pattern, on chips whose units skip its zeros. */
export async function prunedWeights(situation: Situation, least: number): Promise<Suggestion[]> {
  const { analysis, prepared } = situation;
  const speedup = twoOfFourSpeedup(analysis.chip);
  if (speedup === null || prepared.workload.phase === 'training') return [];
  const products = analysis.plan.kernels.filter(({ operations }) => (operations?.matrix ?? 0) > 0);
  const weights = products.flatMap(({ operands }) => operands.filter(({ role }) => role === 'weight'));
  if (weights.length === 0) return [];
  const trial = await withSparse(situation, new Set(weights.map(({ value }) => value)));
  const option = optionOf(situation, trial, { kind: 'graph', value: 'prune' }, 'pruning');
  if ((shareGained(option) ?? 0) < least) return [];
  const facts = { count: fact.count(products.length), speedup: fact.decimal(speedup) };
  return [suggestionOf(option, { code: 'pruned-2-4', facts })];
}
