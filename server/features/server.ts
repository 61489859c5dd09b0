import {
  CodeActionKind,
  DidChangeConfigurationNotification,
  TextDocumentSyncKind,
} from 'vscode-languageserver';
import type {
  ClientCapabilities,
  Connection,
  InitializeParams,
  ServerCapabilities,
} from 'vscode-languageserver';
import { languageOf, type Language } from '../../l10n/language';
import { message } from '../../l10n/messages';
import { modelOf } from '../address';
import {
  analysisNotification,
  heatNotification,
  listingOutdatedNotification,
  readModelRequest,
  statModelRequest,
  statusNotification,
  withheldNotification,
  workingNotification,
} from '../protocol';
import { platform } from '../platform';
import type { NotificationMethod, WithheldParams } from '../protocol';
import { CancelledError } from '../engine/scheduler';
import type { Analysis } from '../workspace/analysis';
import { Budget } from '../workspace/budget';
import { Documents } from '../workspace/documents';
import { ModelFiles } from '../workspace/modelFiles';
import { isHandWritten, Models } from '../workspace/models';
import type { OpenModel } from '../workspace/openModel';
import { ProfileStore } from '../workspace/profileStore';
import { clientSettings, Settings } from '../workspace/settings';
import { findSymbolicFacts } from '../workspace/symbolicShapes';
import { politely } from '../workspace/turns';
import { TypingPauses } from '../workspace/typingPauses';
import type { ServerContext } from './context';
import { registerCustomRequests } from './customRequests';
import { ask, describe } from './handler';
import type { Log } from './handler';
import { heat } from './heat';
import { registerInputs } from './inputs';
import { registerLanguageFeatures } from './languageFeatures';
import { modelName } from './names';
import { ownChips, watchChipFiles } from './ownChips';
import { registerProfiles } from './profiles';
import { semanticLegend } from './semanticTokens';
import { Status } from './status';
import { Working } from './working';
import { registerTextFeatures } from './textFeatures';

/** When the shapes of an analysis are named after its dimensions (milliseconds after it is done). */
const namesAfter = 100;

const capabilities: ServerCapabilities = {
  textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Full },
  hoverProvider: true,
  inlayHintProvider: { resolveProvider: true },
  codeLensProvider: {},
  documentSymbolProvider: true,
  foldingRangeProvider: true,
  definitionProvider: true,
  referencesProvider: true,
  documentHighlightProvider: true,
  completionProvider: { triggerCharacters: ['=', '(', ',', '<', '[', '.', ' ', '"'], resolveProvider: true },
  signatureHelpProvider: { triggerCharacters: ['(', '<', ','] },
  documentFormattingProvider: true,
  renameProvider: { prepareProvider: true },
  codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix] },
  semanticTokensProvider: { legend: semanticLegend, full: true, range: true },
  diagnosticProvider: {
    identifier: 'siliconlens',
    interFileDependencies: false,
    workspaceDiagnostics: false,
  },
  workspace: { workspaceFolders: { supported: true, changeNotifications: true } },
};

/**
 * Puts the language server behind a connection; the caller begins to listen.
 * @param budget memory for all models together
 */
export function startServer(connection: Connection, budget = new Budget<OpenModel>(Infinity)): void {
  let language: Language = 'en';
  let client: ClientCapabilities = {};
  let storage: string | null = null;
  let folders: readonly string[] = [];
  const log: Log = { error: (text) => connection.console.error(text) };
  const files = new ModelFiles({
    stat: (params) => ask(connection, statModelRequest, params),
    read: (params) => ask(connection, readModelRequest, params),
  });
  const fetch = clientSettings(connection, () => client.workspace?.configuration === true);
  const settings = new Settings(fetch, (_model, problems) => {
    for (const problem of problems) {
      connection.console.warn(message(language, 'settings.rejected', { ...problem }));
    }
  });
  const chips = ownChips(connection, log, {
    language: () => language,
    chosen: async () => {
      const read = documents.all().map(({ uri }) => settings.choices(modelOf(uri) ?? uri));
      return new Set((await Promise.all(read)).flatMap((choices) => choices.chips));
    },
    changed: choicesChanged,
  });
  const profiles = new ProfileStore(() => storage);
  const status = new Status((state, key, args) => {
    send(statusNotification, { ...state, message: message(language, key, args) });
  });
  const send = <P extends object>(method: NotificationMethod<P>, params: P): void => {
    connection.sendNotification(method, params).catch((error: unknown) => log.error(describe(error)));
  };
  const working = new Working((models) => send(workingNotification, { models }));
  // Begun at once, so that the first hints and the side panel find it done; while one types, after a pause.
  const pauses = new TypingPauses((uri) => {
    models.analysis(uri).catch((error: unknown) => log.error(describe(error)));
  });
  const documents = new Documents(
    (uri, text) => (isHandWritten(uri) ? text : models.servedText(uri, text)),
    ({ uri }) => {
      models.opened(uri);
      pauses.changed(uri);
    },
    (uri) => {
      pauses.closed(uri);
      models.closed(uri);
    },
  );
  const models: Models = new Models(files, settings, (uri) => documents.get(uri), {
    language: () => language,
    chips: ({ customChips }) => chips.with(customChips),
    profiles: (modelUri) => profiles.of(modelUri),
    budget,
    letGo: (uri) => documents.release(uri),
    outdated: (uri) => send(listingOutdatedNotification, { uri }),
    analysed: (analysis) => {
      const { uri } = analysis.listing;
      send(analysisNotification, { uri, revision: analysis.revision });
      if (documents.get(uri)) send(heatNotification, heat(analysis));
      if (analysis.refusal) return status.done('warning', 'status.memory', { model: modelName(uri) });
      nameDimensionsLater(analysis);
      status.done('ok', 'status.ready');
    },
    noted: ({ listing, revision }) => send(analysisNotification, { uri: listing.uri, revision }),
    abandoned: () => status.done('ok', 'status.ready'),
    analysing: (uri) => status.busy('status.analysing', { model: modelName(uri) }),
    working: (uri, stage) => working.begin(uri, stage),
    withheld: (uri) => working.withheld(uri),
    refresh,
    failed: (uri, error) => {
      log.error(`${uri}: ${describe(error)}`);
      status.done('error', 'status.failed', { model: modelName(uri) });
    },
  });

  /** After the first answers, so that it delays none of them: only hovers show it. */
  function nameDimensionsLater(analysis: Analysis): void {
    const isStale = (): boolean => models.finished(analysis.listing.uri) !== analysis;
    const begin = (): void => {
      if (isStale()) return;
      const { uri } = analysis.listing;
      working
        .during(uri, () => findSymbolicFacts(analysis, politely(isStale)))
        .catch((error: unknown) => {
          if (!(error instanceof CancelledError)) log.error(describe(error));
        });
    };
    platform().later(begin, namesAfter);
  }

  connection.onInitialize((params) => {
    client = params.capabilities;
    language = languageOf(localeOf(params));
    storage = optionOf(params, 'profiles') ?? null;
    working.withhold(withheldOf(params));
    folders = (params.workspaceFolders ?? []).map((folder) => folder.uri);
    settings.setFolders(folders);
    return { capabilities, serverInfo: { name: 'siliconlens' } };
  });
  connection.onInitialized(() => {
    if (client.workspace?.didChangeConfiguration?.dynamicRegistration) {
      const section = { section: 'siliconlens' };
      watchFault(connection.client.register(DidChangeConfigurationNotification.type, section), log);
    }
    // Not before: what is wrong with chip files may only be told from now on.
    watchFault(chips.setFolders(folders), log);
    watchChipFiles(connection, client, log);
    if (client.workspace?.workspaceFolders) {
      connection.workspace.onDidChangeWorkspaceFolders(() => {
        watchFault(foldersChanged(), log);
      });
    }
    status.done('ok', 'status.ready');
  });
  connection.onDidChangeConfiguration(() => {
    settings.forget();
    choicesChanged();
  });
  connection.onNotification(withheldNotification, ({ models: left }: WithheldParams) => {
    for (const uri of working.withhold(left)) models.released(uri);
  });
  connection.onShutdown(() => {
    models.dispose();
    chips.dispose();
  });

  async function foldersChanged(): Promise<void> {
    folders = ((await connection.workspace.getWorkspaceFolders()) ?? []).map((folder) => folder.uri);
    settings.setFolders(folders);
    await chips.setFolders(folders);
    choicesChanged();
  }

  function choicesChanged(): void {
    models.choicesChanged();
    refresh();
  }

  /** Refreshes are global and costly for the editor: only after a change that no document shows, never on a timer. */
  function refresh(): void {
    const { workspace } = client;
    if (workspace?.inlayHint?.refreshSupport) watchFault(connection.languages.inlayHint.refresh(), log);
    if (workspace?.codeLens?.refreshSupport)
      watchFault(connection.sendRequest('workspace/codeLens/refresh'), log);
    if (workspace?.diagnostics?.refreshSupport) watchFault(connection.languages.diagnostics.refresh(), log);
  }

  const context: ServerContext = {
    connection,
    models,
    settings,
    documents,
    files,
    log,
    working,
    language: () => language,
    chips: async () => chips.with((await settings.workspace()).customChips),
  };
  documents.listen(connection);
  registerLanguageFeatures(context);
  registerTextFeatures(context, () => client);
  registerCustomRequests(context);
  registerProfiles(context, files, profiles);
  registerInputs(context, chips, profiles);
}

/** The display language: our own client names it, others may say it the standard way. */
function localeOf(params: InitializeParams): string | undefined {
  return optionOf(params, 'locale') ?? params.locale;
}

/** A text that our own client gives along: `locale`, and in `profiles` the folder where imported profiles are kept. */
function optionOf(params: InitializeParams, name: 'locale' | 'profiles'): string | undefined {
  const options: unknown = params.initializationOptions;
  if (typeof options !== 'object' || options === null) return undefined;
  const value = (options as Readonly<Record<string, unknown>>)[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Models that our own client wants to be left alone, since the server before ended over them. */
function withheldOf(params: InitializeParams): WithheldParams['models'] {
  const options = params.initializationOptions as { readonly withheld?: WithheldParams } | null | undefined;
  return options?.withheld?.models ?? [];
}

function watchFault(work: Promise<unknown>, log: Log): void {
  work.catch((error: unknown) => log.error(describe(error)));
}
