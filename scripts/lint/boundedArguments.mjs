import { ESLintUtils } from '@typescript-eslint/utils';
import ts from 'typescript';

/**
 * Forbids calls whose number of arguments grows with data: `push(...list)`, `new Set(...list)`, `Math.max.apply(null, list)`.
 * Every argument takes a place on the stack, so a list of some 120,000 ends the program. A tuple has a length that its type
 * states; a rest parameter has come through a call already. Spreads into array literals take no stack and are fine.
 */
export const boundedArguments = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'problem',
    messages: {
      unbounded:
        'A list of any length is spread into a call: it overflows the stack when it is long. Append it with a loop (appendAll), or fold it (largest, smallest).',
    },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    const checker = services.program.getTypeChecker();

    function isBounded(node) {
      if (node.type === 'ConditionalExpression')
        return isBounded(node.consequent) && isBounded(node.alternate);
      if (node.type === 'ArrayExpression')
        return node.elements.every((one) => one?.type !== 'SpreadElement' || isBounded(one.argument));
      const type = services.getTypeAtLocation(node);
      const parts = type.isUnion() ? type.types : [type];
      return parts.every(isFixedTuple) || isRestParameter(node);
    }

    function isFixedTuple(type) {
      const base = type.isTypeParameter() ? (checker.getBaseConstraintOfType(type) ?? type) : type;
      return checker.isTupleType(base) && !(base.target.combinedFlags & ts.ElementFlags.Variable);
    }

    function isRestParameter(node) {
      const symbol = services.getSymbolAtLocation(node);
      const declaration = symbol?.valueDeclaration;
      return !!declaration && ts.isParameter(declaration) && !!declaration.dotDotDotToken;
    }

    function check(node) {
      for (const argument of node.arguments) {
        if (argument.type === 'SpreadElement' && !isBounded(argument.argument)) {
          context.report({ node: argument, messageId: 'unbounded' });
        }
      }
      const applied = appliedList(node);
      if (applied && !isBounded(applied)) context.report({ node: applied, messageId: 'unbounded' });
    }
    return { CallExpression: check, NewExpression: check };
  },
});

/** The list that `f.apply(thisOne, list)` or `Reflect.apply(f, thisOne, list)` hands over as arguments. */
function appliedList({ callee, arguments: given }) {
  if (callee.type !== 'MemberExpression' || callee.property.name !== 'apply') return undefined;
  return callee.object.name === 'Reflect' ? given[2] : given[1];
}
