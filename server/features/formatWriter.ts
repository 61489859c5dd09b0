import type { Token } from '../engine/formats/onnxText/lexer';
import { appendAll } from '../engine/lists';

/** Writes the tokens of a text in lines of another layout and keeps the comments at their places. */
export class FormatWriter {
  indent = '';
  /** The token written last. */
  last: Token | undefined;
  private readonly tokens: readonly Token[];
  /** Comments before each token, and behind the last. */
  private readonly comments: (readonly Token[] | undefined)[] = [];
  private at = 0;
  private readonly lines: string[] = [];
  private current = '';
  private above: string[] = [];
  private blank = false;

  constructor(
    private readonly source: string,
    all: readonly Token[],
  ) {
    const tokens: Token[] = [];
    let waiting: Token[] = [];
    for (const token of all) {
      if (token.kind === 'comment') waiting.push(token);
      else {
        if (waiting.length > 0) this.comments[tokens.length] = waiting;
        waiting = [];
        tokens.push(token);
      }
    }
    if (waiting.length > 0) this.comments[tokens.length] = waiting;
    this.tokens = tokens;
  }

  get isEnd(): boolean {
    return this.at >= this.tokens.length;
  }

  get isWord(): boolean {
    const kind = this.tokens[this.at]?.kind;
    return kind === 'identifier' || kind === 'string' || kind === 'unknown';
  }

  /** Width of the current line, its indentation included. */
  get character(): number {
    return this.current === '' ? this.indent.length : this.current.length;
  }

  is(mark: string): boolean {
    const token = this.tokens[this.at];
    return (token?.kind === 'mark' || token?.kind === 'arrow') && token.text === mark;
  }

  peek(ahead: number): Token | undefined {
    return this.tokens[this.at + ahead];
  }

  /** Writes the token at hand. */
  take(space: boolean): void {
    const token = this.tokens[this.at]!;
    if (this.current === '') {
      this.leading(token);
      this.current = this.indent;
    } else {
      // Within a line a comment can't stand: it goes above.
      appendAll(this.above, this.takeComments().map(commentText));
      if (space) this.current += ' ';
    }
    this.current += this.source.slice(token.start, token.end);
    this.last = token;
    this.at++;
  }

  /** Comments that stand before the token that opens a line, with single blank lines between them kept. */
  private leading(token: Token): void {
    for (const comment of this.takeComments()) {
      this.keepGap(comment);
      this.lines.push(this.indent + commentText(comment));
      this.last = comment;
    }
    if (this.blank) this.keepGap(token);
    this.blank = false;
  }

  private keepGap(next: Token): void {
    if (this.last && next.line > this.last.endLine + 1 && this.lines.length > 0) this.blankLine();
  }

  private takeComments(): readonly Token[] {
    const list = this.comments[this.at] ?? [];
    this.comments[this.at] = undefined;
    return list;
  }

  /** A blank line before the next token stays, if the text has one there. */
  keepBlankLine(): void {
    const before = this.last;
    // Not at the beginning of a block.
    this.blank = before !== undefined && !(before.kind === 'mark' && before.text === '{');
  }

  blankLine(): void {
    if (this.lines.length > 0 && this.lines.at(-1) !== '') this.lines.push('');
  }

  /** Ends the line, with the comment that stands behind it. */
  endLine(): void {
    if (this.current === '') return;
    const waiting = this.comments[this.at] ?? [];
    const [first] = waiting;
    let behind = '';
    if (first && first.line === this.last?.endLine) {
      behind = `  ${commentText(first)}`;
      this.comments[this.at] = waiting.slice(1);
      this.last = first;
    }
    for (const comment of this.above) this.lines.push(this.indent + comment);
    this.above = [];
    this.lines.push(this.current + behind);
    this.current = '';
  }

  /** What stands up to a closing bracket: its length on one line, how many items it has, whether comments are in it. */
  measure(
    close: string,
    space: (before: Token | undefined, token: Token) => boolean,
  ): { readonly length: number; readonly count: number; readonly comments: boolean } {
    let [length, count, depth] = [0, 0, 0];
    let comments = false;
    for (let at = this.at; at < this.tokens.length; at++) {
      const token = this.tokens[at]!;
      const { kind, text, start, end } = token;
      comments ||= (this.comments[at]?.length ?? 0) > 0;
      if (kind === 'mark' && depth === 0 && text === close) break;
      if (kind === 'mark' && '([{'.includes(text)) depth++;
      else if (kind === 'mark' && ')]}'.includes(text)) depth--;
      const isComma = kind === 'mark' && text === ',' && depth === 0;
      const isFirst = count === 0 || this.isCommaAt(at - 1, depth);
      if (count === 0 || isComma) count++;
      // Listings count two signs between items, whatever stands there.
      length += isComma ? 0 : end - start;
      if (!isFirst && space(this.tokens[at - 1], token)) length++;
    }
    return { length: length + 2 * count, count, comments };
  }

  private isCommaAt(at: number, depth: number): boolean {
    const token = this.tokens[at];
    return depth === 0 && token?.kind === 'mark' && token.text === ',';
  }

  finish(): string {
    this.endLine();
    const end = this.tokens.at(-1);
    this.last = end;
    for (const comment of this.takeComments()) {
      this.keepGap(comment);
      this.lines.push(commentText(comment));
      this.last = comment;
    }
    return `${this.lines.join('\n')}\n`;
  }
}

function commentText({ text }: Token): string {
  return text.trimEnd();
}
