import { addTo } from '../../lists';
import { entryOf } from '../../../../outside/table';
import { printDim, symbolsOf, type Bindings } from '../../graph/dim';
import type { Phase } from '../../workload';
import { Numbers, type Equation, type Known } from './equations';
import {
  defaultSize,
  groupOf,
  loneSymbol,
  rankOf,
  stepOf,
  usualSizes,
  type Role,
  type SizedSymbol,
} from './roles';

/** Sizes near a default that are tried by equations alone, which costs little. */
const mostTries = 2048;
/** The same for all symbols of a model. */
const mostTriesInAll = 8192;
const largestSize = 65_536;

/** Two numbers of the user that exclude each other. */
interface Clash {
  /** By name, two or more. */
  readonly given: Readonly<Record<string, number>>;
  /** The equation that does not hold, as text. */
  readonly equation: string;
}

/** A number for every symbol. */
export interface Settled {
  readonly numbers: ReadonlyMap<string, Known>;
  readonly clashes: readonly Clash[];
  /** Those that do so by what the file declares or its names say, which may be wrong: errors of the graph tell. */
  readonly doubts: readonly Clash[];
}

/** What is asked for besides the model. */
export interface SizesAsked {
  readonly given: Bindings;
  readonly phase: Phase;
  /** Sizes to begin with instead of the defaults, by group of roles. */
  readonly wishes?: ReadonlyMap<string, number>;
}

/**
 * Gives every symbol a number: the user's, what follows from those, then defaults, one role after another, each as near
 * to its default as the equations allow.
 * @param again states what the symbols measure once some numbers are known
 */
export function settle(
  again: (known: Bindings) => readonly SizedSymbol[],
  equations: readonly Equation[],
  asked: SizesAsked,
): Settled {
  const numbers = new Numbers(equations);
  const broken = numbers.begin(asked.given);
  const told = new Set<string>();
  const clashesOf = (isSure: boolean): Clash[] =>
    broken
      .filter(({ isCertain, isBroadcast }) => (isCertain || isBroadcast === true) === isSure)
      .flatMap((equation) => clashOf(equation, numbers, asked.given) ?? [])
      // Two equations may say one thing of the same numbers.
      .filter(({ given }) => told.size < told.add(Object.keys(given).sort().join('\n')).size);
  const clashes = clashesOf(true);
  const doubts = clashesOf(false);
  const known = new Map([...numbers.values].map(([name, { value }]) => [name, value]));
  const { parts, totals } = inOrder(again(Object.fromEntries(known)), equations, asked.phase);
  const settler = new Settler(numbers, asked, parts);
  settler.settle(parts);
  settler.settle(totals);
  return { numbers: numbers.values, clashes, doubts };
}

function clashOf(equation: Equation, numbers: Numbers, given: Bindings): Clash | undefined {
  const names = numbers.reasons(equation).given;
  if (names.length < 2) return undefined;
  const own = new Map(Object.entries(given));
  return {
    given: Object.fromEntries(names.map((name) => [name, own.get(name) ?? 0])),
    equation: `${printDim(equation.left)} = ${printDim(equation.right)}`,
  };
}

/** Names before places, and sums apart, since they follow from their parts. */
function inOrder(
  symbols: readonly SizedSymbol[],
  equations: readonly Equation[],
  phase: Phase,
): { parts: readonly SizedSymbol[]; totals: readonly SizedSymbol[] } {
  const sums = new Set<string>();
  for (const { left, right } of equations) {
    for (const [one, other] of [
      [left, right],
      [right, left],
    ] as const) {
      const name = loneSymbol(one);
      if (name !== undefined && symbolsOf(other).length > 1) sums.add(name);
    }
  }
  const key = ({ role, isNamed }: SizedSymbol): number => rankOf(role, phase) * 2 + (isNamed ? 0 : 1);
  const sorted = [...symbols].sort((a, b) => key(a) - key(b));
  return {
    parts: sorted.filter(({ name }) => !sums.has(name)),
    totals: sorted.filter(({ name }) => sums.has(name)),
  };
}

class Settler {
  private tries = 0;
  /** The user's numbers by role: other symbols that have it by name move with those, by place with these. */
  private readonly mates = new Map<string, number>();

  constructor(
    private readonly numbers: Numbers,
    private readonly asked: SizesAsked,
    parts: readonly SizedSymbol[],
  ) {
    for (const symbol of parts) {
      const value = entryOf(asked.given, symbol.name);
      if (value !== undefined && !this.mates.has(mateKey(symbol))) this.mates.set(mateKey(symbol), value);
    }
  }

  settle(symbols: readonly SizedSymbol[]): void {
    const groups = new Map<string, SizedSymbol[]>();
    for (const symbol of symbols) {
      const key = groupOf(symbol.role);
      addTo(groups, key, symbol);
    }
    for (const symbol of symbols) {
      if (this.numbers.values.has(symbol.name)) continue;
      const group = groupOf(symbol.role);
      const open = groups.get(group)!.filter(({ name }) => !this.numbers.values.has(name));
      this.choose(open, group);
    }
  }

  /** Gives one size to all of them, or each its own where that does not hold. */
  private choose(open: readonly SizedSymbol[], group: string): void {
    const first = this.first(open[0]!, group);
    if (open.some((symbol) => this.first(symbol, group) !== first)) {
      for (const symbol of open) if (!this.fits([symbol], group)) this.assumeAll([symbol], group);
      return;
    }
    if (this.tryAll(open, first) || this.fits(open, group)) return;
    for (const symbol of open) {
      const isKnown = this.numbers.values.has(symbol.name);
      if (!isKnown && !this.fits([symbol], group)) this.assumeAll([symbol], group);
    }
  }

  /** Finds the size nearest to the first one with which all equations hold. */
  private fits(symbols: readonly SizedSymbol[], group: string): boolean {
    const first = symbols[0]!;
    const mayBeNothing = symbols.length === 1 && Object.keys(this.asked.given).length > 0;
    for (const size of sizesNear(this.first(first, group), first.role, mayBeNothing)) {
      if (++this.tries > mostTriesInAll) return false;
      if (this.tryAll(symbols, size)) return true;
    }
    return false;
  }

  private tryAll(symbols: readonly SizedSymbol[], size: number): boolean {
    const mark = this.numbers.mark();
    for (const { name } of symbols) {
      if (this.numbers.values.has(name) || this.numbers.assume(name, size)) continue;
      this.numbers.undo(mark);
      return false;
    }
    return true;
  }

  /** No size holds: inference says what is wrong. */
  private assumeAll(symbols: readonly SizedSymbol[], group: string): void {
    for (const symbol of symbols) this.numbers.assume(symbol.name, this.first(symbol, group));
  }

  /** The size to begin with. */
  private first(symbol: SizedSymbol, group: string): number {
    const { phase, wishes } = this.asked;
    const mate = this.mates.get(mateKey(symbol));
    if (mate !== undefined && !wishes?.has(group)) return mate;
    const size = wishes?.get(group) ?? defaultSize(symbol.role, phase);
    return Math.max(Math.min(size, 1), Math.round(size / symbol.multiple));
  }
}

function mateKey({ role, isNamed }: SizedSymbol): string {
  return `${role} ${isNamed}`;
}

/** Multiples of the role's step, the nearest first, then sizes that it often has, then any. */
function* sizesNear(first: number, role: Role, mayBeNothing: boolean): Generator<number> {
  const most = Math.min(largestSize, Math.max(4096, first * 4));
  const step = stepOf(role);
  let count = 0;
  yield first;
  for (const by of step > 1 ? [step, 1] : [1]) {
    if (by === 1) yield* usualSizes(role);
    for (let distance = by; distance < most && count < mostTries; distance += by) {
      for (const size of [first + distance, first - distance]) {
        if (size < 1 || size > most || (by === 1 && step > 1 && (size - first) % step === 0)) continue;
        count++;
        yield size;
      }
    }
  }
  // Nothing at all is the last resort where the user's numbers leave nothing.
  if (mayBeNothing) yield 0;
}
