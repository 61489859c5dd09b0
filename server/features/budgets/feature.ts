import {
  CodeLensRequest,
  CompletionRequest,
  DidChangeTextDocumentNotification,
  DidCloseTextDocumentNotification,
  DidOpenTextDocumentNotification,
  HoverRequest,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import type { Feature } from '../feature';

/** Budget files; no other JSON is asked about. */
const documentSelector = [{ pattern: '**/.siliconlens/budget.json' }, { pattern: '**/*.budget.json' }];

/**
 * Lenses, hovers and completion of budget files, for which a client of models is asked in particular: everything else that the server
 * answers is about models. The features themselves know such a file by its address.
 */
export const budgetFeature: Feature = {
  register: () => {},
  initialized: ({ connection, editor }) => {
    const { synchronization, codeLens, hover, completion } = editor.capabilities.textDocument ?? {};
    if (!synchronization?.dynamicRegistration) return;
    const { client } = connection;
    const wanted = [
      client.register(DidOpenTextDocumentNotification.type, { documentSelector }),
      client.register(DidChangeTextDocumentNotification.type, {
        documentSelector,
        syncKind: TextDocumentSyncKind.Full,
      }),
      client.register(DidCloseTextDocumentNotification.type, { documentSelector }),
      codeLens?.dynamicRegistration && client.register(CodeLensRequest.type, { documentSelector }),
      hover?.dynamicRegistration && client.register(HoverRequest.type, { documentSelector }),
      completion?.dynamicRegistration &&
        client.register(CompletionRequest.type, { documentSelector, triggerCharacters: ['"'] }),
    ];
    for (const one of wanted) if (one) editor.watch(one);
  },
};
