import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type {
  CancellationToken,
  ClientCapabilities,
  SemanticTokens,
  SemanticTokensParams,
  SemanticTokensRangeParams,
} from 'vscode-languageserver';
import { URI, Utils } from 'vscode-uri';
import { message } from '../../l10n/messages';
import { politeTo } from '../workspace/turns';
import { isHandWritten } from '../workspace/models';
import { textModel, valueTypes } from '../workspace/textModels';
import type { TextModel } from '../workspace/textModels';
import { codeActions } from './codeActions';
import { completions, resolveCompletion } from './completion';
import { formatText } from './formatting';
import { handler, whileWanted } from './handler';
import { rename, renameRange } from './rename';
import { semanticTokens, wholeTextLimit } from './semanticTokens';
import type { ServerContext } from './context';
import { signatureHelp } from './signatureHelp';
import { textProblems } from './textDiagnostics';

/** Connects the requests that serve writing: hand-written texts only, but for colours. */
export function registerTextFeatures(context: ServerContext, client: () => ClientCapabilities): void {
  registerWriting(context, client);
  registerChanges(context);
  registerColours(context);
}

/** The text behind a document; undefined for listings, which nobody writes. */
async function written(
  { models }: ServerContext,
  uri: string,
  token: CancellationToken,
): Promise<TextModel | undefined> {
  if (!isHandWritten(uri)) return undefined;
  const served = await whileWanted(models.view(uri), token);
  return served && textModel(served);
}

function registerWriting(context: ServerContext, client: () => ClientCapabilities): void {
  const { connection, log, language, models } = context;
  connection.onCompletion(
    handler(
      log,
      'completion',
      () => null,
      async ({ textDocument: { uri }, position }, token) => {
        const model = await written(context, uri, token);
        if (!model) return null;
        const analysis = models.finished(uri);
        const snippets = client().textDocument?.completion?.completionItem?.snippetSupport === true;
        const types = analysis ? valueTypes(analysis) : new Map<string, never>();
        return completions(model, position, { language: language(), snippets, types });
      },
    ),
  );
  connection.onCompletionResolve((item) => resolveCompletion(item, language()));
  connection.onSignatureHelp(
    handler(
      log,
      'signature help',
      () => null,
      async ({ textDocument, position }, token) => {
        const model = await written(context, textDocument.uri, token);
        return model ? signatureHelp(model, position, language()) : null;
      },
    ),
  );
  connection.onCodeAction(
    handler(
      log,
      'code action',
      () => null,
      async ({ textDocument: { uri }, range, context: wanted }, token) => {
        const model = await written(context, uri, token);
        const analysis = model && (await whileWanted(models.analysis(uri), token));
        if (!analysis || analysis.listing !== model.listing) return null;
        const problems = await textProblems(model, analysis);
        return codeActions(model, problems, range, wanted.diagnostics, language());
      },
    ),
  );
}

function registerChanges(context: ServerContext): void {
  const { connection, log, language } = context;
  connection.onDocumentFormatting(
    handler(
      log,
      'formatting',
      () => null,
      async ({ textDocument: { uri } }, token) => {
        const model = await written(context, uri, token);
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
  connection.onPrepareRename(
    handler(
      log,
      'rename',
      () => null,
      async ({ textDocument, position }, token) => {
        const model = await written(context, textDocument.uri, token);
        return model ? renameRange(model.listing, position) : null;
      },
    ),
  );
  connection.onRenameRequest(async ({ textDocument, position, newName }, token) => {
    const model = await written(context, textDocument.uri, token);
    const result = model ? rename(model.listing, position, newName) : 'text.rename-none';
    if (typeof result !== 'string') return result;
    // Editors show the user what a refused rename says.
    return new ResponseError(LSPErrorCodes.RequestFailed, message(language(), result));
  });
}

function registerColours(context: ServerContext): void {
  const { connection, log, models } = context;
  const { semanticTokens: requests } = connection.languages;
  const nothing: SemanticTokens = { data: [] };
  requests.on(
    handler<SemanticTokensParams, SemanticTokens>(
      log,
      'colours',
      () => nothing,
      async ({ textDocument }, token) => {
        const listing = (await whileWanted(models.view(textDocument.uri), token))?.listing;
        if (!listing || listing.lineCount > wholeTextLimit) return nothing;
        return semanticTokens(listing.positions, 0, listing.lineCount, politeTo(token));
      },
    ),
  );
  requests.onRange(
    handler<SemanticTokensRangeParams, SemanticTokens>(
      log,
      'colours',
      () => nothing,
      async ({ textDocument, range: { start, end } }, token) => {
        const listing = (await whileWanted(models.view(textDocument.uri), token))?.listing;
        if (!listing) return nothing;
        return semanticTokens(listing.positions, start.line, end.line, politeTo(token));
      },
    ),
  );
}
