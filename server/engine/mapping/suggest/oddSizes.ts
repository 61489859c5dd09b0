import type { Kernel, KernelPlan, Operand } from '../../kernels/types';
import { fact, suggestionOf } from './make';
import { optionOf, shareGained, underPlan, type Situation, type Trial } from './trial';
import type { Option, Suggestion } from './types';

/** Columns that libraries of products take at once: vectors of 16 bytes, and whole tiles (NVIDIA's guide to matrix products). */
const blocks = [8, 64] as const;

/** More columns than this share are no padding but another model. */
const mostAdded = 0.05;

/** A product that takes less than this share of its time away is left as it is. */
const leastOfProduct = 0.02;

/** Products whose number of columns falls between the blocks of the chip's units: with some columns more they take less time. */
export async function oddSizes(situation: Situation, least: number): Promise<Suggestion[]> {
  let best: { readonly option: Option; readonly padded: readonly Padded[] } | undefined;
  for (const block of blocks) {
    const all = paddedProducts(situation.analysis.plan, block);
    if (all.length === 0) continue;
    const tried = await underPlan(situation, withPadding(situation.analysis.plan, all));
    const padded = all.filter(({ index }) => gains(situation, tried, index));
    if (padded.length === 0) continue;
    const trial =
      padded.length === all.length
        ? tried
        : await underPlan(situation, withPadding(situation.analysis.plan, padded));
    const option = optionOf(situation, trial, { kind: 'graph', value: 'pad' }, 'edit');
    if ((shareGained(option) ?? 0) <= (best ? (shareGained(best.option) ?? 0) : least)) continue;
    best = { option, padded };
  }
  if (!best) return [];
  const { option, padded } = best;
  const [first] = padded;
  const nodes = padded.map(({ index }) => situation.analysis.plan.kernels[index]!.anchor);
  const facts = {
    count: fact.count(padded.length),
    from: fact.count(first!.from),
    to: fact.count(first!.to),
    block: fact.count(blocks.findLast((one) => first!.to % one === 0)!),
  };
  // Memory grows by what is added, which the estimate does not hold.
  const honest: Option = { ...option, gain: { ...option.gain, bytes: null } };
  return [suggestionOf(honest, { code: 'odd-dimension', nodes, facts })];
}

interface Padded {
  readonly index: number;
  /** Columns now and with padding. */
  readonly from: number;
  readonly to: number;
}

/** Products with weights whose columns are no multiple of a block, with so many more that they are; those with most first. */
function paddedProducts({ kernels }: KernelPlan, block: number): readonly Padded[] {
  return kernels
    .flatMap(({ index, matrixShape, operations }) => {
      if (matrixShape?.kind !== 'gemm' || matrixShape.weights !== 'b' || !operations) return [];
      const from = matrixShape.n;
      const to = Math.ceil(from / block) * block;
      return to > from && to - from <= mostAdded * from ? [{ index, from, to }] : [];
    })
    .sort((a, b) => b.from - a.from);
}

function withPadding(plan: KernelPlan, padded: readonly Padded[]): KernelPlan {
  const kernels = [...plan.kernels];
  for (const one of padded) kernels[one.index] = paddedKernel(plan.kernels[one.index]!, one);
  return { ...plan, kernels };
}

/** All that has columns has as many more: the product, what it writes and its weights. */
function paddedKernel(kernel: Kernel, { from, to }: Padded): Kernel {
  const { operations, operands, matrixShape } = kernel;
  if (!operations || matrixShape?.kind !== 'gemm') return kernel;
  const more = to / from;
  const isGrown = ({ role, elements }: Operand): boolean =>
    role !== 'input' && elements !== null && elements % from === 0;
  return {
    ...kernel,
    operations: { ...operations, matrix: operations.matrix * more },
    matrixShape: { ...matrixShape, n: to },
    operands: operands.map((one) =>
      isGrown(one)
        ? { ...one, elements: one.elements! * more, bytes: one.bytes === null ? null : one.bytes * more }
        : one,
    ),
  };
}

/** Whether a product takes so much less time with its padding that one would do it. */
function gains({ analysis }: Situation, trial: Trial, index: number): boolean {
  const [before, after] = [analysis.cost.kernels[index]?.seconds, trial.cost.kernels[index]?.seconds];
  return !!before && !!after && before.value - after.value > leastOfProduct * before.value;
}
