import { markdownCode, markdownText } from '../../outside/markdown';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import type { ChipAnalysis } from '../engine/analyse';
import type { MeasuredGroup } from '../engine/report/types';
import type { Analysis } from '../workspace/analysis';
import { measuredOf } from '../workspace/measured';
import { profileProblems } from '../workspace/profileProblems';
import { shapeText, timeText } from './format';

/** Names of nodes that a sentence lists. */
const listed = 6;

/** What imported profiles say of a node, a sentence per chip; nothing where there is no profile. */
export function measuredLines(analysis: Analysis, index: number, language: Language): string[] {
  if (analysis.profiles.length === 0) return [];
  const lines = analysis.chips.flatMap((chip) => chipLines(analysis, chip, index, language));
  return lines.flatMap((line) => [line, '']);
}

function chipLines(analysis: Analysis, chip: ChipAnalysis, index: number, language: Language): string[] {
  const measured = measuredOf(analysis, chip);
  const kernel = chip.cost.nodes[index]?.kernel ?? -1;
  // What is never dispatched can't be measured.
  if (!measured || kernel < 0) return [];
  const name = markdownText(chip.chip.name);
  const group = measured.groupOfKernel.get(kernel);
  if (!group) return [message(language, 'hover.measured.none', { chip: name })];
  const remarks = profileProblems(analysis).filter((one) => one.chip === chip.chip.id);
  return [
    [verdict(group, name, language), shared(analysis, chip, group, language)].filter(Boolean).join(' '),
    ...(remarks.length > 0 ? [message(language, 'hover.measured.doubtful', { chip: name })] : []),
  ];
}

function verdict(group: MeasuredGroup, chip: string, language: Language): string {
  const { seconds, estimate, ratio, conflict } = group;
  const measured = timeText(seconds, language);
  if (conflict) {
    const sizes = { then: shapeText(conflict.measured), now: shapeText(conflict.expected) };
    return message(language, 'hover.measured.conflict', { chip, measured, ...sizes });
  }
  if (!estimate || ratio === null) return message(language, 'hover.measured.alone', { chip, measured });
  const key = group.inside ? 'inside' : seconds > estimate.high ? 'slower' : 'faster';
  return message(language, `hover.measured.${key}`, {
    chip,
    measured,
    ratio: formatterOf(language).ratio(ratio),
    estimate: timeText(estimate.value, language),
    low: timeText(estimate.low, language),
    high: timeText(estimate.high, language),
  });
}

/** Which nodes share the time; '' for one alone. */
function shared(analysis: Analysis, chip: ChipAnalysis, group: MeasuredGroup, language: Language): string {
  const nodes = group.kernels.flatMap((kernel) => chip.plan.kernels[kernel]?.nodes ?? []);
  if (nodes.length < 2) return '';
  const names = nodes.slice(0, listed).map((index) => {
    const node = analysis.inference.nodes[index]?.node;
    return markdownCode(node?.name || node?.outputs[0] || node?.operator || '', 60);
  });
  const list = names.join(', ');
  if (nodes.length <= listed) return message(language, 'hover.measured.shared', { nodes: list });
  return message(language, 'hover.measured.sharedMore', { nodes: list, count: nodes.length - listed });
}
