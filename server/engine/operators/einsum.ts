import type { Dim } from '../graph/dim';
import { broadcastDims } from './broadcast';
import type { NodeContext, OperatorRule, OperatorWork, WorkContext } from './rule';

interface Equation {
  /** Labels of each operand; `.0`, `.1`, ... are the axes of its ellipsis, counted from its end. */
  readonly operands: readonly (readonly string[])[];
  readonly output: readonly string[];
}

function parseEquation(text: string, ranks: readonly (number | undefined)[]): Equation | undefined {
  const [left, right] = text.replaceAll(' ', '').split('->');
  const terms = left!.split(',');
  if (terms.length !== ranks.length) return undefined;
  const operands: string[][] = [];
  let ellipsis = 0;
  for (const [index, term] of terms.entries()) {
    const rank = ranks[index];
    if (rank === undefined) return undefined;
    const extra = term.includes('...') ? rank - (term.length - 3) : 0;
    if (extra < 0) return undefined;
    ellipsis = Math.max(ellipsis, extra);
    const labels = spell(term, extra);
    if (labels.length !== rank) return undefined;
    operands.push(labels);
  }
  return { operands, output: right === undefined ? implicit(operands, ellipsis) : spell(right, ellipsis) };
}

function spell(term: string, extra: number): string[] {
  const dots = Array.from({ length: extra }, (_, i) => `.${extra - 1 - i}`);
  const at = term.indexOf('...');
  return at < 0 ? [...term] : [...term.slice(0, at), ...dots, ...term.slice(at + 3)];
}

/** Without an arrow: the ellipsis, then labels that occur once, in alphabetic order. */
function implicit(operands: readonly (readonly string[])[], ellipsis: number): string[] {
  const counts = new Map<string, number>();
  for (const label of operands.flat()) counts.set(label, (counts.get(label) ?? 0) + 1);
  const once = [...counts]
    .filter(([label, count]) => count === 1 && !label.startsWith('.'))
    .map(([label]) => label);
  return [...spell('...', ellipsis), ...once.sort()];
}

function inferEinsum(context: NodeContext): void {
  const shapes = Array.from({ length: context.inputCount }, (_, index) => context.shape(index));
  const equation = parseEquation(
    context.string('equation', ''),
    shapes.map((shape) => shape?.length),
  );
  const sizes = new Map<string, Dim>();
  equation?.operands.forEach((labels, index) =>
    labels.forEach((label, axis) => {
      const dim = shapes[index]![axis]!;
      const known = sizes.get(label);
      context.tie(known, dim, false);
      sizes.set(label, known === undefined ? dim : (broadcastDims(known, dim) ?? dim));
    }),
  );
  context.setTensor(
    0,
    context.dtype(0),
    equation?.output.map((label) => sizes.get(label) ?? context.fresh(label)),
  );
}

/**
 * Two operands: one multiply-accumulate for every combination of labels, 2 × the product of all label sizes; more
 * operands: pairwise from the left, counted as n - 1 such products; one operand: an addition per element read.
 */
function einsumWork(context: WorkContext): OperatorWork {
  const shapes = Array.from({ length: context.inputCount }, (_, index) => context.shape(index));
  const equation = parseEquation(
    context.string('equation', ''),
    shapes.map((shape) => shape.length),
  );
  if (!equation) return {};
  if (shapes.length === 1)
    return equation.operands[0]!.length === equation.output.length ? {} : { vector: context.count(0) };
  const sizes = new Map<string, number>();
  equation.operands.forEach((labels, index) =>
    labels.forEach((label, axis) => sizes.set(label, Math.max(sizes.get(label) ?? 1, shapes[index]![axis]!))),
  );
  const size = (labels: Iterable<string>): number =>
    [...labels].reduce((total, label) => total * sizes.get(label)!, 1);
  const matrix = 2 * (shapes.length - 1) * size(sizes.keys());
  if (shapes.length !== 2) return { matrix };
  const [a, b] = equation.operands.map((labels) => new Set(labels)) as [Set<string>, Set<string>];
  const out = new Set(equation.output);
  const all = [...sizes.keys()];
  const k = all.filter((label) => !out.has(label));
  // Nothing is summed over: a product element by element.
  if (k.length === 0) return { vector: size(sizes.keys()) };
  return {
    matrix,
    matrixShape: {
      kind: 'gemm',
      batch: size(all.filter((label) => a.has(label) && b.has(label) && out.has(label))),
      m: size(all.filter((label) => a.has(label) && !b.has(label) && out.has(label))),
      n: size(all.filter((label) => !a.has(label) && b.has(label) && out.has(label))),
      k: size(k),
      weights: context.isWeight(0) ? 'a' : context.isWeight(1) ? 'b' : 'none',
    },
  };
}

export const einsumOperators: readonly OperatorRule[] = [
  {
    domain: '',
    name: 'Einsum',
    operatorClass: 'gemm',
    formula: 'matrix 2·(n - 1)·product of all label sizes; vector |X| for one operand',
    infer: inferEinsum,
    work: einsumWork,
  },
  {
    domain: '',
    name: 'Det',
    operatorClass: 'other',
    formula: 'vector 2/3·n³ per matrix (LU decomposition)',
    infer: (context) => context.setTensor(0, context.dtype(0), context.shape(0)?.slice(0, -2)),
    work: (context) => {
      const n = context.shape(0).at(-1) ?? 0;
      return { vector: Math.round((2 / 3) * n ** 3) * context.outputCountOf(0) };
    },
  },
];
