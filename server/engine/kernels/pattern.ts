import { entryOf } from '../../../outside/table';

/**
 * The expressions of patterns.json. A pattern is written as the ONNX expression that it stands for:
 *
 *   Add(Mul(Div(d = Sub(x, ReduceMean(x)), Sqrt(Add(ReduceMean(Pow(d, 2)), c!))), gamma!), beta!)
 *
 * `x` any value, the same one wherever the name returns; `w!` a constant value; `2` a constant with that content;
 * `_` anything; `A|B(...)` one of the operators; `@name(...)` one of a set of operators; `&name` one of the
 * expressions of a fragment, which may name itself; `A?(x)` the operator or its first argument itself; `A{test}(...)`
 * and `x{test}` with a test of conditions.ts; `A*(...)` may be read by others as well, which then run it for themselves;
 * `A^(...)` must be there but stays outside the kernel; `name = ...` names the value. Inputs beyond the written ones are free.
 */
export type Expression =
  | {
      readonly kind: 'value';
      readonly name: string;
      readonly constant: boolean;
      readonly tests: readonly string[];
    }
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'any' }
  | { readonly kind: 'fragment'; readonly fragment: string; readonly name: string | null }
  | OperatorExpression;

export interface OperatorExpression {
  readonly kind: 'operator';
  readonly operators: ReadonlySet<string>;
  readonly inputs: readonly Expression[];
  readonly optional: boolean;
  readonly duplicable: boolean;
  readonly context: boolean;
  readonly tests: readonly string[];
  readonly name: string | null;
}

const token = /\s*([A-Za-z_][\w.:]*|[@&]\w[\w-]*|-?\d+(?:\.\d+)?(?:e-?\d+)?|[()|,?*!=^]|\{[^}]*\})/y;

/** Sets of operators by name, as patterns write them: `@name`. */
type OperatorSets = Readonly<Record<string, readonly string[]>>;

/** Reads one expression. Throws on a malformed one: the table is part of the program and covered by a test. */
export function parsePattern(text: string, sets: OperatorSets): Expression {
  return new PatternReader(text, sets).read();
}

class PatternReader {
  private readonly tokens: readonly string[];
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly sets: OperatorSets,
  ) {
    this.tokens = tokensOf(text);
  }

  read(): Expression {
    const parsed = this.expression();
    if (this.at !== this.tokens.length) throw this.malformed(`"${this.peek()}" is too much`);
    return parsed;
  }

  private expression(): Expression {
    let first = this.take();
    let name: string | null = null;
    if (this.has('=')) {
      name = first;
      first = this.take();
    }
    if (first === '_') return { kind: 'any' };
    if (/^-?\d/.test(first)) return { kind: 'number', value: Number(first) };
    if (first.startsWith('&')) return { kind: 'fragment', fragment: first.slice(1), name };
    if (!first.startsWith('@') && !/^[A-Z]/.test(first)) {
      return { kind: 'value', name: first, constant: this.has('!'), tests: this.tests() };
    }
    const operators = this.operators(first);
    return { kind: 'operator', operators, ...this.marks(), inputs: this.inputs(), name };
  }

  /** `A|B|@set`, of which the first is read already. */
  private operators(first: string): Set<string> {
    const names = new Set<string>();
    for (let name = first; ; name = this.take()) {
      if (name.startsWith('@')) {
        const members = entryOf(this.sets, name.slice(1));
        if (!members) throw this.malformed(`no set ${name}`);
        for (const member of members) names.add(member);
      } else names.add(name);
      if (!this.has('|')) return names;
    }
  }

  /** What stands between an operator and its inputs. */
  private marks(): Pick<OperatorExpression, 'optional' | 'duplicable' | 'context' | 'tests'> {
    const marks = { optional: false, duplicable: false, context: false, tests: [] as string[] };
    for (;;) {
      if (this.has('?')) marks.optional = true;
      else if (this.has('*')) marks.duplicable = true;
      else if (this.has('^')) marks.context = true;
      else if (this.peek()?.startsWith('{')) marks.tests = this.tests();
      else return marks;
    }
  }

  private inputs(): Expression[] {
    this.take('(');
    const inputs: Expression[] = [];
    while (!this.has(')')) {
      inputs.push(this.expression());
      if (this.peek() !== ')') this.take(',');
    }
    return inputs;
  }

  /** `{one, other}`; none where there is no brace. */
  private tests(): string[] {
    if (!this.peek()?.startsWith('{')) return [];
    const inside = this.take().slice(1, -1);
    return inside.split(',').map((test) => test.trim());
  }

  private peek(): string | undefined {
    return this.tokens[this.at];
  }

  private take(expected?: string): string {
    const found = this.tokens[this.at++];
    if (found === undefined || (expected !== undefined && found !== expected))
      throw this.malformed(`${expected ?? 'more'} expected, found ${found ?? 'the end'}`);
    return found;
  }

  private has(symbol: string): boolean {
    if (this.peek() !== symbol) return false;
    this.at++;
    return true;
  }

  private malformed(reason: string): Error {
    return new Error(`pattern "${this.text}": ${reason}`);
  }
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const from = token.lastIndex;
    const found = token.exec(text);
    if (!found) {
      if (text.slice(from).trim() === '') break;
      throw new Error(`pattern "${text}": unreadable at ${from}`);
    }
    tokens.push(found[1]!);
  }
  return tokens;
}

/** Sets of operators of each of which a graph must hold one, or the expression can match nowhere. */
export function requiredOperators(expression: Expression): ReadonlySet<string>[] {
  if (expression.kind !== 'operator') return [];
  const inner = expression.inputs.flatMap(requiredOperators);
  return expression.optional ? inner : [expression.operators, ...inner];
}
