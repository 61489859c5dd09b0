import type { RuntimeProfile } from '../../kernels/profile';
import { operatorSupport } from '../../kernels/support/support';
import { patterns } from '../../kernels/patterns';
import { fact, suggestionOf } from './make';
import { optionOf, shareGained, underProfile, type Situation, type Trial } from './trial';
import type { Suggestion } from './types';

/** Patterns that make one kernel of a written-out attention. */
const attentionPatterns = ['attention', 'attention-output'].filter((name) => patterns.has(name));

/** Attention that runs as products and a softmax, with all scores written between them, run as one kernel. */
export async function fusedAttention(situation: Situation, least: number): Promise<Suggestion[]> {
  const { profile } = situation.analysis;
  if (fuses(profile) || !hasOperator(profile)) return [];
  const fused = await withAttention(situation);
  const kernels = fused.plan.kernels.filter(
    ({ fusion }) => fusion !== null && attentionPatterns.includes(fusion),
  );
  const option = optionOf(situation, fused, { kind: 'graph', value: 'attention' }, 'edit');
  if (kernels.length === 0 || (shareGained(option) ?? 0) < least) return [];
  const nodes = kernels.flatMap((kernel) => kernel.nodes);
  const facts = { count: fact.count(kernels.length), runtime: fact.name(profile.name) };
  return [suggestionOf(option, { code: 'unfused-attention', nodes, facts })];
}

function fuses({ passes }: RuntimeProfile): boolean {
  return passes.some(
    (pass) => pass.pass === 'fuse' && pass.patterns.some((name) => attentionPatterns.includes(name)),
  );
}

/** The operator that says attention in one node. */
function hasOperator(profile: RuntimeProfile): boolean {
  const runs = operatorSupport(profile);
  return attentionPatterns.some((name) => runs({ domain: '', operator: patterns.get(name)?.make ?? name }));
}

/** The runtime as if it read each attention as one operator. */
function withAttention(situation: Situation): Promise<Trial> {
  const { profile } = situation.analysis;
  const first = profile.passes.findIndex(({ pass }) => pass === 'fuse');
  const at = first === -1 ? profile.passes.length : first;
  const fuse = { pass: 'fuse', patterns: attentionPatterns } as const;
  const passes = [...profile.passes.slice(0, at), fuse, ...profile.passes.slice(at)];
  return underProfile(situation, { ...profile, passes }, true);
}
