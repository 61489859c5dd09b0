import { entryOf } from '../../../../outside/table';
import {
  add,
  ceilDivide,
  floorDivide,
  maximum,
  minimum,
  modulo,
  multiply,
  symbol,
  type Dim,
} from '../../graph/dim';
import { openDimension } from '../dims';

/** Letters of an expression, and functions within functions, that are read. */
const limits = { letters: 4096, depth: 32 } as const;

const token = /\s*(?:([A-Za-z_][A-Za-z_0-9]*)|(-?\d+)|'([^']*)'|([(),=]))/y;

/** Two operands each, but for sums and products, which are folded. */
const functions: Readonly<Record<string, (a: Dim, b: Dim) => Dim | undefined>> = {
  Add: add,
  Mul: multiply,
  FloorDiv: (a, b) => (b === 0 ? undefined : floorDivide(a, b)),
  CleanDiv: (a, b) => (b === 0 ? undefined : floorDivide(a, b)),
  CeilDiv: (a, b) => (b === 0 ? undefined : ceilDivide(a, b)),
  Mod: (a, b) => (b === 0 ? undefined : modulo(a, b)),
  PythonMod: (a, b) => (b === 0 ? undefined : modulo(a, b)),
  Max: maximum,
  Min: minimum,
  Pow: (a, b) => (typeof b === 'number' && b > 0 && b <= 4 ? power(a, b) : undefined),
};

function power(base: Dim, exponent: number): Dim {
  return exponent === 1 ? base : multiply(base, power(base, exponent - 1));
}

/**
 * A size as torch.export writes it, in the form of sympy's `srepr`: `Add(Symbol('s0', positive=True), Integer(1))`. Open for what
 * is none of these functions.
 */
export function sizeOf(text: string): Dim {
  if (text.length > limits.letters) return openDimension;
  const found = new Parser(text).whole();
  return found === undefined || (typeof found === 'number' && found < 0) ? openDimension : found;
}

class Parser {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(text: string) {
    const tokens: string[] = [];
    token.lastIndex = 0;
    for (let match = token.exec(text); match; match = token.exec(text)) {
      const [, name, number, quoted, sign] = match;
      tokens.push(name ?? number ?? sign ?? `'${quoted}`);
    }
    this.tokens = tokens;
  }

  whole(): Dim | undefined {
    const found = this.value(0);
    return this.at === this.tokens.length ? found : undefined;
  }

  private value(depth: number): Dim | undefined {
    const name = this.tokens[this.at++];
    if (name === undefined || depth > limits.depth || this.tokens[this.at++] !== '(') return undefined;
    if (name === 'Integer') return this.number();
    if (name === 'Symbol') return this.symbol();
    const operands: (Dim | undefined)[] = [];
    do operands.push(this.value(depth + 1));
    while (this.take(','));
    const operation = entryOf(functions, name);
    if (!this.take(')') || !operation) return undefined;
    return operands.reduce((a, b) => (a === undefined || b === undefined ? undefined : operation(a, b)));
  }

  private number(): number | undefined {
    const number = Number(this.tokens[this.at++]);
    return this.take(')') && Number.isSafeInteger(number) ? number : undefined;
  }

  /** A name, and what is assumed of it. */
  private symbol(): Dim | undefined {
    const name = this.tokens[this.at++];
    while (this.at < this.tokens.length && !this.take(')')) this.at++;
    return name?.startsWith("'") && name.length > 1 ? symbol(name.slice(1)) : undefined;
  }

  private take(sign: string): boolean {
    if (this.tokens[this.at] !== sign) return false;
    this.at++;
    return true;
  }
}
