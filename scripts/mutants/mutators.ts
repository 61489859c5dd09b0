// The small mistakes that somebody could make: each is a change of one expression or one statement.
import ts from 'typescript';
import { isEarlyExit, isTarget, wholeChain } from './places';

type Kind =
  | 'number'
  | 'comparison'
  | 'arithmetic'
  | 'boolean'
  | 'condition'
  | 'statement'
  | 'link'
  | 'branches'
  | 'fallback'
  | 'rounding'
  | 'early exit';

export interface Mutant {
  readonly file: string;
  /** First line is 1. */
  readonly line: number;
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  /** What stands in place of the text from `start` to `end`; empty for a statement that is gone. */
  readonly text: string;
  /** The expression or statement around it that can be chosen as a whole while the program runs. */
  readonly host: { readonly start: number; readonly end: number };
}

interface Change {
  readonly kind: Kind;
  readonly node: ts.Node;
  readonly text: string;
}

/** All mutants of a file. Types decide what may be added or left out; without a checker such changes are not made. */
export function mutantsOf(source: ts.SourceFile, file: string, checker: ts.TypeChecker | null): Mutant[] {
  const changes: Change[] = [];
  const visit = (node: ts.Node): void => {
    if (isOnlyType(node)) return;
    for (const mutator of mutators) for (const change of mutator(node, source, checker)) changes.push(change);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return changes.flatMap((change) => mutantOf(change, source, file) ?? []);
}

function mutantOf({ kind, node, text }: Change, source: ts.SourceFile, file: string): Mutant | null {
  const host = ts.isStatement(node) ? node : wholeChain(node);
  if (isTarget(host)) return null;
  const start = node.getStart(source);
  const line = source.getLineAndCharacterOfPosition(start).line + 1;
  return {
    file,
    line,
    kind,
    start,
    end: node.end,
    text,
    host: { start: host.getStart(source), end: host.end },
  };
}

function isOnlyType(node: ts.Node): boolean {
  return (
    ts.isTypeNode(node) ||
    ts.isInterfaceDeclaration(node) ||
    ts.isTypeAliasDeclaration(node) ||
    ts.isImportDeclaration(node) ||
    ts.isEnumDeclaration(node)
  );
}

type Mutator = (node: ts.Node, source: ts.SourceFile, checker: ts.TypeChecker | null) => Change[];

const numbers: Mutator = (node, source) => {
  const big = ts.isBigIntLiteral(node);
  if (!ts.isNumericLiteral(node) && !big) return [];
  if ('name' in node.parent && node.parent.name === node) return [];
  return otherNumbers(node.getText(source).replaceAll('_', '')).map((text) => ({
    kind: 'number',
    node,
    text,
  }));
};

/** One more and twice as much; 0 and 1 become each other. */
function otherNumbers(text: string): string[] {
  if (text.endsWith('n')) {
    const value = BigInt(text.slice(0, -1));
    const others = value === 0n ? [1n] : value === 1n ? [0n, 2n] : [value + 1n, value * 2n];
    return others.map((other) => `${other}n`);
  }
  const value = Number(text);
  const others = value === 0 ? [1] : value === 1 ? [0, 2] : [value + 1, value * 2];
  // One more than a very large number is the same number.
  return others.filter((other) => other !== value).map(String);
}

const comparisonSwaps: Readonly<Record<string, readonly string[]>> = {
  '<': ['<=', '>='],
  '<=': ['<', '>'],
  '>': ['>=', '<='],
  '>=': ['>', '<'],
  '===': ['!=='],
  '!==': ['==='],
};
const arithmeticSwaps: Readonly<Record<string, readonly string[]>> = {
  '+': ['-'],
  '-': ['+'],
  '*': ['/'],
  '/': ['*'],
  '%': ['*'],
  '**': ['*'],
  '<<': ['>>'],
  '>>': ['<<'],
  '&': ['|'],
  '|': ['&'],
  '+=': ['-='],
  '-=': ['+='],
  '*=': ['/='],
  '/=': ['*='],
};
const booleanSwaps: Readonly<Record<string, readonly string[]>> = { '&&': ['||'], '||': ['&&'] };

/** The operator of a binary expression, where `+` joins no texts. */
const operators: Mutator = (node, source, checker) => {
  if (!ts.isBinaryExpression(node)) return [];
  const operator = node.operatorToken.getText(source);
  const swapped = (kind: Kind, table: Readonly<Record<string, readonly string[]>>): Change[] =>
    (Object.hasOwn(table, operator) ? table[operator]! : []).map((other) => ({
      kind,
      node,
      text: `${node.left.getText(source)} ${other} ${node.right.getText(source)}`,
    }));
  const counts = !operator.startsWith('+') || (checker !== null && isNumber(node, checker));
  return [
    ...swapped('comparison', comparisonSwaps),
    ...(counts ? swapped('arithmetic', arithmeticSwaps) : []),
    ...swapped('boolean', booleanSwaps),
  ];
};

function isNumber(node: ts.Expression, checker: ts.TypeChecker): boolean {
  return (checker.getTypeAtLocation(node).flags & (ts.TypeFlags.NumberLike | ts.TypeFlags.BigIntLike)) !== 0;
}

const unary: Mutator = (node, source) => {
  if (!ts.isPrefixUnaryExpression(node)) return [];
  const operand = node.operand.getText(source);
  if (node.operator === ts.SyntaxKind.ExclamationToken) return [{ kind: 'boolean', node, text: operand }];
  return node.operator === ts.SyntaxKind.MinusToken ? [{ kind: 'arithmetic', node, text: operand }] : [];
};

const conditions: Mutator = (node, source) => {
  const always = (condition: ts.Expression, values: readonly boolean[]): Change[] =>
    values.map((value) => ({ kind: 'condition', node: condition, text: String(value) }));
  if (ts.isIfStatement(node)) {
    // A condition that is never true and an exit that is gone are one.
    if (!isEarlyExit(node)) return always(node.expression, [true, false]);
    return [...always(node.expression, [true]), { kind: 'early exit', node, text: '' }];
  }
  if (ts.isConditionalExpression(node)) {
    const [condition, yes, no] = [node.condition, node.whenTrue, node.whenFalse].map((part) =>
      part.getText(source),
    );
    return [{ kind: 'branches', node, text: `${condition} ? ${no} : ${yes}` }];
  }
  // A loop without an end only costs time.
  if (ts.isWhileStatement(node)) return always(node.expression, [false]);
  return [];
};

const statements: Mutator = (node) => {
  if (!ts.isExpressionStatement(node)) return [];
  const expression = ts.isAwaitExpression(node.expression) ? node.expression.expression : node.expression;
  if (ts.isStringLiteral(expression) || ts.isSatisfiesExpression(expression)) return [];
  if (ts.isCallExpression(expression) && expression.expression.kind === ts.SyntaxKind.SuperKeyword) return [];
  return [{ kind: 'statement', node, text: '' }];
};

/** `list.filter(f)` becomes `list`, where both are of one type. */
const links: Mutator = (node, source, checker) => {
  if (!checker || !ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return [];
  const receiver = node.expression.expression;
  if (receiver.kind === ts.SyntaxKind.SuperKeyword || receiver.kind === ts.SyntaxKind.ThisKeyword) return [];
  // Where nobody takes the value, the statement is gone instead.
  if (ts.isExpressionStatement(node.parent)) return [];
  const [before, after] = [checker.getTypeAtLocation(receiver), checker.getTypeAtLocation(node)];
  if ((before.flags | after.flags) & (ts.TypeFlags.Any | ts.TypeFlags.Unknown | ts.TypeFlags.Never))
    return [];
  return checker.isTypeAssignableTo(before, after)
    ? [{ kind: 'link', node, text: receiver.getText(source) }]
    : [];
};

/** `a ?? b` becomes `b`, and `a` where nothing is also an answer. */
const fallbacks: Mutator = (node, source, checker) => {
  if (!ts.isBinaryExpression(node) || node.operatorToken.kind !== ts.SyntaxKind.QuestionQuestionToken)
    return [];
  const { left, right } = node;
  const expected = checker?.getContextualType(node);
  const mayLack =
    checker && expected && checker.isTypeAssignableTo(checker.getTypeAtLocation(left), expected);
  return [right, ...(mayLack ? [left] : [])].map((part) => ({
    kind: 'fallback',
    node,
    text: part.getText(source),
  }));
};

const roundings: Readonly<Record<string, string>> = { min: 'max', max: 'min', ceil: 'floor', floor: 'ceil' };

const rounding: Mutator = (node, source) => {
  if (!ts.isPropertyAccessExpression(node) || node.expression.getText(source) !== 'Math') return [];
  const name = node.name.text;
  return Object.hasOwn(roundings, name) ? [{ kind: 'rounding', node, text: `Math.${roundings[name]}` }] : [];
};

const mutators: readonly Mutator[] = [
  numbers,
  operators,
  unary,
  conditions,
  statements,
  links,
  fallbacks,
  rounding,
];
