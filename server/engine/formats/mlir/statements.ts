import type { ProblemList } from '../problems';
import type { Meter } from '../room';
import { damaged, unreadable } from '../unreadable';
import { Lexer, type Token } from './lexer';
import { limits, memory } from './limits';
import type { Argument, Item, Opening, Region, Statement } from './syntax';
import type { MlirText } from './text';
import { statementOf } from './statement';

const closing: ReadonlyMap<string, string> = new Map([
  ['(', ')'],
  ['[', ']'],
  ['{', '}'],
  ['<', '>'],
]);

/** Words and signs with which a statement goes on in another line. */
const continuing: ReadonlySet<string> = new Set(['cond', 'do', 'reducer', 'else', ':', '->', ',', '{', '(']);
/** Statements without operands, which look like an attribute without a value. */
const ending: ReadonlySet<string> = new Set(['return', 'func.return', 'stablehlo.return']);

/**
 * Cuts MLIR's text into statements: a statement ends with its line where all brackets are closed, unless the next line begins with what
 * only goes on. So printers of MLIR write it, in the forms of dialects as in the generic one.
 */
export class StatementReader {
  private readonly lexer: Lexer;
  private count = 0;

  constructor(
    private readonly source: MlirText,
    private readonly problems: ProblemList,
    private readonly meter: Meter,
  ) {
    this.lexer = new Lexer(source.text);
  }

  /** Where reading stands, in the file. */
  get offset(): number {
    return this.source.offsetOf(this.lexer.at);
  }

  /** The statements up to the closing brace of the region, or to the end of the text. */
  region(depth: number): Region {
    if (depth > limits.depth) throw unreadable('format.too-deep', { limit: limits.depth }, this.offset);
    const args: Argument[] = [];
    const statements: Statement[] = [];
    for (;;) {
      const token = this.lexer.peek();
      if (token.kind === 'end') {
        if (depth > 0)
          this.problems.addOnce(
            'error',
            'format.damaged',
            { part: 'region' },
            this.source.offsetOf(token.at),
          );
        break;
      }
      if (token.text === '}' && token.kind === 'sign') {
        this.significant();
        if (depth > 0) break;
        continue;
      }
      if (token.text.startsWith('^')) this.label(args, depth);
      else this.statement(statements, depth);
    }
    return { args, statements };
  }

  private significant(): Token {
    let token = this.lexer.next();
    while (token.kind === 'line') token = this.lexer.next();
    return token;
  }

  /** `^bb0(%arg0: tensor<f32>):` */
  private label(args: Argument[], depth: number): void {
    this.significant();
    if (this.lexer.peek().text === '(') {
      this.significant();
      for (const one of statementOf.argumentsIn(this.items(')', depth))) args.push(one);
    }
    if (this.lexer.peek().text === ':') this.significant();
  }

  private statement(statements: Statement[], depth: number): void {
    const { at } = this.lexer.peek();
    const items = this.items(null, depth);
    if (++this.count > limits.statements)
      throw unreadable('format.too-many', { limit: limits.statements }, this.offset);
    this.meter.take(memory.statement);
    const statement = statementOf.items(items, this.source.offsetOf(at));
    if (statement) statements.push(statement);
    // A sign that begins no statement would be met again and again.
    else if (items.length === 0) this.significant();
  }

  /** The items up to a closing bracket, or of a statement (null). */
  private items(close: string | null, depth: number): readonly Item[] {
    if (depth > limits.depth) throw unreadable('format.too-deep', { limit: limits.depth }, this.offset);
    const items: Item[] = [];
    for (;;) {
      const before = this.lexer.at;
      const token = this.lexer.next();
      if (token.kind === 'end') {
        if (close !== null)
          this.problems.addOnce(
            'error',
            'format.damaged',
            { part: `“${close}”` },
            this.source.offsetOf(token.at),
          );
        return items;
      }
      if (token.kind === 'line') {
        if (close !== null || items.length === 0 || this.goesOn()) continue;
        return items;
      }
      if (token.kind === 'sign' && token.text === close) return items;
      if (close === null && token.text === '}') {
        this.lexer.at = before;
        return items;
      }
      if (items.length >= limits.items)
        throw unreadable('format.too-many', { limit: limits.items }, this.offset);
      items.push(this.item(token, before, depth));
    }
  }

  private goesOn(): boolean {
    return continuing.has(this.lexer.peek().text);
  }

  private item(token: Token, before: number, depth: number): Item {
    const { kind, text } = token;
    if (kind === 'word') {
      const isAngled = this.lexer.text[this.lexer.at] === '<' && !text.startsWith('#');
      return isAngled ? { kind: 'angled', head: text, text: this.lexer.angled() } : { kind, text };
    }
    const close = kind === 'sign' ? closing.get(text) : undefined;
    if (close === undefined) return { kind: kind === 'string' ? kind : 'sign', text };
    if (text === '{' && this.isRegion()) return { kind: 'region', text, region: this.region(depth + 1) };
    if (this.lexer.at <= before) throw damaged('text', this.offset);
    return { kind: 'group', text: text as Opening, items: this.items(close, depth + 1) };
  }

  /** Whether statements stand behind a brace, and not attributes. */
  private isRegion(): boolean {
    const [first, second] = [this.lexer.peek(), this.lexer.peek(2)];
    if (first.kind === 'string') return second.text === '(';
    if (first.kind !== 'word') return false;
    if (/^[%^]/.test(first.text) || ending.has(first.text)) return true;
    return !['=', ',', '}'].includes(second.text) || second.kind !== 'sign';
  }
}
