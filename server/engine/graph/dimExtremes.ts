import type { Dim } from './dimTypes';
import { equalDims, lowerBound, ofAtom, printDim, subtract } from './dimPolynomial';

/** The larger of two dimensions; decided where the difference has a provable sign (symbols are at least 0). */
export function maximum(a: Dim, b: Dim): Dim {
  return extreme('max', a, b);
}

/** The smaller of two dimensions; decided where the difference has a provable sign (symbols are at least 0). */
export function minimum(a: Dim, b: Dim): Dim {
  return extreme('min', a, b);
}

function extreme(kind: 'max' | 'min', a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return kind === 'max' ? Math.max(a, b) : Math.min(a, b);
  // One flat, sorted list of arguments: max is associative and commutative.
  const all = [...argumentsOf(kind, a), ...argumentsOf(kind, b)];
  const kept: Dim[] = [];
  for (const dim of all) {
    if (kept.some((other) => wins(kind, other, dim))) continue;
    for (let i = kept.length - 1; i >= 0; i--) if (wins(kind, dim, kept[i]!)) kept.splice(i, 1);
    kept.push(dim);
  }
  kept.sort((x, y) => (printDim(x) < printDim(y) ? -1 : 1));
  return kept.reduce((left, right) => ofAtom({ kind, left, right }));
}

/** Under every binding `a` is the extreme of the two. */
function wins(kind: 'max' | 'min', a: Dim, b: Dim): boolean {
  if (equalDims(a, b)) return true;
  if (lowerBound(kind === 'max' ? subtract(a, b) : subtract(b, a)) >= 0) return true;
  // min(x, y) is at most x: against it, whatever is at least x is the maximum.
  const inner = argumentsOf(kind === 'max' ? 'min' : 'max', b);
  return inner.length > 1 && inner.some((dim) => wins(kind, a, dim));
}

function argumentsOf(kind: 'max' | 'min', dim: Dim): readonly Dim[] {
  if (typeof dim === 'number') return [dim];
  const [term, ...others] = dim.terms;
  const factor = term!.factors[0];
  if (others.length > 0 || term!.coefficient !== 1 || term!.factors.length !== 1 || factor!.power !== 1)
    return [dim];
  const atom = factor!.atom;
  if (atom.kind !== kind) return [dim];
  return [...argumentsOf(kind, atom.left), ...argumentsOf(kind, atom.right)];
}
