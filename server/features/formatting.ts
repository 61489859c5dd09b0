import type { TextEdit } from 'vscode-languageserver';
import { tokenize } from '../engine/formats/onnxText/lexer';
import type { Token } from '../engine/formats/onnxText/lexer';
import { typeWords } from '../engine/formats/onnxText/words';
import { FormatWriter } from './formatWriter';

export type FormatResult =
  | { readonly ok: true; readonly edits: TextEdit[] }
  | { readonly ok: false; readonly reason: 'text.format-syntax' | 'text.format-unsafe' };

/** Longer headers have an input or output to a line, as in listings. */
const lineLength = 110;

/** What the text has instead of the grammar; it is then left as it is. */
class SyntaxError extends Error {}

/**
 * Lays a text out as listings are, without changing a word of it: every token and comment stays, and only the space
 * between them changes. That is checked before anything is answered.
 */
export function formatText(text: string, tokens: readonly Token[] = tokenize(text)): FormatResult {
  let formatted: string;
  try {
    formatted = new Formatter(text, tokens).format();
  } catch (error) {
    if (error instanceof SyntaxError) return { ok: false, reason: 'text.format-syntax' };
    throw error;
  }
  if (!isSame(tokens, tokenize(formatted))) return { ok: false, reason: 'text.format-unsafe' };
  if (formatted === text) return { ok: true, edits: [] };
  const lines = text.split('\n');
  const end = { line: lines.length - 1, character: lines.at(-1)?.length ?? 0 };
  return { ok: true, edits: [{ range: { start: { line: 0, character: 0 }, end }, newText: formatted }] };
}

/** Words in the same order, and the same comments, which may have moved to the line above. */
function isSame(before: readonly Token[], after: readonly Token[]): boolean {
  const words = (list: readonly Token[]): string[] =>
    list.flatMap(({ kind, text }) => (kind === 'comment' ? [] : [`${kind} ${text}`]));
  const comments = (list: readonly Token[]): string[] =>
    list.flatMap(({ kind, text }) => (kind === 'comment' ? [text.trimEnd()] : [])).sort();
  return (
    words(before).join('\n') === words(after).join('\n') &&
    comments(before).join('\n') === comments(after).join('\n')
  );
}

class Formatter {
  private readonly out: FormatWriter;

  constructor(text: string, tokens: readonly Token[]) {
    this.out = new FormatWriter(text, tokens);
  }

  format(): string {
    const { out } = this;
    if (out.is('<')) this.modelHeader();
    if (!out.isEnd) {
      this.graph(true);
      out.endLine();
    }
    while (!out.isEnd) {
      out.blankLine();
      this.function();
      out.endLine();
    }
    return out.finish();
  }

  private take(mark: string, space = false): void {
    if (!this.out.is(mark)) throw new SyntaxError();
    this.out.take(space);
  }

  private word(space: boolean): void {
    if (!this.out.isWord) throw new SyntaxError();
    this.out.take(space);
  }

  /** `<`, an entry to a line, `>`. */
  private modelHeader(): void {
    this.take('<');
    this.indented(() => this.items('>', () => this.inline()));
    this.take('>');
    this.out.endLine();
  }

  private indented(part: () => void): void {
    const { out } = this;
    out.endLine();
    out.indent += '  ';
    part();
    out.indent = out.indent.slice(2);
  }

  /** Items up to a closing bracket, each on its line. */
  private items(close: string, item: () => void): void {
    const { out } = this;
    while (!out.is(close)) {
      item();
      if (out.is(',')) out.take(false);
      else if (!out.is(close)) throw new SyntaxError();
      out.endLine();
    }
  }

  /** Items up to a closing bracket, all on one line. */
  private list(close: string, item: (space: boolean) => void): void {
    const { out } = this;
    for (let first = true; !out.is(close); first = false) {
      if (!first) this.take(',');
      // A comma behind the last item, or one for each omitted argument.
      if (out.is(close)) return;
      if (!out.is(',')) item(!first);
    }
  }

  private graph(isMain: boolean, space = false): void {
    const { out } = this;
    this.word(space);
    this.signature();
    if (out.is('<')) {
      out.endLine();
      this.take('<');
      this.indented(() => this.items('>', () => this.inline()));
      this.take('>');
    }
    this.body(isMain);
  }

  private signature(): void {
    this.values();
    this.take('=>', true);
    this.values();
  }

  /** Inputs or outputs in parentheses, one to a line if they are many or have comments. */
  private values(): void {
    const { out } = this;
    this.take('(', true);
    const start = out.character - 1;
    const { length, count, comments } = out.measure(')', (before, token) => spaceBetween(before, token));
    if (count < 2 || (start + length <= lineLength && !comments)) {
      this.list(')', (space) => this.inline(space));
    } else {
      this.indented(() => this.items(')', () => this.inline()));
    }
    this.take(')');
  }

  private body(_isMain: boolean): void {
    const { out } = this;
    out.endLine();
    this.take('{');
    this.indented(() => {
      while (!out.is('}')) {
        if (out.isEnd) throw new SyntaxError();
        out.keepBlankLine();
        this.node();
        out.endLine();
      }
    });
    this.take('}');
  }

  private node(): void {
    const { out } = this;
    let space = false;
    if (out.is('[')) {
      this.take('[');
      if (out.isWord) this.word(false);
      this.take(']');
      space = true;
    }
    const first = space;
    this.list('=', (inner) => this.word(inner || first));
    this.take('=', out.character > out.indent.length);
    this.word(true);
    while (out.is('.') || out.is(':')) {
      out.take(false);
      this.word(false);
    }
    if (out.is('<')) this.attributes();
    this.take('(', true);
    this.list(')', (inner) => this.word(inner));
    this.take(')');
    if (out.is('<')) this.attributes();
  }

  private attributes(): void {
    this.take('<', true);
    this.list('>', (space) => this.attribute(space));
    this.take('>');
  }

  private attribute(space: boolean): void {
    const { out } = this;
    this.word(space);
    if (out.is(':')) {
      out.take(false);
      this.word(true);
    }
    this.take('=', true);
    if (this.isGraph(0)) this.graph(false, true);
    else if (out.is('[') && this.isGraph(1)) {
      this.take('[', true);
      this.list(']', (inner) => this.graph(false, inner));
      this.take(']');
    } else this.inline(true);
  }

  /** A name that is no type, with inputs behind it. */
  private isGraph(ahead: number): boolean {
    const name = this.out.peek(ahead);
    return name?.kind === 'identifier' && !typeWords.has(name.text) && this.out.peek(ahead + 1)?.text === '(';
  }

  private function(): void {
    const { out } = this;
    if (out.is('<')) {
      this.take('<');
      this.list('>', (space) => this.inline(space));
      this.take('>');
      out.endLine();
    }
    this.word(false);
    if (out.is('<')) {
      this.take('<', true);
      this.list('>', (space) => this.parameter(space));
      this.take('>');
    }
    this.signature();
    if (out.is('<')) {
      this.take('<', true);
      this.list('>', (space) => this.inline(space));
      this.take('>');
    }
    this.body(true);
  }

  private parameter(space: boolean): void {
    const next = this.out.peek(1)?.text;
    if (next === ':' || next === '=') this.attribute(space);
    else this.word(space);
  }

  /** Whatever stands up to the next comma or bracket of the list around it, on one line. */
  private inline(space = false): void {
    const { out } = this;
    let depth = 0;
    let isOpset = false;
    let isFirst = true;
    for (;;) {
      const token = out.peek(0);
      if (!token) throw new SyntaxError();
      const { text } = token;
      const isMark = token.kind === 'mark';
      if (depth === 0 && isMark && [',', ')', ']', '}', '>'].includes(text)) break;
      if (token.kind === 'arrow' || (isMark && text === '<')) throw new SyntaxError();
      if (isMark && '([{'.includes(text)) depth++;
      else if (isMark && ')]}'.includes(text)) depth--;
      if (text === 'opset_import' && isFirst) isOpset = true;
      out.take(isFirst ? space : spaceBetween(out.last, token, isOpset && depth > 0));
      isFirst = false;
    }
    if (isFirst) throw new SyntaxError();
  }
}

/** Space between two tokens of a type, a value or an entry. */
function spaceBetween(before: Token | undefined, token: Token, inOpsets = false): boolean {
  const mark = (one: Token | undefined): string => (one?.kind === 'mark' ? one.text : '');
  const [left, right] = [mark(before), mark(token)];
  if (right !== '' && ',)]}.'.includes(right)) return false;
  if (right === ':') return inOpsets;
  if (left !== '' && '([{.@-'.includes(left)) return false;
  // Brackets of types stand at their words; behind a sign they open a list.
  if (right === '(' || right === '[') return left !== '';
  return true;
}
