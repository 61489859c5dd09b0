/** A word (a name, a number, a type's head), a quoted text, a sign, the end of a line, or that of the text. */
export interface Token {
  readonly kind: 'word' | 'string' | 'sign' | 'line' | 'end';
  readonly text: string;
  readonly at: number;
}

const isLetterOf = (letters: string): ((code: number) => boolean) => {
  const known = new Uint8Array(256);
  for (const letter of letters) known[letter.charCodeAt(0)] = 1;
  return (code) => known[code] === 1;
};

const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const digits = '0123456789';
const isDigit = isLetterOf(digits);
const isWord = isLetterOf(`${alphabet}${digits}_.$?*`);
/** Letters that begin the name of a value, symbol, alias, type or block. */
const isSigil = isLetterOf('%@#!^');
const isNamePart = isLetterOf(`${alphabet}${digits}_.$-`);
const isSpace = isLetterOf(' \t\r');

const [newline, minus, greater, slash, quote, backslash, hash, plus] = [10, 45, 62, 47, 34, 92, 35, 43];

/** Cuts MLIR's text into tokens, one at a time. Every letter is looked at a fixed number of times. */
export class Lexer {
  at = 0;

  constructor(readonly text: string) {}

  next(): Token {
    this.skip();
    const from = this.at;
    const code = this.text.charCodeAt(from);
    if (Number.isNaN(code)) return { kind: 'end', text: '', at: from };
    if (code === newline) return this.token('line', from, from + 1);
    if (code === quote) return this.quoted(from);
    if (isSigil(code)) return this.name(from);
    if (isWord(code) || (code === minus && isWord(this.text.charCodeAt(from + 1)))) return this.word(from);
    const isArrow = code === minus && this.text.charCodeAt(from + 1) === greater;
    return this.token('sign', from, from + (isArrow ? 2 : 1));
  }

  /** The token after the next line ends, which stays where it is. */
  peek(count = 1): Token {
    const { at } = this;
    let token = this.next();
    for (let left = count - 1; token.kind === 'line' || left > 0; token = this.next())
      if (token.kind === 'end') break;
      else if (token.kind !== 'line') left--;
    this.at = at;
    return token;
  }

  /** Goes behind the `>` of a type or value whose `<` comes next, and gives what stands between them. */
  angled(): string {
    const from = this.at + 1;
    let depth = 0;
    for (; this.at < this.text.length; this.at++) {
      const code = this.text.charCodeAt(this.at);
      if (code === quote) this.at = this.endOfQuoted(this.at) - 1;
      else if (code === greater && this.text.charCodeAt(this.at - 1) !== minus) depth--;
      else if (code === 60) depth++;
      if (depth === 0) break;
    }
    return this.text.slice(from, this.at++);
  }

  private skip(): void {
    for (;;) {
      while (isSpace(this.text.charCodeAt(this.at))) this.at++;
      if (this.text.charCodeAt(this.at) !== slash || this.text.charCodeAt(this.at + 1) !== slash) return;
      const end = this.text.indexOf('\n', this.at);
      this.at = end < 0 ? this.text.length : end;
    }
  }

  private token(kind: Token['kind'], from: number, end: number): Token {
    this.at = end;
    return { kind, text: this.text.slice(from, end), at: from };
  }

  private endOfQuoted(from: number): number {
    let end = from + 1;
    for (; end < this.text.length; end++) {
      const code = this.text.charCodeAt(end);
      if (code === backslash) end++;
      else if (code === quote) return end + 1;
    }
    return this.text.length;
  }

  private quoted(from: number): Token {
    const end = this.endOfQuoted(from);
    this.at = end;
    return { kind: 'string', text: this.text.slice(from + 1, Math.max(end - 1, from + 1)), at: from };
  }

  private name(from: number): Token {
    let end = from + 1;
    if (this.text.charCodeAt(end) === quote) {
      const { text } = this.quoted(end);
      return { kind: 'word', text: `${this.text[from]}${text}`, at: from };
    }
    while (isNamePart(this.text.charCodeAt(end)) && !this.isArrow(end)) end++;
    if (this.text.charCodeAt(end) === hash && isDigit(this.text.charCodeAt(end + 1)))
      for (end++; isDigit(this.text.charCodeAt(end)); end++);
    return this.token('word', from, end);
  }

  private isArrow(at: number): boolean {
    return this.text.charCodeAt(at) === minus && this.text.charCodeAt(at + 1) === greater;
  }

  private word(from: number): Token {
    let end = from + 1;
    const isNumber = isDigit(this.text.charCodeAt(from)) || this.text.charCodeAt(from) === minus;
    for (; ; end++) {
      const code = this.text.charCodeAt(end);
      const before = this.text[end - 1];
      const isExponent = isNumber && (before === 'e' || before === 'E') && (code === plus || code === minus);
      if (!isWord(code) && !isExponent) break;
    }
    return this.token('word', from, end);
  }
}
