import ts from 'typescript';

/**
 * The expression that a choice between two may stand around: `a.filter(f)` in `a?.filter(f).length` is no value of its
 * own, since what follows hangs on it and on its question mark.
 */
export function wholeChain(node: ts.Node): ts.Node {
  let whole = node;
  while (isFollowed(whole)) whole = whole.parent;
  return whole;
}

function isFollowed(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isTaggedTemplateExpression(parent)) return parent.tag === node;
  const continues =
    ts.isPropertyAccessExpression(parent) ||
    ts.isElementAccessExpression(parent) ||
    ts.isCallExpression(parent) ||
    ts.isNewExpression(parent) ||
    ts.isNonNullExpression(parent);
  return continues && parent.expression === node;
}

/** Whether something is written to this expression: no choice may stand in its place. */
export function isTarget(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isBinaryExpression(parent))
    return (
      parent.left === node &&
      parent.operatorToken.kind >= ts.SyntaxKind.FirstAssignment &&
      parent.operatorToken.kind <= ts.SyntaxKind.LastAssignment
    );
  if (ts.isPrefixUnaryExpression(parent) || ts.isPostfixUnaryExpression(parent))
    return (
      parent.operator === ts.SyntaxKind.PlusPlusToken || parent.operator === ts.SyntaxKind.MinusMinusToken
    );
  if (ts.isForInStatement(parent) || ts.isForOfStatement(parent)) return parent.initializer === node;
  return ts.isDeleteExpression(parent);
}

/** `if (done) return;`: an exit and nothing else. */
export function isEarlyExit(node: ts.IfStatement): boolean {
  if (node.elseStatement) return false;
  const { thenStatement: then } = node;
  const only = ts.isBlock(then) && then.statements.length === 1 ? then.statements[0]! : then;
  return (
    ts.isReturnStatement(only) ||
    ts.isContinueStatement(only) ||
    ts.isBreakStatement(only) ||
    ts.isThrowStatement(only)
  );
}
