import { CodeActionKind, LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { ClientCapabilities } from 'vscode-languageserver';
import { URI, Utils } from 'vscode-uri';
import { message } from '../../l10n/server';
import { valueTypes } from '../workspace/textModels';
import { isBudgetFile } from '../workspace/budgetPaths';
import { budgetCompletions } from './budgets/completion';
import { branchActions } from './branches';
import { codeActions } from './codeActions';
import { completions, resolveCompletion } from './completion';
import type { Feature } from './feature';
import { formatText } from './formatting';
import { handler, whileWanted } from './handler';
import { rename, renameRange } from './rename';
import { signatureFor, signatureHelp } from './signatureHelp';
import { suggestionActions } from './suggestions';
import { textProblems } from './textDiagnostics';
import { writtenText } from './writtenText';

/** What may stand at the cursor. */
export const completionFeature: Feature = {
  capability: ({ textDocument }) =>
    textDocument?.completion
      ? {
          completionProvider: {
            triggerCharacters: ['=', '(', ',', '<', '[', '.', ' ', '"'],
            resolveProvider: true,
          },
        }
      : null,
  register: (context) => {
    const { connection, editor, log, language, models } = context;
    const client = (): ClientCapabilities['textDocument'] & object => editor.capabilities.textDocument ?? {};
    connection.onCompletion(
      handler(
        log,
        'completion',
        () => null,
        async ({ textDocument: { uri }, position }, token) => {
          if (isBudgetFile(uri)) return budgetCompletions(context.budgets, uri, position, editor.isOurs);
          const model = await writtenText(context, uri, token);
          if (!model) return null;
          const analysis = models.finished(uri);
          const { completionItem, completionItemKind } = client().completion ?? {};
          return completions(model, position, {
            language: language(),
            snippets: completionItem?.snippetSupport === true,
            newKinds: completionItemKind?.valueSet !== undefined,
            types: analysis ? valueTypes(analysis) : new Map<string, never>(),
          });
        },
      ),
    );
    connection.onCompletionResolve((item) =>
      resolveCompletion(item, language(), client().completion?.completionItem?.documentationFormat),
    );
  },
};

/** Inputs and attributes of the operator at the cursor. */
export const signatureFeature: Feature = {
  capability: ({ textDocument }) =>
    textDocument?.signatureHelp ? { signatureHelpProvider: { triggerCharacters: ['(', '<', ','] } } : null,
  register: (context) => {
    const { connection, editor, log, language } = context;
    connection.onSignatureHelp(
      handler(
        log,
        'signature help',
        () => null,
        async ({ textDocument, position }, token) => {
          const model = await writtenText(context, textDocument.uri, token);
          const help = model && signatureHelp(model, position, language());
          if (!help) return null;
          const { signatureInformation } = editor.capabilities.textDocument?.signatureHelp ?? {};
          return signatureFor(help, signatureInformation);
        },
      ),
    );
  },
};

/** Fixes of problems: edits of hand-written text, and commands of our own extension. */
export const fixFeature: Feature = {
  capability: ({ textDocument }) =>
    textDocument?.codeAction?.codeActionLiteralSupport
      ? { codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] } }
      : null,
  register: (context) => {
    const { connection, editor, log, language, models } = context;
    connection.onCodeAction(
      handler(
        log,
        'code action',
        () => null,
        async ({ textDocument: { uri }, range, context: wanted }, token) => {
          const model = await writtenText(context, uri, token);
          const analysis = await whileWanted(models.analysis(uri), token);
          if (!analysis) return null;
          const { diagnostics } = wanted;
          const ours = editor.isOurs
            ? [
                ...branchActions(analysis, range, diagnostics, language()),
                ...suggestionActions(analysis, range, diagnostics, language()),
              ]
            : [];
          if (!model || analysis.listing !== model.listing) return ours;
          const problems = await textProblems(model, analysis);
          return [...codeActions(model, problems, range, diagnostics, language()), ...ours];
        },
      ),
    );
  },
};

/** Tokens and comments in their places. */
export const formattingFeature: Feature = {
  capability: ({ textDocument }) => (textDocument?.formatting ? { documentFormattingProvider: true } : null),
  register: (context) => {
    const { connection, log, language } = context;
    connection.onDocumentFormatting(
      handler(
        log,
        'formatting',
        () => null,
        async ({ textDocument: { uri } }, token) => {
          const model = await writtenText(context, uri, token);
          if (!model) return null;
          const result = formatText(model.text, model.tokens);
          if (result.ok) return result.edits;
          const args = { model: Utils.basename(URI.parse(uri)) };
          // Said in the log alone: many format at every save, and Problems shows what is wrong.
          connection.console.info(message(language(), result.reason, args));
          return null;
        },
      ),
    );
  },
};

/** Another name for a value. */
export const renameFeature: Feature = {
  capability: ({ textDocument }) => {
    if (!textDocument?.rename) return null;
    return { renameProvider: textDocument.rename.prepareSupport ? { prepareProvider: true } : true };
  },
  register: (context) => {
    const { connection, log, language } = context;
    connection.onPrepareRename(
      handler(
        log,
        'rename',
        () => null,
        async ({ textDocument, position }, token) => {
          const model = await writtenText(context, textDocument.uri, token);
          return model ? renameRange(model.listing, position) : null;
        },
      ),
    );
    connection.onRenameRequest(async ({ textDocument, position, newName }, token) => {
      const model = await writtenText(context, textDocument.uri, token);
      const result = model ? rename(model.listing, position, newName) : 'text.rename-none';
      if (typeof result !== 'string') return result;
      // Editors show the user what a refused rename says.
      return new ResponseError(LSPErrorCodes.RequestFailed, message(language(), result));
    });
  },
};
