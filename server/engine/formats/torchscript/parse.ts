import { damaged, unreadable } from '../unreadable';
import { limits } from './limits';
import { tokensOf, type Token } from './tokens';

export type Expression =
  | { readonly kind: 'name'; readonly name: string }
  | { readonly kind: 'constant'; readonly value: number | string | boolean | null }
  | { readonly kind: 'list' | 'tuple'; readonly items: readonly Expression[] }
  | { readonly kind: 'attribute'; readonly of: Expression; readonly name: string }
  | { readonly kind: 'index'; readonly of: Expression; readonly at: Expression }
  | {
      readonly kind: 'call';
      readonly callee: Expression;
      readonly args: readonly Expression[];
      readonly named: readonly (readonly [string, Expression])[];
    }
  /** What is not read: dictionaries, signs between operands. */
  | { readonly kind: 'unknown' };

export type Statement =
  | {
      readonly kind: 'assign';
      readonly targets: readonly string[];
      readonly isList: boolean;
      readonly value: Expression;
    }
  | { readonly kind: 'expression'; readonly value: Expression }
  | { readonly kind: 'return'; readonly value: Expression }
  | {
      readonly kind: 'if';
      readonly condition: Expression;
      readonly then: readonly Statement[];
      readonly otherwise: readonly Statement[];
    }
  | {
      readonly kind: 'for';
      readonly target: string;
      readonly over: Expression;
      readonly body: readonly Statement[];
    }
  | { readonly kind: 'while'; readonly condition: Expression; readonly body: readonly Statement[] };

/** A parameter, its type in words, and what it is where nothing is given. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
  readonly otherwise?: Expression;
}

export interface CodeFunction {
  readonly name: string;
  readonly parameters: readonly Parameter[];
  readonly body: readonly Statement[];
}

export interface CodeClass {
  readonly name: string;
  readonly parameterNames: ReadonlySet<string>;
  readonly bufferNames: ReadonlySet<string>;
  /** Attributes that are stated once for all objects. */
  readonly constants: ReadonlyMap<string, Expression>;
  readonly methods: ReadonlyMap<string, CodeFunction>;
}

/** Classes and functions of a text of code. */
export interface Code {
  readonly classes: readonly CodeClass[];
  readonly functions: readonly CodeFunction[];
}

const unknown: Expression = { kind: 'unknown' };
const words: ReadonlyMap<string, boolean | null | number> = new Map<string, boolean | null | number>([
  ['True', true],
  ['False', false],
  ['None', null],
  ['inf', Infinity],
  ['nan', NaN],
]);

/** Reads the part of Python that TorchScript writes. Throws {@link UnreadableError} where it is none. */
export function parseCode(code: string): Code {
  return new Parser(tokensOf(code)).code();
}

class Parser {
  private at = 0;
  private depth = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  code(): Code {
    const classes: CodeClass[] = [];
    const functions: CodeFunction[] = [];
    for (this.skipLines(); this.peek().kind !== 'end'; this.skipLines()) {
      if (this.takeName('class')) classes.push(this.class());
      else if (this.takeName('def')) functions.push(this.function());
      else this.skipToLine();
    }
    return { classes, functions };
  }

  private peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)]!;
  }

  private next(): Token {
    const token = this.peek();
    this.at++;
    return token;
  }

  private take(text: string): boolean {
    if (this.peek().text !== text || this.peek().kind !== 'sign') return false;
    this.at++;
    return true;
  }

  private takeName(text: string): boolean {
    if (this.peek().text !== text || this.peek().kind !== 'name') return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (!this.take(text)) throw damaged(`code before “${this.peek().text.slice(0, 20)}”`, 0);
  }

  private skipLines(): void {
    while (this.peek().kind === 'line') this.at++;
  }

  private skipToLine(): void {
    while (this.peek().kind !== 'line' && this.peek().kind !== 'end') this.at++;
  }

  /** Whether another line of a block comes that is indented further than `indent`. */
  private hasLine(indent: number): boolean {
    this.skipLines();
    return this.peek().kind !== 'end' && this.peek().indent > indent;
  }

  private class(): CodeClass {
    const { text: name, indent } = this.next();
    this.skipToLine();
    const lists = new Map<string, ReadonlySet<string>>();
    const constants = new Map<string, Expression>();
    const methods = new Map<string, CodeFunction>();
    while (this.hasLine(indent)) {
      if (this.takeName('def')) {
        const method = this.function();
        methods.set(method.name, method);
        continue;
      }
      const own = this.next().text;
      if (this.take(':')) this.type(['=', '\n']);
      if (this.take('=')) {
        const value = this.expression();
        constants.set(own, value);
        lists.set(own, textsIn(value));
      }
      this.skipToLine();
    }
    const none: ReadonlySet<string> = new Set();
    return {
      name,
      parameterNames: lists.get('__parameters__') ?? none,
      bufferNames: lists.get('__buffers__') ?? none,
      constants,
      methods,
    };
  }

  private function(): CodeFunction {
    const { text: name, indent } = this.next();
    this.expect('(');
    const parameters: Parameter[] = [];
    while (!this.take(')')) {
      const own = this.next();
      if (own.kind !== 'name') throw damaged('code', 0);
      const type = this.take(':') ? this.type([',', ')', '=']) : '';
      const otherwise = this.take('=') ? this.expression() : undefined;
      parameters.push({ name: own.text, type, ...(otherwise && { otherwise }) });
      this.take(',');
    }
    if (this.take('->')) this.type([':']);
    this.expect(':');
    return { name, parameters, body: this.block(indent) };
  }

  /** A type, in words, up to one of the signs outside of brackets. */
  private type(ends: readonly string[]): string {
    let depth = 0;
    let text = '';
    for (;;) {
      const token = this.peek();
      if (token.kind === 'end' || (depth === 0 && ends.includes(token.text))) return text;
      if (token.kind === 'line') return text;
      if ('[('.includes(token.text)) depth++;
      if ('])'.includes(token.text)) depth--;
      text += token.text;
      this.at++;
    }
  }

  private block(indent: number): readonly Statement[] {
    if (++this.depth > limits.depth) throw unreadable('format.too-deep', { limit: limits.depth }, 0);
    const statements: Statement[] = [];
    while (this.hasLine(indent)) {
      const before = this.at;
      const statement = this.statement();
      if (statement) statements.push(statement);
      if (this.at === before) this.at++;
    }
    this.depth--;
    return statements;
  }

  private statement(): Statement | undefined {
    const { indent } = this.peek();
    if (this.takeName('pass')) return undefined;
    if (this.takeName('return')) return { kind: 'return', value: this.expressions() };
    if (this.takeName('if')) {
      const condition = this.head();
      const then = this.block(indent);
      this.skipLines();
      const hasOther = this.peek().indent === indent && this.takeName('else');
      if (hasOther) this.expect(':');
      return { kind: 'if', condition, then, otherwise: hasOther ? this.block(indent) : [] };
    }
    if (this.takeName('while')) return { kind: 'while', condition: this.head(), body: this.block(indent) };
    if (this.takeName('for')) {
      const target = this.next().text;
      if (!this.takeName('in')) throw damaged('code', 0);
      return { kind: 'for', target, over: this.head(), body: this.block(indent) };
    }
    return this.assignment();
  }

  /** A condition, and the colon behind it. */
  private head(): Expression {
    const found = this.expression();
    this.expect(':');
    return found;
  }

  private assignment(): Statement {
    const first = this.expressions();
    if (this.take(':')) this.type(['=']);
    if (!this.take('=')) return { kind: 'expression', value: first };
    const value = this.expressions();
    const parts = first.kind === 'tuple' ? first.items : [first];
    const targets = parts.map((part) => (part.kind === 'name' ? part.name : ''));
    return { kind: 'assign', targets, isList: first.kind === 'tuple', value };
  }

  /** An expression, or several behind commas, which make a tuple. */
  private expressions(): Expression {
    const first = this.expression();
    if (this.peek().text !== ',') return first;
    const items = [first];
    while (this.take(',')) {
      if (this.peek().kind === 'line' || this.peek().text === '=') break;
      items.push(this.expression());
    }
    return { kind: 'tuple', items };
  }

  private expression(): Expression {
    if (++this.depth > limits.depth) throw unreadable('format.too-deep', { limit: limits.depth }, 0);
    let found = this.primary();
    for (;;) {
      if (this.take('.')) found = { kind: 'attribute', of: found, name: this.next().text };
      else if (this.take('(')) found = this.call(found);
      else if (this.take('[')) {
        const at = this.expressions();
        this.expect(']');
        found = { kind: 'index', of: found, at };
      } else break;
    }
    this.depth--;
    return found;
  }

  private call(callee: Expression): Expression {
    const args: Expression[] = [];
    const named: [string, Expression][] = [];
    while (!this.take(')')) {
      const isNamed = this.peek().kind === 'name' && this.peek(1).text === '=';
      if (isNamed) {
        const name = this.next().text;
        this.at++;
        named.push([name, this.expression()]);
      } else args.push(this.expression());
      if (!this.take(',') && this.peek().text !== ')') throw damaged('code', 0);
    }
    return { kind: 'call', callee, args, named };
  }

  private primary(): Expression {
    const token = this.next();
    if (token.kind === 'number') return { kind: 'constant', value: Number(token.text) };
    if (token.kind === 'string') return { kind: 'constant', value: unquoted(token.text) };
    if (token.kind === 'name') {
      const word = words.get(token.text);
      return word === undefined ? { kind: 'name', name: token.text } : { kind: 'constant', value: word };
    }
    if (token.text === '-') return negated(this.expression());
    if (token.text === '(' || token.text === '[') return this.sequence(token.text);
    if (token.text === '{') {
      while (!this.take('}')) if (this.next().kind === 'end') throw damaged('code', 0);
      return unknown;
    }
    throw damaged(`code before “${token.text.slice(0, 20)}”`, 0);
  }

  private sequence(open: '(' | '['): Expression {
    const close = open === '(' ? ')' : ']';
    const items: Expression[] = [];
    let commas = 0;
    while (!this.take(close)) {
      items.push(this.expression());
      if (this.take(',')) commas++;
      else if (this.peek().text !== close) throw damaged('code', 0);
    }
    if (open === '[') return { kind: 'list', items };
    return items.length === 1 && commas === 0 ? items[0]! : { kind: 'tuple', items };
  }
}

function negated(value: Expression): Expression {
  return value.kind === 'constant' && typeof value.value === 'number'
    ? { kind: 'constant', value: -value.value }
    : unknown;
}

function unquoted(text: string): string {
  return text.slice(1, -1).replace(/\\(.)/g, '$1').slice(0, limits.name);
}

function textsIn(value: Expression): ReadonlySet<string> {
  const items = value.kind === 'list' ? value.items : [];
  return new Set(
    items.flatMap((one) => (one.kind === 'constant' && typeof one.value === 'string' ? [one.value] : [])),
  );
}
