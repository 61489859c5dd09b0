import { markdownLink, markdownText } from '../../outside/markdown';
import { formatterOf } from '../../l10n/format';
import { message } from '../../l10n/server';
import type { Language } from '../../l10n/language';
import { movedBytes } from '../engine/kernels/operands';
import type { Kernel } from '../engine/kernels/types';
import type { KernelCost, NodeCost } from '../engine/cost/types';
import type { Analysis } from '../workspace/analysis';
import { lineOf } from '../workspace/nodeIndex';
import { kernelTimeText, timeText } from './format';

/** Of many nodes in one kernel the others are counted. */
const mostOthers = 4;
const nameLetters = 40;

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
  const why = sentence(kernel, kernelCost, chip, language);
  if (kernel.nodes.length < 2) return why;
  return [why, ofKernel(kernel, kernelCost, cost, language), others(analysis, kernel, index, language)].join(
    ' ',
  );
}

/** The nodes that run in one kernel with a node, with links to their lines. */
function others(analysis: Analysis, { nodes }: Kernel, index: number, language: Language): string {
  const all = nodes.filter((one) => one !== index);
  const names = all.slice(0, mostOthers).map((one) => {
    const { name, operator, outputs } = analysis.inference.nodes[one]!.node;
    const text =
      `${markdownText(operator)} ${markdownText(name || (outputs[0] ?? ''), nameLetters)}`.trimEnd();
    const line = lineOf(analysis, one);
    return line === null ? text : markdownLink(text, `${analysis.listing.uri}#L${line + 1}`);
  });
  const left = all.length - names.length;
  if (left > 0) names.push(message(language, 'why.fused.more', { count: left }));
  return message(language, 'why.fused.others', { names: names.join(', ') });
}

/** With whom a node runs, what all of them take together and what of it is the node's. */
function ofKernel(kernel: Kernel, { seconds }: KernelCost, node: NodeCost, language: Language): string {
  const count = kernel.nodes.length - 1;
  const whole = kernelTimeText(seconds, kernel, language);
  if (whole === null || !node.seconds) return message(language, 'why.fused', { count });
  return message(language, 'why.fused.share', {
    count,
    kernel: whole,
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
