import type { Token } from '../engine/formats/onnxText/lexer';
import type { Place, Range } from '../engine/formats/onnxText/places';
import { tokenBefore } from '../workspace/textModels';

/** An operator as written: its domain is '' where none stands before it. */
export interface OperatorWords {
  readonly domain: string;
  readonly name: string;
}

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
  const expected = new Scan(tokens).expected(last, at.line);
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
  const scan = new Scan(tokens);
  const opener = scan.opener(tokenBefore(tokens, at));
  if (!opener) return null;
  const { frame, commas } = opener;
  if (frame.kind === 'inputs') return { operator: frame.operator, input: commas, attribute: null };
  if (frame.kind === 'attributes')
    return {
      operator: frame.operator,
      input: null,
      attribute: scan.attributeBefore(tokenBefore(tokens, at)),
    };
  return frame.kind === 'list' ? { operator: frame.operator, input: null, attribute: frame.attribute } : null;
}

/** What an open bracket means. */
type Frame =
  | { readonly kind: 'inputs' | 'attributes'; readonly operator: OperatorWords }
  | { readonly kind: 'list'; readonly operator: OperatorWords; readonly attribute: string }
  | { readonly kind: 'header' | 'opsets' | 'values' | 'body' | 'other' };

interface Opener {
  readonly frame: Frame;
  /** Of the bracket. */
  readonly index: number;
  /** Commas between the bracket and the place, those of inner brackets left out. */
  readonly commas: number;
}

const pairs: ReadonlyMap<string, string> = new Map(
  [')(', '><', '][', '}{'].map((pair) => [pair[0]!, pair[1]!]),
);

class Scan {
  constructor(private readonly tokens: readonly Token[]) {}

  private mark(index: number): string {
    const token = this.tokens[index];
    return token?.kind === 'mark' || token?.kind === 'arrow' ? token.text : '';
  }

  private isWord(index: number): boolean {
    const kind = this.tokens[index]?.kind;
    return kind === 'identifier' || kind === 'string';
  }

  private before(index: number): number {
    let at = index - 1;
    while (this.tokens[at]?.kind === 'comment') at--;
    return at;
  }

  /** What may stand behind the token `last`, on a line. */
  expected(last: number, line: number): Expected | null {
    if (this.tokens[last]?.kind === 'comment') last = this.before(last);
    if (last < 0) return { kind: 'document' };
    const opener = this.opener(last);
    const mark = this.mark(last);
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
    const mark = this.mark(last);
    if (mark === '<' || mark === ',') {
      return { kind: 'attribute', operator, given: this.namesOf(opener.index) };
    }
    const attribute = mark === '=' ? this.attributeBefore(last) : null;
    return attribute === null ? null : { kind: 'attribute-value', operator, attribute };
  }

  private inOpsets(last: number): Expected | null {
    const mark = this.mark(last);
    if (mark === '[' || mark === ',') return { kind: 'opset-domain' };
    const domain = this.tokens[this.before(last)];
    return mark === ':' && domain?.kind === 'string' ? { kind: 'opset-version', domain: domain.text } : null;
  }

  private inBody(last: number, line: number): Expected | null {
    const mark = this.mark(last);
    if (mark === '=') return { kind: 'operator', domain: '' };
    if (mark === '.') {
      const domain: string[] = [];
      let at = last;
      while (this.mark(at) === '.' && this.isWord(this.before(at))) {
        at = this.before(at);
        domain.unshift(this.tokens[at]!.text);
        at = this.before(at);
      }
      return this.mark(at) === '=' ? { kind: 'operator', domain: domain.join('.') } : null;
    }
    // A line that stops at a word is broken; the next one begins anew all the same.
    if (mark === '') return this.tokens[last]?.line === line ? null : { kind: 'statement' };
    return ['{', '}', ')', '>', ',', ']'].includes(mark) ? { kind: 'statement' } : null;
  }

  /** The attribute whose value the token belongs to: the name before the last `=` of this entry. */
  attributeBefore(last: number): string | null {
    let depth = 0;
    for (let at = last; at >= 0; at--) {
      const mark = this.mark(at);
      if (pairs.has(mark)) depth++;
      else if ('([{<'.includes(mark) && mark !== '' && --depth < 0) return null;
      if (depth > 0) continue;
      if (mark === ',') return null;
      if (mark !== '=') continue;
      let name = this.before(at);
      // A type may stand between the name and the sign.
      if (this.mark(this.before(name)) === ':') name = this.before(this.before(name));
      return this.isWord(name) ? this.tokens[name]!.text : null;
    }
    return null;
  }

  /** Names of the attributes in the list that begins at a bracket, whole or not. */
  private namesOf(open: number): string[] {
    const names: string[] = [];
    let depth = 0;
    for (let at = open + 1; at < this.tokens.length; at++) {
      const mark = this.mark(at);
      if ('([{<'.includes(mark) && mark !== '') depth++;
      else if (pairs.has(mark) && --depth < 0) break;
      else if (depth === 0 && this.isWord(at) && [':', '='].includes(this.mark(at + 1))) {
        const before = this.mark(this.before(at));
        if (before === '<' || before === ',') names.push(this.tokens[at]!.text);
      }
    }
    return names;
  }

  /** The innermost bracket that is open behind the token `last`, and what it means; null outside of all. */
  opener(last: number): Opener | null {
    const depths: string[] = [];
    let commas = 0;
    let isStatement = false;
    for (let at = last; at >= 0; at--) {
      const mark = this.mark(at);
      if (mark === '') continue;
      const open = pairs.get(mark);
      if (open) depths.push(open);
      else if ('([{<'.includes(mark)) {
        if (depths.length > 0) {
          // A bracket that was not closed in between is forgotten.
          while (depths.length > 0 && depths.pop() !== mark);
          continue;
        }
        const frame = this.meaning(at);
        const isForgotten = isStatement && (frame.kind === 'inputs' || frame.kind === 'list');
        if (!isForgotten) return { frame, index: at, commas };
      } else if (depths.length === 0) {
        if (mark === ',') commas++;
        if (mark === '=') isStatement = true;
      }
    }
    return null;
  }

  private meaning(at: number): Frame {
    const before = this.before(at);
    const mark = this.mark(before);
    switch (this.mark(at)) {
      case '(':
        return this.ofParenthesis(before, mark);
      case '<':
        return this.ofAngle(before, mark);
      case '[':
        return this.ofSquare(before, mark);
      default:
        return { kind: mark === ')' || mark === '>' ? 'body' : 'other' };
    }
  }

  private ofParenthesis(before: number, mark: string): Frame {
    if (mark === '=>') return { kind: 'values' };
    const end = mark === '>' ? this.before(this.matching(before)) : before;
    const operator = this.operatorEnding(end);
    if (operator) return { kind: 'inputs', operator };
    return this.isWord(end) ? { kind: 'values' } : { kind: 'other' };
  }

  private ofAngle(before: number, mark: string): Frame {
    if (before < 0 || mark === '}') return { kind: 'header' };
    const end = mark === ')' ? this.before(this.matching(before)) : before;
    const operator = this.operatorEnding(end);
    if (operator) return { kind: 'attributes', operator };
    return mark === ')' ? { kind: 'values' } : { kind: 'other' };
  }

  private ofSquare(before: number, mark: string): Frame {
    if (mark === ':' && this.tokens[this.before(before)]?.text === 'opset_import') return { kind: 'opsets' };
    if (mark !== '=') return { kind: 'other' };
    const attribute = this.attributeBefore(before);
    const outer = this.opener(this.before(before));
    return attribute !== null && outer?.frame.kind === 'attributes'
      ? { kind: 'list', operator: outer.frame.operator, attribute }
      : { kind: 'other' };
  }

  /** The bracket that a closing one closes; before the text if there is none. */
  private matching(close: number): number {
    const depths = [pairs.get(this.mark(close)) ?? ''];
    for (let at = close - 1; at >= 0; at--) {
      const mark = this.mark(at);
      const open = pairs.get(mark);
      if (open) depths.push(open);
      else if (mark !== '' && '([{<'.includes(mark)) {
        while (depths.length > 0 && depths.pop() !== mark);
        if (depths.length === 0) return at;
      }
    }
    return -1;
  }

  /** The operator of `= domain.Name:overload`; null for graphs, whose names may stand behind `=` of an attribute too. */
  private operatorEnding(end: number): OperatorWords | null {
    let at = end;
    if (!this.isWord(at)) return null;
    if (this.mark(this.before(at)) === ':') {
      at = this.before(this.before(at));
      if (!this.isWord(at)) return null;
    }
    const name = this.tokens[at]!.text;
    const domain: string[] = [];
    while (this.mark(this.before(at)) === '.' && this.isWord(this.before(this.before(at)))) {
      at = this.before(this.before(at));
      domain.unshift(this.tokens[at]!.text);
    }
    const sign = this.before(at);
    if (this.mark(sign) !== '=') return null;
    return this.isGraphValue(sign) ? null : { domain: domain.join('.'), name };
  }

  /** True if the `=` belongs to an attribute: what follows is then a graph, not a node. */
  private isGraphValue(sign: number): boolean {
    const outer = this.opener(this.before(sign));
    return outer?.frame.kind === 'attributes' || outer?.frame.kind === 'list';
  }
}

function place({ line, character }: Token): Place {
  return { line, character };
}
