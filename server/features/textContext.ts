import type { Token } from '../engine/formats/onnxText/lexer';
import type { Place, Range } from '../engine/formats/onnxText/places';
import { tokenBefore } from '../workspace/textModels';
import { Brackets, type Opener, type OperatorWords } from './textBrackets';

/** What may stand at a place of a hand-written text. */
type Expected =
  /** Nothing stands here yet. */
  | { readonly kind: 'document' }
  | { readonly kind: 'statement' }
  | { readonly kind: 'operator'; readonly domain: string }
  | { readonly kind: 'attribute'; readonly operator: OperatorWords; readonly given: readonly string[] }
  | { readonly kind: 'attribute-value'; readonly operator: OperatorWords; readonly attribute: string }
  | { readonly kind: 'input'; readonly operator: OperatorWords; readonly index: number }
  | { readonly kind: 'type' }
  | { readonly kind: 'header-key' }
  | { readonly kind: 'opset-domain' }
  | { readonly kind: 'opset-version'; readonly domain: string };

export interface TextContext {
  readonly expected: Expected;
  /** The word that the cursor is in or behind, which a completion replaces. */
  readonly word: Range;
  /** The next token behind the word, if it is on the same line. */
  readonly next: Token | undefined;
}

/**
 * What may stand at the cursor, judged from the tokens before it alone, since the line at hand is rarely complete. An
 * open bracket of an earlier line that the rest contradicts (a statement began since) counts as forgotten.
 */
export function contextAt(tokens: readonly Token[], at: Place): TextContext | null {
  let last = tokenBefore(tokens, at);
  const token = tokens[last];
  let word: Range = { start: at, end: at };
  if (token && token.line === at.line && at.character <= token.endCharacter) {
    if (token.kind === 'comment') return null;
    if (token.kind === 'identifier' || token.kind === 'string' || token.kind === 'unknown') {
      word = { start: place(token), end: { line: token.endLine, character: token.endCharacter } };
      last--;
    } else if (token.kind === 'number') return null;
  } else if (token?.kind === 'comment' && token.line === at.line) return null;
  const expected = new Expectation(new Brackets(tokens)).expected(last, at.line);
  const following = tokens[tokenBefore(tokens, word.end) + 1];
  const next = following?.line === at.line && following.kind !== 'comment' ? following : undefined;
  return expected && { expected, word, next };
}

/** The operator whose arguments or attributes the cursor stands among, and which of them. */
export function callAt(
  tokens: readonly Token[],
  at: Place,
): {
  readonly operator: OperatorWords;
  readonly input: number | null;
  readonly attribute: string | null;
} | null {
  const text = new Brackets(tokens);
  const opener = text.opener(tokenBefore(tokens, at));
  if (!opener) return null;
  const { frame, commas } = opener;
  if (frame.kind === 'inputs') return { operator: frame.operator, input: commas, attribute: null };
  if (frame.kind === 'attributes')
    return {
      operator: frame.operator,
      input: null,
      attribute: text.attributeBefore(tokenBefore(tokens, at)),
    };
  return frame.kind === 'list' ? { operator: frame.operator, input: null, attribute: frame.attribute } : null;
}

/** What may stand at a place, by the brackets around it. */
class Expectation {
  constructor(private readonly text: Brackets) {}

  /** What may stand behind the token `last`, on a line. */
  expected(last: number, line: number): Expected | null {
    if (this.text.tokens[last]?.kind === 'comment') last = this.text.before(last);
    if (last < 0) return { kind: 'document' };
    const opener = this.text.opener(last);
    const mark = this.text.mark(last);
    if (!opener) return null;
    const { frame, commas } = opener;
    switch (frame.kind) {
      case 'inputs':
        return mark === '(' || mark === ','
          ? { kind: 'input', operator: frame.operator, index: commas }
          : null;
      case 'attributes':
        return this.inAttributes(frame.operator, opener, last);
      case 'list':
        return { kind: 'attribute-value', operator: frame.operator, attribute: frame.attribute };
      case 'header':
        return mark === '<' || mark === ',' ? { kind: 'header-key' } : null;
      case 'opsets':
        return this.inOpsets(last);
      case 'values':
        return mark === '(' || mark === '<' || mark === ',' ? { kind: 'type' } : null;
      case 'body':
        return this.inBody(last, line);
      case 'other':
        return null;
    }
  }

  private inAttributes(operator: OperatorWords, opener: Opener, last: number): Expected | null {
    const mark = this.text.mark(last);
    if (mark === '<' || mark === ',') {
      return { kind: 'attribute', operator, given: this.text.namesOf(opener.index) };
    }
    const attribute = mark === '=' ? this.text.attributeBefore(last) : null;
    return attribute === null ? null : { kind: 'attribute-value', operator, attribute };
  }

  private inOpsets(last: number): Expected | null {
    const mark = this.text.mark(last);
    if (mark === '[' || mark === ',') return { kind: 'opset-domain' };
    const domain = this.text.tokens[this.text.before(last)];
    return mark === ':' && domain?.kind === 'string' ? { kind: 'opset-version', domain: domain.text } : null;
  }

  private inBody(last: number, line: number): Expected | null {
    const mark = this.text.mark(last);
    if (mark === '=') return { kind: 'operator', domain: '' };
    if (mark === '.') {
      const domain: string[] = [];
      let at = last;
      while (this.text.mark(at) === '.' && this.text.isWord(this.text.before(at))) {
        at = this.text.before(at);
        domain.unshift(this.text.tokens[at]!.text);
        at = this.text.before(at);
      }
      return this.text.mark(at) === '=' ? { kind: 'operator', domain: domain.join('.') } : null;
    }
    // A line that stops at a word is broken; the next one begins anew all the same.
    if (mark === '') return this.text.tokens[last]?.line === line ? null : { kind: 'statement' };
    return ['{', '}', ')', '>', ',', ']'].includes(mark) ? { kind: 'statement' } : null;
  }
}

function place({ line, character }: Token): Place {
  return { line, character };
}
