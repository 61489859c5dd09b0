import { markdownText } from '../../outside/markdown';
import type { Language } from '../../l10n/language';
import { reportMessage } from '../../l10n/report';
import { message } from '../../l10n/server';
import { refusalOn } from '../engine/report/refusals';
import type { Analysis } from '../workspace/analysis';

/** Chips whose reasons are told. */
const mostChips = 4;

/** Of each chip on which the host runs a node: why it does not run there. */
export function hostLines(analysis: Analysis, index: number, language: Language): string[] {
  const lines: string[] = [];
  for (const one of analysis.chips.slice(0, mostChips)) {
    const kernel = one.plan.kernels[one.plan.kernelOfNode[index] ?? -1];
    const refusal = kernel && refusalOn(analysis.prepared, one)(kernel);
    if (!refusal) continue;
    const { code, ...args } = refusal;
    const reason = reportMessage(language, `refusal.${code}`, { runtime: one.profile.name, ...args });
    lines.push(
      message(language, 'hover.whyHost', { chip: markdownText(one.chip.name), reason: markdownText(reason) }),
      '',
    );
  }
  return lines;
}
