import type { Dim, DimAtom, DimExpression, DimTerm } from './dimTypes';

/** Larger results become one opaque symbol: no real model needs them, a hostile one could grow them without end. */
const maximumTerms = 64;
const maximumKeyLength = 2000;

/** Monomial → coefficient while a polynomial is built; the constant has the key ''. */
export type Terms = Map<string, { coefficient: number; factors: DimTerm['factors'] }>;

/** A name that reads as one symbol inside an expression, so that it needs no quotes. */
const identifier = /^[\p{L}_$][\p{L}\p{N}_$.:]*(?:-(?=[\p{L}_])[\p{L}\p{N}_$.:]+)*$/u;

/** The dimension that stands for a name, whatever characters it has. */
export function symbol(name: string): DimExpression {
  const atom: DimAtom = { kind: 'symbol', name };
  return { terms: [{ coefficient: 1, factors: [{ atom, power: 1 }] }], key: atomKey(atom) };
}

/** The dimension made of one atom. */
export function ofAtom(atom: DimAtom): DimExpression {
  return { terms: [{ coefficient: 1, factors: [{ atom, power: 1 }] }], key: atomKey(atom) };
}

/** The text of a dimension as users see it; two dimensions are the same exactly when their texts are. */
export function printDim(dim: Dim): string {
  return typeof dim === 'number' ? String(dim) : dim.key;
}

/** Equality of canonical forms: true means equal under every binding. */
export function equalDims(a: Dim, b: Dim): boolean {
  if (typeof a === 'number' || typeof b === 'number') return a === b;
  return a === b || a.key === b.key;
}

export function add(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a + b;
  if (a === 0) return b;
  if (b === 0) return a;
  const terms = termsOf(a);
  addInto(terms, b, 1);
  return fromTerms(terms);
}

export function subtract(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (b === 0) return a;
  const terms = termsOf(a);
  addInto(terms, b, -1);
  return fromTerms(terms);
}

export function negate(a: Dim): Dim {
  return typeof a === 'number' ? -a : subtract(0, a);
}

export function multiply(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return a * b;
  if (a === 0 || b === 0) return 0;
  if (a === 1) return b;
  if (b === 1) return a;
  const terms: Terms = new Map();
  const right = listTerms(b);
  for (const x of listTerms(a)) {
    for (const y of right) {
      addTerm(terms, x.coefficient * y.coefficient, multiplyFactors(x.factors, y.factors));
    }
  }
  return fromTerms(terms);
}

export function sum(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>(add, 0);
}

/** Product of dimensions: the number of elements of a shape; 1 for none. */
export function product(dims: readonly Dim[]): Dim {
  return dims.reduce<Dim>(multiply, 1);
}

/** The terms of a dimension; a number is one term without factors. */
export function listTerms(dim: Dim): readonly DimTerm[] {
  if (typeof dim !== 'number') return dim.terms;
  return dim === 0 ? [] : [{ coefficient: dim, factors: [] }];
}

export function termsOf(dim: Dim): Terms {
  const terms: Terms = new Map();
  addInto(terms, dim, 1);
  return terms;
}

export function addInto(terms: Terms, dim: Dim, scale: number): void {
  for (const term of listTerms(dim)) addTerm(terms, term.coefficient * scale, term.factors);
}

export function addTerm(terms: Terms, coefficient: number, factors: DimTerm['factors']): void {
  const key = monomialKey(factors);
  const known = terms.get(key);
  if (known) known.coefficient += coefficient;
  else terms.set(key, { coefficient, factors });
}

/** The dimension with every coefficient changed. */
export function mapCoefficients(dim: Dim, change: (coefficient: number) => number): Dim {
  const terms: Terms = new Map();
  for (const term of listTerms(dim)) addTerm(terms, change(term.coefficient), term.factors);
  return fromTerms(terms);
}

/** The canonical dimension of collected terms. */
export function fromTerms(terms: Terms): Dim {
  const kept = [...terms].filter(([, term]) => term.coefficient !== 0);
  if (kept.length === 0) return 0;
  if (kept.length === 1 && kept[0]![0] === '') return kept[0]![1].coefficient;
  // The constant comes last; other terms in the order of their text.
  kept.sort(([a], [b]) => (a === '' ? 1 : b === '' ? -1 : a < b ? -1 : 1));
  let key = '';
  for (const [monomial, { coefficient }] of kept) key = appendTerm(key, monomial, coefficient);
  if (kept.length > maximumTerms || key.length > maximumKeyLength) return symbol(`expression#${hash(key)}`);
  return { terms: kept.map(([, term]) => ({ coefficient: term.coefficient, factors: term.factors })), key };
}

function appendTerm(text: string, monomial: string, coefficient: number): string {
  const size = Math.abs(coefficient);
  const body = monomial === '' ? String(size) : size === 1 ? monomial : `${monomial}*${size}`;
  if (text === '') return coefficient < 0 ? `-${body}` : body;
  return `${text} ${coefficient < 0 ? '-' : '+'} ${body}`;
}

function monomialKey(factors: DimTerm['factors']): string {
  let key = '';
  for (const { atom, power } of factors) {
    const text = atomKey(atom);
    for (let i = 0; i < power; i++) key += key === '' ? text : `*${text}`;
  }
  return key;
}

const atomKeys = new WeakMap<DimAtom, string>();

export function atomKey(atom: DimAtom): string {
  let key = atomKeys.get(atom);
  if (key === undefined) {
    key = makeAtomKey(atom);
    atomKeys.set(atom, key);
  }
  return key;
}

function makeAtomKey(atom: DimAtom): string {
  switch (atom.kind) {
    case 'symbol':
      return identifier.test(atom.name) || !/[-+*/%(),`]/.test(atom.name)
        ? atom.name
        : `\`${atom.name.replaceAll('`', "'")}\``;
    case 'floorDiv':
      return `floor(${grouped(atom.left)}/${grouped(atom.right)})`;
    case 'ceilDiv':
      return `ceil(${grouped(atom.left)}/${grouped(atom.right)})`;
    case 'mod':
    case 'max':
    case 'min':
      return `${atom.kind}(${printDim(atom.left)}, ${printDim(atom.right)})`;
  }
}

function grouped(dim: Dim): string {
  const simple =
    typeof dim === 'number'
      ? dim >= 0
      : dim.terms.length === 1 && dim.terms[0]!.coefficient === 1 && degree(dim.terms[0]!) === 1;
  return simple ? printDim(dim) : `(${printDim(dim)})`;
}

function degree(term: DimTerm): number {
  return term.factors.reduce((total, factor) => total + factor.power, 0);
}

function multiplyFactors(a: DimTerm['factors'], b: DimTerm['factors']): DimTerm['factors'] {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const powers = new Map<string, { atom: DimAtom; power: number }>();
  for (const { atom, power } of [...a, ...b]) {
    const key = atomKey(atom);
    const known = powers.get(key);
    if (known) known.power += power;
    else powers.set(key, { atom, power });
  }
  return [...powers].sort(([x], [y]) => (x < y ? -1 : 1)).map(([, factor]) => factor);
}

/** The greatest number that the dimension provably never falls below, symbols being at least 0; -Infinity if none. */
export function lowerBound(dim: Dim): number {
  if (typeof dim === 'number') return dim;
  let bound = 0;
  for (const { coefficient, factors } of dim.terms) {
    if (factors.length === 0) bound += coefficient;
    else if (coefficient < 0) return -Infinity;
    else bound += coefficient * factors.reduce((low, f) => low * Math.pow(atomBound(f.atom), f.power), 1);
    if (Number.isNaN(bound) || bound === -Infinity) return -Infinity;
  }
  return bound;
}

function atomBound(atom: DimAtom): number {
  if (atom.kind === 'symbol') return 0;
  const left = lowerBound(atom.left);
  const right = lowerBound(atom.right);
  if (atom.kind === 'max') return Math.max(left, right);
  if (atom.kind === 'min') return Math.min(left, right);
  if (atom.kind === 'mod') return right >= 0 ? 0 : -Infinity;
  if (typeof atom.right === 'number' && atom.right > 0) return Math.floor(left / atom.right);
  return left >= 0 && right >= 0 ? 0 : -Infinity;
}

/** FNV-1a, to name what is too long to print. */
function hash(text: string): string {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) value = Math.imul(value ^ text.charCodeAt(i), 0x01000193);
  return (value >>> 0).toString(16);
}
