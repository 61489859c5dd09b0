import { argsWith, problem } from '../../problem';
import type { ArgsBut, Problem, ProblemCode } from '../../problem';
import type { Meter } from '../room';
import { Lexer } from './lexer';
import type { Range } from './places';

/** A problem in a text: `offset` is in UTF-16 units, and the range says the same in lines. */
export type TextProblem = Problem & { readonly range: Range };

/** Thrown inside the parser to give up a line; never leaves it. */
export class LineError extends Error {}

const problemLimit = 200;
/** Memory of what a token stands for, with its place, beside its letters. */
const tokenBytes = 100;

/** The parser's place in the text: one token at hand, and how to go on after a broken line. */
export class Cursor {
  readonly token: Lexer;
  readonly problems: TextProblem[] = [];
  /** Where the last token taken ended: the place of what is missing. */
  lastLine = 0;
  lastCharacter = 0;
  private lastOffset = 0;
  /** Line on which the statement or item at hand begins: what is wrong there is not missing on the line before. */
  origin = 0;

  constructor(
    source: string,
    private readonly meter: Meter,
  ) {
    this.token = new Lexer(source);
    this.token.next();
  }

  advance(): void {
    const { token } = this;
    this.lastLine = token.endLine;
    this.lastCharacter = token.endCharacter;
    this.lastOffset = token.end;
    if (!token.closed) this.report('format.text-string', {});
    this.meter.take(tokenBytes + token.text.length);
    token.next();
  }

  /** True if the token at hand is this mark. */
  is(mark: string): boolean {
    const { kind, text } = this.token;
    return (kind === 'mark' || kind === 'arrow') && text === mark;
  }

  /** Takes the mark if it is at hand. */
  accept(mark: string): boolean {
    if (!this.is(mark)) return false;
    this.advance();
    return true;
  }

  expect(mark: string): void {
    if (!this.accept(mark)) throw this.failure('format.text-expected', { expected: mark });
  }

  /** Reports a problem at the token at hand, or behind the last one if the token at hand is on a later line. */
  report<C extends ProblemCode>(code: C, args: ArgsBut<C, 'found' | 'offset'>, range?: Range): void {
    if (this.problems.length >= problemLimit) return;
    const { token } = this;
    const isLater = token.line > Math.max(this.lastLine, this.origin) || token.kind === 'end';
    const missing = { line: this.lastLine, character: this.lastCharacter };
    const offset = isLater ? this.lastOffset : token.start;
    const found = token.kind === 'end' ? '' : token.text.slice(0, 100);
    const all = argsWith<C, 'found' | 'offset'>({ found, offset }, args);
    this.problems.push({
      ...problem('error', code, all, { offset }),
      range: range ?? (isLater ? { start: missing, end: missing } : token.range()),
    });
  }

  /** Reports a problem and returns what to throw to give the line up. */
  failure<C extends ProblemCode>(code: C, args: ArgsBut<C, 'found' | 'offset'>): LineError {
    this.report(code, args);
    return new LineError();
  }

  /**
   * Goes on after an error: to the first token of the line after the last one taken, or further, if the rest of the
   * line opens braces that later lines close.
   * @param from line of the broken statement's first token, which may not have been taken
   */
  skipLine(from: number): void {
    const { token } = this;
    const line = Math.max(this.lastLine, from);
    let depth = 0;
    while (token.kind !== 'end' && (token.line <= line || depth > 0)) {
      if (this.is('{')) depth++;
      else if (this.is('}') && --depth < 0) return;
      this.skip();
    }
  }

  /** Goes on after a broken header of a subgraph: to a brace on its line or at the start of the next. */
  skipToBrace(): void {
    const line = this.lastLine;
    while (this.token.kind !== 'end' && this.token.line <= line && !this.is('{')) this.skip();
    if (!this.is('{')) throw new LineError();
  }

  /** As {@link advance}, without remarks on what is thrown away. */
  skip(): void {
    const { token } = this;
    this.lastLine = token.endLine;
    this.lastCharacter = token.endCharacter;
    token.next();
  }

  /** Goes on after an error within a list: to its next comma or its end, at most to the end of the line. */
  skipItem(close: string): void {
    const { token } = this;
    const line = this.lastLine;
    let depth = 0;
    while (token.kind !== 'end' && token.line <= line) {
      if (depth === 0 && (this.is(',') || this.is(close))) return;
      if (this.is('(') || this.is('[') || this.is('{')) depth++;
      else if ((this.is(')') || this.is(']') || this.is('}')) && --depth < 0) return;
      this.skip();
    }
  }

  /** Runs a part; true if it came to its end, false if it gave up. */
  attempt(part: () => void): boolean {
    try {
      part();
      return true;
    } catch (error) {
      if (error instanceof LineError) return false;
      throw error;
    }
  }

  /** A quoted text. */
  string(): string {
    const { kind, text } = this.token;
    if (kind !== 'string') throw this.failure('format.text-string-expected', {});
    this.advance();
    return text;
  }

  /** Items between commas up to `close`; a broken one is left out, at most up to the end of its line. */
  list(close: string, item: () => void): void {
    while (!this.accept(close)) {
      if (this.token.kind === 'end') throw this.failure('format.text-expected', { expected: close });
      const { start } = this.token;
      this.origin = this.token.line;
      const complete = this.attempt(item);
      if (!complete) this.skipItem(close);
      if (this.accept(',')) continue;
      if (this.accept(close)) return;
      if (complete) this.report('format.text-expected', { expected: close });
      // A missing comma at the end of a line loses nothing; anything else gives the list up.
      const isNextLine = this.token.line > this.lastLine && this.token.start > start;
      const isItem = this.token.kind === 'identifier' || this.token.kind === 'string';
      if (!isNextLine || !isItem) throw new LineError();
    }
  }

  /** A name, bare or quoted. Letters beyond ASCII must be quoted; the name is taken all the same. */
  name(): string {
    const { kind, text } = this.token;
    if (kind === 'unknown') this.report('format.text-unquoted', {});
    else if (kind !== 'identifier' && kind !== 'string') throw this.failure('format.text-name', {});
    this.advance();
    return text;
  }

  get atName(): boolean {
    const { kind } = this.token;
    return kind === 'identifier' || kind === 'string' || kind === 'unknown';
  }
}
