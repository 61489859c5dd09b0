import { entryOf } from '../../../outside/table';
import type { Dim } from './dimTypes';
import { ceilDivide, floorDivide, modulo } from './dimDivide';
import { maximum, minimum } from './dimExtremes';
import { add, multiply, negate, subtract, symbol } from './dimPolynomial';

/** Longer texts are names, not expressions: nobody writes them, and parsing is bounded. */
const maximumLength = 500;
const maximumPrimaries = 128;

const token =
  /\s*(?:(\d+)(?![\p{L}_])|`([^`]*)`|([\p{L}_$][\p{L}\p{N}_$.:]*(?:-(?=[\p{L}_])[\p{L}\p{N}_$.:]+)*)|(\/\/|\*\*|[-+*/%(),]))/uy;

/**
 * A `dim_param`: an expression such as "past + sequence", "2*batch", "floor(seq/2)", "(a+b)//2". A text that is no
 * expression is the name of one symbol. Undefined for texts that say nothing: "", "?", "-1".
 * A hyphen between letters without spaces belongs to the name (`batch-size`), as exporters write it.
 */
export function parseDim(text: string): Dim | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '?') return undefined;
  const parsed = trimmed.length <= maximumLength ? new Parser(trimmed).parse() : undefined;
  if (parsed === undefined) return symbol(trimmed);
  return typeof parsed === 'number' && !(parsed >= 0) ? undefined : parsed;
}

const functions: Readonly<Record<string, (a: Dim, b: Dim) => Dim>> = {
  max: maximum,
  min: minimum,
  mod: modulo,
  floordiv: floorDivide,
  ceildiv: ceilDivide,
  cleandiv: floorDivide,
};

class Parser {
  private readonly tokens: { kind: 'number' | 'name' | 'operator'; text: string }[] = [];
  private at = 0;
  private broken = false;
  private primaries = 0;
  /** What `/` does here: ceil(a/b) rounds the division inside it up. */
  private rounding = floorDivide;

  constructor(text: string) {
    token.lastIndex = 0;
    let end = 0;
    for (let match = token.exec(text); match; match = token.exec(text)) {
      end = token.lastIndex;
      const [, number, quoted, name, operator] = match;
      if (number !== undefined) this.tokens.push({ kind: 'number', text: number });
      else if (operator !== undefined) this.tokens.push({ kind: 'operator', text: operator });
      else this.tokens.push({ kind: 'name', text: (quoted ?? name)! });
    }
    if (text.slice(end).trim() !== '') this.broken = true;
  }

  parse(): Dim | undefined {
    if (this.broken) return undefined;
    const value = this.sum();
    return this.broken || this.at < this.tokens.length ? undefined : value;
  }

  private take(...operators: string[]): string | undefined {
    const next = this.tokens[this.at];
    if (next?.kind !== 'operator' || !operators.includes(next.text)) return undefined;
    this.at++;
    return next.text;
  }

  private fail(): Dim {
    this.broken = true;
    return 0;
  }

  private sum(): Dim {
    let value = this.term();
    for (let operator = this.take('+', '-'); operator && !this.broken; operator = this.take('+', '-')) {
      value = operator === '+' ? add(value, this.term()) : subtract(value, this.term());
    }
    return value;
  }

  private term(): Dim {
    let value = this.unary();
    for (;;) {
      const operator = this.take('*', '//', '/', '%');
      if (!operator || this.broken) return value;
      const right = this.unary();
      if (operator === '*') value = multiply(value, right);
      else if (right === 0) return this.fail();
      else
        value =
          operator === '%'
            ? modulo(value, right)
            : operator === '/'
              ? this.rounding(value, right)
              : floorDivide(value, right);
    }
  }

  private unary(): Dim {
    if (this.take('-')) return negate(this.unary());
    const base = this.primary();
    if (!this.take('**')) return base;
    const exponent = this.primary();
    if (typeof exponent !== 'number' || exponent < 1 || exponent > 8) return this.fail();
    let value = base;
    for (let i = 1; i < exponent; i++) value = multiply(value, base);
    return value;
  }

  private primary(): Dim {
    if (++this.primaries > maximumPrimaries) return this.fail();
    const next = this.tokens[this.at];
    if (!next) return this.fail();
    this.at++;
    if (next.kind === 'number') return Number(next.text);
    if (next.kind === 'name') return this.take('(') ? this.call(next.text.toLowerCase()) : symbol(next.text);
    if (next.text !== '(') return this.fail();
    const value = this.sum();
    return this.take(')') ? value : this.fail();
  }

  private call(name: string): Dim {
    if (name === 'floor' || name === 'ceil' || name === 'ceiling') {
      const outer = this.rounding;
      this.rounding = name === 'floor' ? floorDivide : ceilDivide;
      const rounded = this.sum();
      this.rounding = outer;
      return this.take(')') ? rounded : this.fail();
    }
    const operation = entryOf(functions, name);
    if (!operation) return this.fail();
    let value = this.sum();
    while (this.take(',') && !this.broken) value = operation(value, this.sum());
    return this.take(')') ? value : this.fail();
  }
}
