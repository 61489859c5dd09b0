import { markdownText } from '../../outside/markdown';
import type { Language } from '../../l10n/language';
import { message } from '../../l10n/server';
import { refusalOn } from '../engine/report/refusals';
import type { Analysis } from '../workspace/analysis';
import { refusalText } from './unitsHover';

/** Chips whose reasons are told. */
const mostChips = 4;

/**
 * Of each chip on which the host runs a node: why it does not run there.
 * @param told chips at the beginning of which the rows of their units say so
 */
export function hostLines(analysis: Analysis, index: number, language: Language, told: number): string[] {
  const lines: string[] = [];
  for (const one of analysis.chips.slice(told, mostChips)) {
    const kernel = one.plan.kernels[one.plan.kernelOfNode[index] ?? -1];
    const refusal = kernel && refusalOn(analysis.prepared, one)(kernel);
    if (!refusal) continue;
    const reason = refusalText(refusal, one.profile.name, language);
    lines.push(
      message(language, 'hover.whyHost', { chip: markdownText(one.chip.name), reason: markdownText(reason) }),
      '',
    );
  }
  return lines;
}
