import type { Token } from '../engine/formats/onnxText/lexer';

/** An operator as written: its domain is '' where none stands before it. */
export interface OperatorWords {
  readonly domain: string;
  readonly name: string;
}

/** What an open bracket means. */
type Frame =
  | { readonly kind: 'inputs' | 'attributes'; readonly operator: OperatorWords }
  | { readonly kind: 'list'; readonly operator: OperatorWords; readonly attribute: string }
  | { readonly kind: 'header' | 'opsets' | 'values' | 'body' | 'other' };

export interface Opener {
  readonly frame: Frame;
  /** Of the bracket. */
  readonly index: number;
  /** Commas between the bracket and the place, those of inner brackets left out. */
  readonly commas: number;
}

const pairs: ReadonlyMap<string, string> = new Map(
  [')(', '><', '][', '}{'].map((pair) => [pair[0]!, pair[1]!]),
);

/** Reads the tokens of a text backwards from a place, as far as brackets and names tell what it belongs to. */
export class Brackets {
  constructor(readonly tokens: readonly Token[]) {}

  /** The sign that a token is; '' for words. */
  mark(index: number): string {
    const token = this.tokens[index];
    return token?.kind === 'mark' || token?.kind === 'arrow' ? token.text : '';
  }

  isWord(index: number): boolean {
    const kind = this.tokens[index]?.kind;
    return kind === 'identifier' || kind === 'string';
  }

  /** The token before another one, comments left out. */
  before(index: number): number {
    let at = index - 1;
    while (this.tokens[at]?.kind === 'comment') at--;
    return at;
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
  namesOf(open: number): string[] {
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
