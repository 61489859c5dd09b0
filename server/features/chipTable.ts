import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { markdownText } from '../../outside/markdown';
import type { ChipCost, KernelCost, NodeCost } from '../engine/cost/types';
import type { KernelPlan } from '../engine/kernels/types';
import type { Analysis } from '../workspace/analysis';
import { boundWord, kernelTimeText, nodeTime } from './format';

const chipRows = 8;

/** What a node takes on each chosen chip, as a table of a hover. */
export function chipTable(analysis: Analysis, index: number, language: Language): string[] {
  const head = ['hover.table.chip', 'hover.table.time', 'hover.table.bound', 'hover.table.basis'] as const;
  const rows = analysis.chips.slice(0, chipRows).map(({ chip, cost, plan }) => {
    const node = cost.nodes[index];
    const kernel = node && node.kernel >= 0 ? cost.kernels[node.kernel] : undefined;
    const basis = message(language, `basis.${node?.seconds?.basis ?? 'unknown'}`);
    const away = elsewhere(kernel, cost.units, language);
    const part = ofKernel(node, kernel, plan, language);
    const nothing = node?.seconds?.value === 0 && node.bound === 'none' && part === '';
    const time = nodeTime(node, language);
    return [
      markdownText(chip.name) + away,
      nothing ? message(language, 'hover.nothing') : time + part,
      boundWord(node?.bound ?? 'unknown', language),
      nothing ? '–' : basis,
    ];
  });
  return [
    `| ${head.map((key) => message(language, key)).join(' | ')} |`,
    '| :-- | --: | :-- | :-- |',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ];
}

/** Of a node that runs in one kernel with others what it is a part of. */
function ofKernel(
  node: NodeCost | undefined,
  kernel: KernelCost | undefined,
  { kernels }: KernelPlan,
  language: Language,
): string {
  const planned = node && kernels[node.kernel];
  if (!planned || planned.nodes.length < 2 || !kernel) return '';
  const time = kernelTimeText(kernel.seconds, planned, language);
  return time === null ? '' : ` ${message(language, 'hover.ofKernel', { time })}`;
}

/** Where a node runs that does not run on the chip of its row. */
function elsewhere(
  kernel: Pick<KernelCost, 'unit'> | undefined,
  units: ChipCost['units'],
  language: Language,
): string {
  const unit = kernel?.unit ? units[kernel.unit] : undefined;
  if (!unit) return '';
  // A host of which no mapping says anything is called so.
  const where = unit.profile ? markdownText(unit.chip.name) : message(language, 'hover.onHost');
  return ` (${where})`;
}
