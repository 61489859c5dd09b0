import type { Dim } from '../graph/dim';

/** The dimension of a name, as one symbol. */
export function symbol(name: string): Dim {
  return {
    terms: [{ coefficient: 1, factors: [{ atom: { kind: 'symbol', name }, power: 1 }] }],
    key: name,
  };
}

/**
 * A dimension that the file leaves open. Each is a symbol of its own, because two open dimensions need not be equal;
 * its name begins with `?`, which no name in a file need be confused with because the listing prints `?` alone.
 */
export function openDimension(value: string, axis: number): Dim {
  return symbol(`?${value}.${axis}`);
}

/** True for what {@link openDimension} makes. */
export function isOpen(dim: Dim): boolean {
  return typeof dim !== 'number' && dim.key.startsWith('?');
}
