import type { Range } from './places';

export type TokenKind = 'identifier' | 'string' | 'number' | 'mark' | 'arrow' | 'comment' | 'end' | 'unknown';

/** A token of ONNX's textual syntax. The parser reuses one object; copy what must last. */
export interface Token {
  readonly kind: TokenKind;
  /** Identifier, number or mark as written; the content of a string without quotes and escapes. */
  readonly text: string;
  /** UTF-16 offsets in the text. */
  readonly start: number;
  readonly end: number;
  /** 0-based line and character of the start; of the end too, because strings may span lines. */
  readonly line: number;
  readonly character: number;
  readonly endLine: number;
  readonly endCharacter: number;
  /** False for a string without its closing quote. */
  readonly closed: boolean;
}

/**
 * Splits a text into tokens, one at a time. Strings end at the end of their line unless {@link multiline} is set: an
 * unclosed quote then costs one line, not the rest of the file.
 */
export class Lexer {
  kind: TokenKind = 'end';
  text = '';
  start = 0;
  end = 0;
  line = 0;
  character = 0;
  endLine = 0;
  endCharacter = 0;
  closed = true;
  multiline = false;
  private at = 0;
  private currentLine = 0;
  private lineStart = 0;

  constructor(
    readonly source: string,
    private readonly comments = false,
  ) {
    if (source.charCodeAt(0) === 0xfeff) this.at = 1;
  }

  /** Moves to the next token. */
  next(): void {
    this.skipSpace();
    const { source, at } = this;
    this.start = at;
    this.line = this.currentLine;
    this.character = at - this.lineStart;
    this.closed = true;
    const code = at < source.length ? source.charCodeAt(at) : -1;
    if (code < 0) this.take('end', at);
    else if (isLetter(code)) this.takeRun('identifier', isWord);
    else if (code === quoteMark) this.takeString();
    else if (isDigit(code) || (code === minus && isDigit(source.charCodeAt(at + 1)))) this.takeNumber();
    else if (code === 35) this.takeRun('comment', (next) => next !== 10 && next !== 13);
    else if (code === 61 && source.charCodeAt(at + 1) === 62) this.take('arrow', at + 2);
    else if (code < 128 && marks.includes(source[at]!)) this.take('mark', at + 1);
    else if (code < 128) this.take('unknown', at + 1);
    else this.takeRun('unknown', (next) => next >= 128 || isWord(next));
    this.endLine = this.currentLine;
    this.endCharacter = this.end - this.lineStart;
  }

  range(): Range {
    return {
      start: { line: this.line, character: this.character },
      end: { line: this.endLine, character: this.endCharacter },
    };
  }

  private skipSpace(): void {
    const { source } = this;
    for (; this.at < source.length; this.at++) {
      const code = source.charCodeAt(this.at);
      if (code === 10) this.newLine(this.at + 1);
      else if (code === 35 && !this.comments) {
        const end = source.indexOf('\n', this.at);
        this.at = (end < 0 ? source.length : end) - 1;
      } else if (code !== 32 && !(code >= 9 && code <= 13)) return;
    }
  }

  private newLine(start: number): void {
    this.currentLine++;
    this.lineStart = start;
  }

  private take(kind: TokenKind, end: number): void {
    this.kind = kind;
    this.text = this.source.slice(this.start, end);
    this.end = this.at = end;
  }

  private takeRun(kind: TokenKind, belongs: (code: number) => boolean): void {
    let end = this.start + 1;
    while (end < this.source.length && belongs(this.source.charCodeAt(end))) end++;
    this.take(kind, end);
  }

  private takeNumber(): void {
    number.lastIndex = this.start;
    number.exec(this.source);
    this.take('number', number.lastIndex);
  }

  private takeString(): void {
    const { source } = this;
    let end = this.start + 1;
    let escaped = false;
    for (; end < source.length; end++) {
      const code = source.charCodeAt(end);
      if (code === quoteMark) break;
      if (code === 92) {
        escaped = true;
        if (end + 1 < source.length && source.charCodeAt(end + 1) !== 10) end++;
      } else if (code === 10) {
        if (!this.multiline) break;
        this.newLine(end + 1);
      }
    }
    const content = source.slice(this.start + 1, end);
    this.closed = source.charCodeAt(end) === quoteMark;
    this.take('string', this.closed ? end + 1 : end);
    this.text = escaped ? unescaped(content) : content;
  }
}

const quoteMark = 34;
const minus = 45;
const marks = '<>()[]{}=,:.@?-';
const number = /-?\d+(?:\.\d*)?(?:[eE][+-]?\d*)?/y;

/** A backslash stands before a character that means itself; `\u{a}` is our own way of writing unsafe characters. */
function unescaped(content: string): string {
  return content.replace(
    /\\(?:u\{([0-9a-fA-F]{1,6})\}|([\s\S]))/g,
    (_match, code: string | undefined, plain: string) => {
      const point = code === undefined ? -1 : parseInt(code, 16);
      return point >= 0 && point <= 0x10ffff ? String.fromCodePoint(point) : (plain ?? `u{${code}}`);
    },
  );
}

function isLetter(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isWord(code: number): boolean {
  return isLetter(code) || isDigit(code);
}

/** All tokens of a text, comments included: for colours and completion. */
export function tokenize(source: string): Token[] {
  const lexer = new Lexer(source, true);
  const tokens: Token[] = [];
  for (lexer.next(); lexer.kind !== 'end'; lexer.next()) {
    const { kind, text, start, end, line, character, endLine, endCharacter, closed } = lexer;
    tokens.push({ kind, text, start, end, line, character, endLine, endCharacter, closed });
  }
  return tokens;
}
