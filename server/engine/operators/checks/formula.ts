/** A formula over the attributes, inputs and outputs of a node, which are named as its schema does. */
export type Formula =
  | { readonly kind: 'constant'; readonly value: number | string }
  /** An attribute, or the one number that an input holds. */
  | { readonly kind: 'name'; readonly name: string }
  /** `weight[1]`, `weight[-1]`, `data[axis]`: a dimension of an input, or a number of a list. */
  | { readonly kind: 'element'; readonly name: string; readonly at: Formula }
  /** `rank(weight)`, `given(bias)`: what a function tells of a name. */
  | { readonly kind: 'property'; readonly property: Property; readonly name: string }
  | { readonly kind: 'operation'; readonly sign: Sign; readonly parts: readonly Formula[] };

/** What the parts of a formula come to; undefined where that is not known. */
export type FormulaValue = number | string | boolean | undefined;

/** What to know of the names in a formula. */
export type Leaf = Exclude<Formula, { readonly kind: 'constant' | 'operation' }>;

/**
 * `given`: not left out; `rank`, `size` and `type` of an input, `first` and `last` of the numbers that it holds; `count`, `sum`, `least`
 * and `most` of a list.
 */
const properties = [
  'given',
  'rank',
  'size',
  'type',
  'first',
  'last',
  'count',
  'sum',
  'least',
  'most',
] as const;
export type Property = (typeof properties)[number];

/** Later ones bind tighter. */
const levels = [['or'], ['and'], ['=', '!=', '<=', '>=', '<', '>'], ['+', '-'], ['*', '/', '%']] as const;
/** `power2`: is a power of two. */
const functions = ['not', 'floor', 'ceil', 'power2'] as const;
type Sign = (typeof levels)[number][number] | (typeof functions)[number];

const token = /\s*(\d+(?:\.\d+)?|'[^']*'|[A-Za-z_]\w*|<=|>=|!=|[-+*/%()[\]=<>])/y;

const isAmong = <T extends string>(list: readonly T[], text: string | undefined): text is T =>
  (list as readonly (string | undefined)[]).includes(text);

/** @throws Error where a text of the tables is no formula */
export function parseFormula(text: string): Formula {
  const parser = new FormulaParser(text);
  const formula = parser.level(0);
  parser.end();
  return formula;
}

class FormulaParser {
  private readonly words: readonly string[];
  private at = 0;

  constructor(private readonly text: string) {
    const words: string[] = [];
    token.lastIndex = 0;
    while (token.lastIndex < text.length) {
      const word = token.exec(text)?.[1];
      if (word === undefined) throw new Error(`no formula: ${text}`);
      words.push(word);
    }
    this.words = words;
  }

  level(depth: number): Formula {
    const signs = levels[depth];
    if (!signs) return this.atom();
    let left = this.level(depth + 1);
    for (let sign = this.words[this.at]; isAmong<Sign>(signs, sign); sign = this.words[this.at]) {
      this.at++;
      left = { kind: 'operation', sign, parts: [left, this.level(depth + 1)] };
    }
    return left;
  }

  end(): void {
    if (this.at < this.words.length) throw new Error(`no formula: ${this.text}`);
  }

  private atom(): Formula {
    const word = this.words[this.at++] ?? '';
    if (word === '(') return this.inner();
    if (word === '-') {
      const zero: Formula = { kind: 'constant', value: 0 };
      return { kind: 'operation', sign: '-', parts: [zero, this.atom()] };
    }
    if (word.startsWith("'")) return { kind: 'constant', value: word.slice(1, -1) };
    if (/^\d/.test(word)) return { kind: 'constant', value: Number(word) };
    if (!/^\w+$/.test(word)) throw new Error(`no formula: ${this.text}`);
    return this.named(word);
  }

  private inner(): Formula {
    const formula = this.level(0);
    this.expect(')');
    return formula;
  }

  private named(name: string): Formula {
    const next = this.words[this.at];
    if (next === '(') {
      this.at++;
      if (isAmong(functions, name)) return { kind: 'operation', sign: name, parts: [this.inner()] };
      if (!isAmong(properties, name)) throw new Error(`no function: ${name} in ${this.text}`);
      const of = this.words[this.at++] ?? '';
      this.expect(')');
      return { kind: 'property', property: name, name: of };
    }
    if (next !== '[') return { kind: 'name', name };
    this.at++;
    const at = this.level(0);
    this.expect(']');
    return { kind: 'element', name, at };
  }

  private expect(word: string): void {
    if (this.words[this.at++] !== word) throw new Error(`no formula: ${this.text}`);
  }
}

/** What a formula comes to; undefined where what it hangs on is not known. */
export function evaluate(formula: Formula, valueOf: (leaf: Leaf) => FormulaValue): FormulaValue {
  if (formula.kind === 'constant') return formula.value;
  if (formula.kind !== 'operation') return valueOf(formula);
  const [left, right] = formula.parts.map((part) => evaluate(part, valueOf));
  if (formula.sign === 'and') return both(left, right);
  if (formula.sign === 'or') return negated(both(negated(left), negated(right)));
  if (formula.sign === 'not') return negated(left);
  if (left === undefined || (formula.parts.length > 1 && right === undefined)) return undefined;
  if (formula.sign === '=') return left === right;
  if (formula.sign === '!=') return left !== right;
  return computed(formula.sign, Number(left), Number(right));
}

/** One that does not hold is enough, whatever the other is. */
function both(left: FormulaValue, right: FormulaValue): boolean | undefined {
  if (left === false || right === false) return false;
  return left === undefined || right === undefined ? undefined : true;
}

function negated(value: FormulaValue): boolean | undefined {
  return value === undefined ? undefined : !value;
}

const arithmetic: Readonly<Record<string, (left: number, right: number) => number | boolean>> = {
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
  '+': (left, right) => left + right,
  '-': (left, right) => left - right,
  '*': (left, right) => left * right,
  '/': (left, right) => left / right,
  '%': (left, right) => left % right,
  floor: (of) => Math.floor(of),
  ceil: (of) => Math.ceil(of),
  power2: (of) => of > 0 && Number.isInteger(Math.log2(of)),
};

/** Dividing by 0 leaves the result open: what the divisor may be is a demand of its own. */
function computed(sign: Sign, left: number, right: number): FormulaValue {
  const value = arithmetic[sign]?.(left, right);
  return typeof value === 'number' && !Number.isFinite(value) ? undefined : value;
}

/** The names in a formula, each once, in their order. */
export function leavesOf(formula: Formula): readonly Leaf[] {
  if (formula.kind === 'constant') return [];
  if (formula.kind === 'element') return [formula, ...leavesOf(formula.at)];
  if (formula.kind !== 'operation') return [formula];
  const found = new Map(formula.parts.flatMap(leavesOf).map((leaf) => [leafText(leaf), leaf]));
  return [...found.values()];
}

/** A name as formulas write it. */
export function leafText(leaf: Leaf): string {
  if (leaf.kind === 'element') return `${leaf.name}[${formulaText(leaf.at)}]`;
  return leaf.kind === 'property' ? `${leaf.property}(${leaf.name})` : leaf.name;
}

function formulaText(formula: Formula): string {
  if (formula.kind === 'constant') return String(formula.value);
  if (formula.kind !== 'operation') return leafText(formula);
  const [left, right] = formula.parts.map(formulaText);
  if (right === undefined) return `${formula.sign}(${left})`;
  return left === '0' && formula.sign === '-' ? `-${right}` : `${left} ${formula.sign} ${right}`;
}
