import type { Dim } from '../../server/engine/graph/dim';
import type { ValueType } from '../../server/engine/graph/model';

/** Type of a real output. */
export type Expected =
  | { readonly kind: 'tensor'; readonly dtype: string; readonly shape: readonly number[] }
  | { readonly kind: 'sequence'; readonly elements: readonly Expected[] }
  | { readonly kind: 'optional'; readonly element: Expected | null }
  | { readonly kind: 'map' | 'sparse_tensor_type' };

/** Type as some inference found it; null where it knows nothing. */
export type Found =
  | {
      readonly kind: 'tensor';
      readonly dtype?: string;
      readonly shape: readonly (number | null)[] | null;
    }
  | { readonly kind: 'sequence' | 'optional'; readonly element?: Found | null }
  | { readonly kind: string };

/** How much of an output is known: `wrong` when a stated part differs from the real one. */
export interface Score {
  readonly right: boolean;
  readonly wrong: boolean;
  /** Known facts: kind, element type, rank and each dimension count 1. */
  readonly known: number;
}

const nothing: Score = { right: false, wrong: false, known: 0 };
const wrong: Score = { right: false, wrong: true, known: 0 };

/** Compares what was found with the real type. */
export function score(expected: Expected, found: Found | null | undefined): Score {
  if (!found || found.kind === 'undefined') return nothing;
  if (expected.kind === 'tensor') return scoreTensor(expected, found);
  if (expected.kind === 'sequence') return scoreSequence(expected.elements, found);
  if (expected.kind === 'optional') {
    if (found.kind !== 'optional') return wrong;
    const element = 'element' in found ? found.element : undefined;
    if (expected.element === null) return { right: true, wrong: false, known: 1 };
    const inner = score(expected.element, element);
    return { ...inner, known: inner.known + 1 };
  }
  return { right: true, wrong: false, known: 1 };
}

function scoreTensor(expected: Expected & { kind: 'tensor' }, found: Found): Score {
  if (found.kind !== 'tensor') return wrong;
  const { dtype, shape } = found as Found & {
    kind: 'tensor';
    dtype?: string;
    shape: (number | null)[] | null;
  };
  if (dtype !== undefined && dtype !== 'undefined' && dtype !== expected.dtype) return wrong;
  const typed = dtype !== undefined && dtype !== 'undefined';
  if (!shape) return { right: false, wrong: false, known: 1 + (typed ? 1 : 0) };
  if (shape.length !== expected.shape.length) return wrong;
  if (shape.some((dim, axis) => dim !== null && dim !== expected.shape[axis])) return wrong;
  const dims = shape.filter((dim, axis) => dim !== null || expected.shape[axis] === null).length;
  return {
    right: typed && dims === shape.length,
    wrong: false,
    known: 2 + (typed ? 1 : 0) + dims,
  };
}

/** A sequence is right when what its elements have in common is known; an empty one says nothing of them. */
function scoreSequence(elements: readonly Expected[], found: Found): Score {
  if (found.kind !== 'sequence') return wrong;
  const element = 'element' in found ? found.element : undefined;
  if (elements.length === 0) return { right: true, wrong: false, known: 1 };
  const scores = elements.map((item) => score(common(item, elements, element), element));
  return {
    right: scores.every((item) => item.right),
    wrong: scores.some((item) => item.wrong),
    known: 1 + Math.min(...scores.map((item) => item.known)),
  };
}

/** Where elements differ in a dimension, not knowing it is right. */
function common(item: Expected, all: readonly Expected[], found: Found | null | undefined): Expected {
  if (item.kind !== 'tensor' || found?.kind !== 'tensor' || !('shape' in found) || !found.shape) return item;
  const shape = item.shape.map((dim, axis) => {
    const same = all.every((other) => other.kind === 'tensor' && other.shape[axis] === dim);
    const stated = (found as { shape: readonly (number | null)[] }).shape[axis];
    return !same && stated === null ? (null as unknown as number) : dim;
  });
  return { ...item, shape };
}

/** Our types in the terms of the generator. */
export function foundOf(type: ValueType | undefined): Found | null {
  if (!type) return null;
  if (type.kind === 'tensor') {
    const shape = type.shape?.map((dim: Dim) => (typeof dim === 'number' ? dim : null)) ?? null;
    return { kind: 'tensor', ...(type.dtype && { dtype: type.dtype }), shape };
  }
  if (type.kind === 'sequence' || type.kind === 'optional') {
    return { kind: type.kind, element: foundOf(type.element) };
  }
  return { kind: type.kind };
}
