import { ESLintUtils } from '@typescript-eslint/utils';
import ts from 'typescript';
import { boundedArguments } from './scripts/lint/boundedArguments.mjs';

/**
 * Texts come from models, files and settings, and `record['constructor']` or `record['__proto__']` is there in every
 * plain object. So no text of an open kind is a key by brackets or `in`: `entryOf`, `setEntry`, `Object.hasOwn` and a
 * `Map` know what was put in and nothing else.
 */
const ownKeys = ESLintUtils.RuleCreator.withoutDocs({
  meta: {
    type: 'problem',
    messages: {
      read: 'Any text may be the key here: use entryOf of outside/table.ts, or a Map.',
      write: 'Any text may be the key here: use setEntry of outside/table.ts, or a Map.',
      in: 'Any text may be the key here: use Object.hasOwn.',
    },
    schema: [],
  },
  defaultOptions: [],
  create(context) {
    const services = ESLintUtils.getParserServices(context);
    const isOpen = (node) => {
      // `key as keyof typeof table` says that a text is one of the table's, and nobody has looked.
      if (node.type === 'TSAsExpression' && node.typeAnnotation.type === 'TSTypeOperator') return true;
      const checker = services.program.getTypeChecker();
      const type = services.getTypeAtLocation(node);
      const parts = (checker.getBaseConstraintOfType(type) ?? type).types ?? [type];
      const open = ts.TypeFlags.String | ts.TypeFlags.TemplateLiteral | ts.TypeFlags.StringMapping;
      return parts.some((part) => ((checker.getBaseConstraintOfType(part) ?? part).flags & open) !== 0);
    };
    return {
      MemberExpression(node) {
        if (!node.computed || !isOpen(node.property)) return;
        const { parent } = node;
        const isWritten =
          (parent.type === 'AssignmentExpression' && parent.left === node) ||
          (parent.type === 'UnaryExpression' && parent.operator === 'delete') ||
          parent.type === 'UpdateExpression';
        context.report({ node, messageId: isWritten ? 'write' : 'read' });
      },
      BinaryExpression(node) {
        if (node.operator === 'in' && node.left.type !== 'PrivateIdentifier' && isOpen(node.left))
          context.report({ node, messageId: 'in' });
      },
    };
  },
});

export default { rules: { 'own-keys': ownKeys, 'bounded-arguments': boundedArguments } };
