import { reportWords } from '../reportWords';
import type { Language } from '../../l10n/language';
import { derivationOf } from '../engine/report/derivation/derivation';
import { derivationSections } from '../engine/report/derivation/sections';
import { totalSections } from '../engine/report/derivation/total';
import { markdownOf } from '../engine/report/print/markdown';
import type { Steps } from '../engine/scheduler';
import type { DerivationParams, DerivationResult } from '../protocol';
import type { Analysis } from '../workspace/analysis';

const nothing: DerivationResult = { title: '', text: null };

/** How a time comes about, as a page: that of a node, or of a whole run; on the first chip where none is named. */
export function* derivation(
  { chips, prepared, inference }: Analysis,
  { node, chip: id }: Omit<DerivationParams, 'uri'>,
  language: Language,
): Steps<DerivationResult> {
  const found = id === null ? chips[0] : chips.find(({ chip }) => chip.id === id);
  if (!found) return nothing;
  const words = reportWords(language);
  const named = {
    nodeName: (index: number): string => {
      const { operator, name, outputs } = inference.nodes[index]!.node;
      return `${operator} ${name || (outputs[0] ?? '')}`.trimEnd();
    },
  };
  if (node === null) return { title: found.chip.name, text: markdownOf(totalSections(found, named, words)) };
  if (!inference.nodes[node]) return nothing;
  const run = { ...prepared, plan: found.plan, cost: found.cost };
  const made = yield* derivationOf(run, node);
  if (!made) return nothing;
  return { title: named.nodeName(node), text: markdownOf(derivationSections(made, named, words)) };
}
