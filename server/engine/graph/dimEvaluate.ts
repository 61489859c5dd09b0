import { entryOf } from '../../../outside/table';
import type { Bindings, Dim, DimAtom } from './dimTypes';
import { ceilDivide, floorDivide, modulo } from './dimDivide';
import { maximum, minimum } from './dimExtremes';
import { add, multiply, ofAtom } from './dimPolynomial';

/** The dimension with the bound symbols replaced by their numbers; those without one stay. */
export function evaluate(dim: Dim, bindings: Bindings): Dim {
  if (typeof dim === 'number') return dim;
  return replace(dim, (name) => entryOf(bindings, name));
}

/** The dimension with symbols replaced by other dimensions. */
export function substitute(dim: Dim, replacement: (name: string) => Dim | undefined): Dim {
  return typeof dim === 'number' ? dim : replace(dim, replacement);
}

/** Names of all symbols in a dimension, in order of appearance. */
export function symbolsOf(dim: Dim): readonly string[] {
  const names = new Set<string>();
  collect(dim, names);
  return [...names];
}

function replace(dim: Dim, replacement: (name: string) => Dim | undefined): Dim {
  if (typeof dim === 'number') return dim;
  let total: Dim = 0;
  let changed = false;
  for (const { coefficient, factors } of dim.terms) {
    let value: Dim = coefficient;
    for (const { atom, power } of factors) {
      const replaced = replaceAtom(atom, replacement);
      if (replaced !== undefined) changed = true;
      const base = replaced ?? ofAtom(atom);
      for (let i = 0; i < power; i++) value = multiply(value, base);
    }
    total = add(total, value);
  }
  return changed ? total : dim;
}

function replaceAtom(atom: DimAtom, replacement: (name: string) => Dim | undefined): Dim | undefined {
  if (atom.kind === 'symbol') return replacement(atom.name);
  const left = replace(atom.left, replacement);
  const right = replace(atom.right, replacement);
  if (left === atom.left && right === atom.right) return undefined;
  switch (atom.kind) {
    case 'floorDiv':
      return floorDivide(left, right);
    case 'ceilDiv':
      return ceilDivide(left, right);
    case 'mod':
      return modulo(left, right);
    case 'max':
      return maximum(left, right);
    case 'min':
      return minimum(left, right);
  }
}

function collect(dim: Dim, names: Set<string>): void {
  if (typeof dim === 'number') return;
  for (const { factors } of dim.terms) {
    for (const { atom } of factors) {
      if (atom.kind === 'symbol') names.add(atom.name);
      else {
        collect(atom.left, names);
        collect(atom.right, names);
      }
    }
  }
}
