import { addTo } from '../../lists';
import { printDim, substitute, subtract, symbolsOf, type Bindings, type Dim } from '../../graph/dim';

/** Two dimensions that are equal wherever the graph runs. */
export interface Equation {
  readonly left: Dim;
  readonly right: Dim;
  /** Left out: one of them may also be 1, as broadcasting has it, or names and declarations say so and may be wrong. */
  readonly isCertain: boolean;
  /** By broadcasting: it holds for certain where neither side is 1. */
  readonly isBroadcast?: boolean;
}

/** A number in force, and what it was worked out from. */
export interface Known {
  readonly value: number;
  /** Names of the user's numbers behind it. */
  readonly given: readonly string[];
  /** A number that nobody gave is behind it too. */
  readonly isAssumed: boolean;
}

/** The symbol that got a number, or that the equation does not hold. */
type Solved = { readonly name: string } | 'broken';

/** More numbers of the user behind one help nobody. */
const mostGiven = 8;

/** Numbers of symbols under equations: each new one brings about those that follow from it. */
export class Numbers {
  readonly values = new Map<string, Known>();
  private readonly trail: string[] = [];
  private readonly bySymbol = new Map<string, Equation[]>();

  constructor(private readonly equations: readonly Equation[]) {
    for (const equation of equations) {
      for (const name of new Set([...symbolsOf(equation.left), ...symbolsOf(equation.right)])) {
        addTo(this.bySymbol, name, equation);
      }
    }
  }

  /** Sets the user's numbers and what follows from them. Returns the equations that do not hold then. */
  begin(given: Bindings): Equation[] {
    const broken = new Set<Equation>();
    for (const [name, value] of Object.entries(given)) {
      this.keep(name, { value, given: [name], isAssumed: false });
    }
    for (const equation of this.equations) {
      const found = this.solve(equation);
      if (found === 'broken') broken.add(equation);
      else if (found !== undefined) for (const one of this.follow([found.name])) broken.add(one);
    }
    return [...broken];
  }

  /** A place to come back to. */
  mark(): number {
    return this.trail.length;
  }

  undo(mark: number): void {
    while (this.trail.length > mark) this.values.delete(this.trail.pop()!);
  }

  /** Sets a number that nobody gave, and all that follow from it. Whether all equations hold that they decide. */
  assume(name: string, value: number): boolean {
    this.keep(name, { value, given: [], isAssumed: true });
    return this.follow([name]).length === 0;
  }

  private follow(changed: string[]): Equation[] {
    const broken: Equation[] = [];
    for (let name = changed.pop(); name !== undefined; name = changed.pop()) {
      for (const equation of this.bySymbol.get(name) ?? []) {
        const found = this.solve(equation);
        if (found === 'broken') broken.push(equation);
        else if (found !== undefined) changed.push(found.name);
      }
    }
    return broken;
  }

  private keep(name: string, known: Known): void {
    this.values.set(name, known);
    this.trail.push(name);
  }

  private bound(dim: Dim): Dim {
    return substitute(dim, (name) => this.values.get(name)?.value);
  }

  /** Gives the only open symbol of an equation its number; undefined where nothing follows. */
  private solve(equation: Equation): Solved | undefined {
    const [left, right] = [this.bound(equation.left), this.bound(equation.right)];
    if (typeof left === 'number' && typeof right === 'number') {
      const holds = left === right || (!equation.isCertain && (left === 1 || right === 1));
      return holds ? undefined : 'broken';
    }
    const difference = subtract(left, right);
    if (typeof difference === 'number') return difference === 0 ? undefined : 'broken';
    const root = rootOf(difference);
    if (!root) return undefined;
    if (!(root.value >= 0) || !Number.isInteger(root.value)) return 'broken';
    // What is broadcast against 1 may be of any size.
    if (!equation.isCertain && root.value === 1 && isPair(equation)) return undefined;
    const reasons = this.reasons(equation, root.name);
    // A graph that holds for nothing at all says that no size fits it.
    if (root.value === 0 && reasons.given.length === 0 && !reasons.isAssumed) return undefined;
    this.keep(root.name, { value: root.value, ...reasons });
    return { name: root.name };
  }

  /** What the other numbers of an equation were worked out from. */
  reasons({ left, right }: Equation, except?: string): Pick<Known, 'given' | 'isAssumed'> {
    const known = [...new Set([...symbolsOf(left), ...symbolsOf(right)])]
      .filter((name) => name !== except)
      .flatMap((name) => this.values.get(name) ?? []);
    const given = [...new Set(known.flatMap((one) => one.given))].slice(0, mostGiven);
    return { given, isAssumed: known.some((one) => one.isAssumed) };
  }
}

/** Where a dimension of one symbol is 0, if the symbol stands in it as a multiple. */
function rootOf(difference: Exclude<Dim, number>): { name: string; value: number } | undefined {
  const [term, constant, ...more] = difference.terms;
  const [factor, ...others] = term!.factors;
  if (others.length > 0 || more.length > 0 || factor!.power !== 1 || factor!.atom.kind !== 'symbol') {
    return undefined;
  }
  if (constant && constant.factors.length > 0) return undefined;
  return { name: factor!.atom.name, value: -(constant?.coefficient ?? 0) / term!.coefficient };
}

function isPair({ left, right }: Equation): boolean {
  return symbolsOf(left).length <= 1 && symbolsOf(right).length <= 1;
}

/** Of two that say the same the stronger one counts. */
function strength({ isCertain, isBroadcast }: Equation): number {
  return isCertain ? 2 : isBroadcast ? 1 : 0;
}

/** Equations of which no two say the same, at most `limit` of them. */
export class EquationList {
  readonly equations: Equation[] = [];
  private readonly keys = new Map<string, number>();

  constructor(private readonly limit: number) {}

  add(equation: Equation): void {
    const difference = subtract(equation.left, equation.right);
    if (typeof difference === 'number') return;
    const key = printDim(difference);
    const at = this.keys.get(key);
    if (at === undefined) {
      if (this.equations.length >= this.limit) return;
      this.keys.set(key, this.equations.length);
      this.equations.push(equation);
    } else if (strength(equation) > strength(this.equations[at]!)) this.equations[at] = equation;
  }
}
