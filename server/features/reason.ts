import { markdownText } from '../../outside/markdown';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { movedBytes } from '../engine/kernels/operands';
import type { Kernel } from '../engine/kernels/types';
import type { KernelCost, NodeCost } from '../engine/cost/types';
import type { Analysis } from '../workspace/analysis';
import { timeText } from './format';

/** One sentence on why a node costs what it does on the first chosen chip; null without a chip. */
export function reason(analysis: Analysis, index: number, language: Language): string | null {
  const first = analysis.chips[0];
  const node = analysis.inference.nodes[index];
  const cost = first?.cost.nodes[index];
  // Why the work of a node is not known stands where the work would.
  if (!first || !node?.work || !cost) return null;
  const chip = markdownText(first.chip.name);
  if (cost.kernel < 0) {
    const why = node.folded ? 'folded' : node.view ? 'view' : 'nothing';
    return message(language, `why.${why}`, { chip });
  }
  const kernel = first.plan.kernels[cost.kernel];
  const kernelCost = first.cost.kernels[cost.kernel];
  if (!kernel || !kernelCost) return null;
  const fused = kernel.nodes.length > 1 ? ` ${ofKernel(kernel, kernelCost, cost, language)}` : '';
  return sentence(kernel, kernelCost, chip, language) + fused;
}

/** With whom a node runs, what all of them take together and what of it is the node's. */
function ofKernel(kernel: Kernel, { seconds }: KernelCost, node: NodeCost, language: Language): string {
  const count = kernel.nodes.length - 1;
  if (!seconds || !node.seconds || kernel.repeat === null) return message(language, 'why.fused', { count });
  return message(language, 'why.fused.share', {
    count,
    kernel: timeText(seconds.value * kernel.repeat, language),
    share: timeText(node.seconds.value, language),
  });
}

function sentence(kernel: Kernel, cost: KernelCost, chip: string, language: Language): string {
  if (cost.unit === null) return message(language, 'why.none', { chip });
  const moved = movedBytes(kernel);
  if (!cost.parts || !kernel.operations || moved === null) return message(language, 'why.unknown', { chip });
  const format = formatterOf(language);
  const sum = kernel.operations.matrix + kernel.operations.vector + kernel.operations.special;
  return message(language, `why.${cost.bound}`, {
    chip,
    operations: format.operations(sum),
    bytes: format.bytes(moved),
    compute: timeText(cost.parts.compute, language),
    memory: timeText(cost.parts.memory, language),
    overhead: timeText(cost.parts.overhead, language),
  });
}
