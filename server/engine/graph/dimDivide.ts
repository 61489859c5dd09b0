import type { Dim, DimTerm } from './dimTypes';
import {
  add,
  addInto,
  addTerm,
  atomKey,
  fromTerms,
  listTerms,
  multiply,
  ofAtom,
  subtract,
  termsOf,
  type Terms,
} from './dimPolynomial';

/**
 * floor(a/b). Symbolic divisors are taken to be positive, as dimensions are: a*b/a is b.
 * Division by the number 0 gives 0, the size of whatever was to be divided.
 */
export function floorDivide(a: Dim, b: Dim): Dim {
  if (b === 0 || a === 0) return 0;
  if (typeof a === 'number' && typeof b === 'number') return Math.floor(a / b);
  if (b === 1) return a;
  if (b === -1) return subtract(0, a);
  if (typeof b === 'number') return divideByNumber(a, b);
  return divideBySymbolic(a, b);
}

/** ceil(a/b), as floor((a+b-1)/b). */
export function ceilDivide(a: Dim, b: Dim): Dim {
  if (typeof a === 'number' && typeof b === 'number') return b === 0 ? 0 : Math.ceil(a / b);
  if (typeof b === 'number' && b < 0) return ceilDivide(subtract(0, a), -b);
  return floorDivide(add(a, subtract(b, 1)), b);
}

/** a mod b with the sign of b, as a - b*floor(a/b), so that quotient and rest cancel exactly. */
export function modulo(a: Dim, b: Dim): Dim {
  if (b === 0) return 0;
  if (typeof a === 'number' && typeof b === 'number') return a - b * Math.floor(a / b);
  return subtract(a, multiply(b, floorDivide(a, b)));
}

function divideByNumber(a: Dim, b: number): Dim {
  if (b < 0) return divideByNumber(subtract(0, a), -b);
  // Whole multiples of b leave the floor; the rest keeps coefficients in [0, b).
  const whole: Terms = new Map();
  const rest: Terms = new Map();
  for (const { coefficient, factors } of listTerms(a)) {
    const quotient = Math.floor(coefficient / b);
    addTerm(whole, quotient, factors);
    addTerm(rest, coefficient - quotient * b, factors);
  }
  return add(fromTerms(whole), floorOfRest(fromTerms(rest), b));
}

function floorOfRest(rest: Dim, b: number): Dim {
  if (typeof rest === 'number') return Math.floor(rest / b);
  // floor((g*p + c)/(g*d)) = floor((p + floor(c/g))/d)
  let divisor = b;
  for (const term of rest.terms) if (term.factors.length > 0) divisor = gcd(divisor, term.coefficient);
  if (divisor > 1) {
    const reduced: Terms = new Map();
    for (const { coefficient, factors } of rest.terms) {
      addTerm(reduced, Math.floor(coefficient / divisor), factors);
    }
    return floorDivide(fromTerms(reduced), b / divisor);
  }
  // floor((floor(x/m) + c)/b) = floor((x + c*m)/(m*b))
  const [first, second] = rest.terms;
  const atom =
    first!.factors.length === 1 && first!.factors[0]!.power === 1 ? first!.factors[0]!.atom : undefined;
  const constant =
    rest.terms.length === 1 ? 0 : second!.factors.length === 0 ? second!.coefficient : undefined;
  if (
    atom?.kind === 'floorDiv' &&
    first!.coefficient === 1 &&
    rest.terms.length <= 2 &&
    constant !== undefined &&
    typeof atom.right === 'number'
  ) {
    return floorDivide(add(atom.left, constant * atom.right), atom.right * b);
  }
  return ofAtom({ kind: 'floorDiv', left: rest, right: b });
}

function divideBySymbolic(a: Dim, b: Dim): Dim {
  const common = commonFactor([...listTerms(a), ...listTerms(b)]);
  if (common) {
    const left = divideTerms(a, common);
    const right = divideTerms(b, common);
    return floorDivide(left, right);
  }
  const exact = exactQuotient(a, b);
  if (exact !== undefined) return exact;
  const divisor = listTerms(b);
  if (divisor.length === 1) {
    // Terms that the divisor divides leave the floor.
    const whole: Terms = new Map();
    const rest: Terms = new Map();
    for (const term of listTerms(a)) {
      const quotient = divideTerm(term, divisor[0]!);
      if (quotient) addTerm(whole, quotient.coefficient, quotient.factors);
      else addTerm(rest, term.coefficient, term.factors);
    }
    const remainder = fromTerms(rest);
    if (whole.size > 0) return add(fromTerms(whole), floorDivide(remainder, b));
  }
  return ofAtom({ kind: 'floorDiv', left: a, right: b });
}

/** Number and atoms that divide all terms; undefined when that is 1. */
function commonFactor(terms: readonly DimTerm[]): DimTerm | undefined {
  let coefficient = 0;
  let factors = terms[0]?.factors ?? [];
  for (const term of terms) {
    coefficient = gcd(coefficient, term.coefficient);
    factors = factors.flatMap(({ atom, power }) => {
      const other = term.factors.find((f) => atomKey(f.atom) === atomKey(atom));
      return other ? [{ atom, power: Math.min(power, other.power) }] : [];
    });
  }
  return coefficient > 1 || factors.length > 0 ? { coefficient, factors } : undefined;
}

function divideTerms(dim: Dim, by: DimTerm): Dim {
  const terms: Terms = new Map();
  for (const term of listTerms(dim)) {
    const quotient = divideTerm(term, by)!;
    addTerm(terms, quotient.coefficient, quotient.factors);
  }
  return fromTerms(terms);
}

function divideTerm(term: DimTerm, by: DimTerm): DimTerm | undefined {
  const coefficient = term.coefficient / by.coefficient;
  if (!Number.isInteger(coefficient)) return undefined;
  let factors = term.factors;
  for (const { atom, power } of by.factors) {
    const key = atomKey(atom);
    const have = factors.find((f) => atomKey(f.atom) === key);
    if (!have || have.power < power) return undefined;
    factors = factors.flatMap((f) =>
      f !== have ? [f] : f.power === power ? [] : [{ atom: f.atom, power: f.power - power }],
    );
  }
  return { coefficient, factors };
}

/** a/b by long division when it leaves no rest: (2*a + 2*b)/(a + b) = 2. */
function exactQuotient(a: Dim, b: Dim): Dim | undefined {
  const divisor = listTerms(b);
  const lead = divisor[0]!;
  const quotient: Terms = new Map();
  let rest = a;
  for (let step = 0; step < 16; step++) {
    if (rest === 0) return fromTerms(quotient);
    let found: DimTerm | undefined;
    for (const term of listTerms(rest)) if ((found = divideTerm(term, lead))) break;
    if (!found) return undefined;
    addTerm(quotient, found.coefficient, found.factors);
    const step: Terms = new Map();
    addTerm(step, found.coefficient, found.factors);
    const next = termsOf(rest);
    addInto(next, multiply(fromTerms(step), b), -1);
    rest = fromTerms(next);
  }
  return undefined;
}

/** The greatest whole number that divides both. */
export function gcd(a: number, b: number): number {
  let x = Math.abs(a);
  let y = Math.abs(b);
  while (y) [x, y] = [y, x % y];
  return x;
}
