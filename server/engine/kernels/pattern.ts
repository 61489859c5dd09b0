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

/** Reads one expression. Throws on a malformed one: the table is part of the program and covered by a test. */
export function parsePattern(text: string, sets: Readonly<Record<string, readonly string[]>>): Expression {
  const tokens = tokensOf(text);
  let at = 0;
  const peek = (): string | undefined => tokens[at];
  const take = (expected?: string): string => {
    const found = tokens[at++];
    if (found === undefined || (expected !== undefined && found !== expected)) {
      throw new Error(`pattern "${text}": ${expected ?? 'more'} expected, found ${found ?? 'the end'}`);
    }
    return found;
  };
  const has = (symbol: string): boolean => peek() === symbol && (at++, true);

  function operators(first: string): Set<string> {
    const names = new Set<string>();
    for (let name = first; ; name = take()) {
      if (name.startsWith('@')) {
        const members = entryOf(sets, name.slice(1));
        if (!members) throw new Error(`pattern "${text}": no set ${name}`);
        for (const member of members) names.add(member);
      } else names.add(name);
      if (!has('|')) return names;
    }
  }

  const testsHere = (): string[] =>
    peek()?.startsWith('{')
      ? take()
          .slice(1, -1)
          .split(',')
          .map((test) => test.trim())
      : [];

  function expression(): Expression {
    let first = take();
    let name: string | null = null;
    if (peek() === '=') {
      name = first;
      take('=');
      first = take();
    }
    if (first === '_') return { kind: 'any' };
    if (/^-?\d/.test(first)) return { kind: 'number', value: Number(first) };
    if (first.startsWith('&')) return { kind: 'fragment', fragment: first.slice(1), name };
    if (!first.startsWith('@') && !/^[A-Z]/.test(first)) {
      return { kind: 'value', name: first, constant: has('!'), tests: testsHere() };
    }
    const names = operators(first);
    let optional = false;
    let duplicable = false;
    let context = false;
    let tests: string[] = [];
    for (;;) {
      if (has('?')) optional = true;
      else if (has('*')) duplicable = true;
      else if (has('^')) context = true;
      else if (peek()?.startsWith('{')) tests = testsHere();
      else break;
    }
    take('(');
    const inputs: Expression[] = [];
    while (!has(')')) {
      inputs.push(expression());
      if (peek() !== ')') take(',');
    }
    return { kind: 'operator', operators: names, inputs, optional, duplicable, context, tests, name };
  }

  const parsed = expression();
  if (at !== tokens.length) throw new Error(`pattern "${text}": "${tokens[at]}" is too much`);
  return parsed;
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
