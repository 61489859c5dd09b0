import * as vscode from 'vscode';
import {
  DidChangeWatchedFilesNotification,
  FileChangeType,
  type FileEvent,
  LanguageClient,
  type LanguageClientOptions,
  type MessageSignature,
  RevealOutputChannelOn,
  type ServerOptions,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import {
  type AnalysisParams,
  analysisNotification,
  type HeatParams,
  heatNotification,
  languageId,
  type ListFolderParams,
  listFolderRequest,
  linkedCommands,
  type ListingOutdatedParams,
  listingOutdatedNotification,
  listingScheme,
  type SparsityProgressParams,
  sparsityProgressNotification,
  type ReadFileParams,
  readModelRequest,
  type StatFileParams,
  statModelRequest,
  type StatusParams,
  statusNotification,
} from '../server/protocol';
import { isOnlyOriginalSide } from './diffSides';
import type { ModelReader } from './modelReader';
import { text } from './text';

/** A failed request is a line in the log: hints and hovers that fail in the background must not open pop-ups. */
class QuietClient extends LanguageClient {
  override handleFailedRequest<T>(
    type: MessageSignature,
    token: vscode.CancellationToken | undefined,
    error: unknown,
    defaultValue: T,
    _showNotification?: boolean,
    throwOnCancel?: boolean,
  ): T {
    return super.handleFailedRequest(type, token, error, defaultValue, false, throwOnCancel);
  }
}

/** The language server as the rest of the extension sees it: requests, events, restart. */
export class Server implements vscode.Disposable {
  private client: QuietClient | undefined;
  private starting: Promise<void> | undefined;
  private readonly running = new vscode.EventEmitter<void>();
  private readonly analysis = new vscode.EventEmitter<AnalysisParams>();
  private readonly heat = new vscode.EventEmitter<HeatParams>();
  private readonly sparsityProgress = new vscode.EventEmitter<SparsityProgressParams>();
  private readonly status = new vscode.EventEmitter<StatusParams>();
  private readonly outdated = new vscode.EventEmitter<ListingOutdatedParams>();
  private readonly saves = vscode.workspace.onDidSaveTextDocument(({ uri }) => this.saved(uri));

  /** Each time the server begins to answer, also after a crash. */
  readonly onRunning = this.running.event;
  readonly onAnalysis = this.analysis.event;
  readonly onHeat = this.heat.event;
  readonly onSparsityProgress = this.sparsityProgress.event;
  readonly onStatus = this.status.event;
  readonly onListingOutdated = this.outdated.event;

  constructor(
    private readonly serverModule: string,
    private readonly log: vscode.LogOutputChannel,
    private readonly reader: ModelReader,
    /** Folder in which imported profiles of this workspace are kept. */
    private readonly profiles: string,
  ) {}

  /** Starts the server unless it is there; every caller of the moment waits for the same start. */
  start(): Promise<void> {
    this.starting ??= this.startClient();
    return this.starting;
  }

  /** Stops whatever is there, failed starts too, and begins anew with a fresh client. */
  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.starting?.catch(() => undefined);
    const client = this.client;
    this.client = undefined;
    this.starting = undefined;
    // Stopping a client that never ran throws; there is nothing left to stop then.
    await client?.dispose(2000).catch((error: unknown) => this.log.debug(String(error)));
  }

  async request<R>(method: string, params: object, token?: vscode.CancellationToken): Promise<R> {
    await this.start();
    if (!this.client) throw new Error(text('extension.server.notRunning'));
    // An absent token must not be passed: the client would send it along as a second parameter.
    return token
      ? this.client.sendRequest<R>(method, params, token)
      : this.client.sendRequest<R>(method, params);
  }

  dispose(): void {
    for (const emitter of [
      this.saves,
      this.running,
      this.analysis,
      this.heat,
      this.sparsityProgress,
      this.status,
      this.outdated,
    ])
      emitter.dispose();
  }

  /** File watchers lag behind a save, and some file systems have none; what was saved here is known at once. */
  private saved(uri: vscode.Uri): void {
    if (!/\/\.siliconlens\/chips\/[^/]+\.json$/.test(uri.path) || !this.client?.isRunning()) return;
    const changes: FileEvent[] = [{ uri: uri.toString(), type: FileChangeType.Changed }];
    this.client
      .sendNotification(DidChangeWatchedFilesNotification.type, { changes })
      .catch((error: unknown) => this.log.debug(String(error)));
  }

  private async startClient(): Promise<void> {
    const client = new QuietClient('siliconlens', 'Siliconlens', this.serverOptions(), this.clientOptions());
    this.client = client;
    this.listen(client);
    try {
      await client.start();
    } catch (error) {
      this.log.error(text('extension.server.startFailed'), error instanceof Error ? error : String(error));
      this.status.fire({ health: 'error', quiescent: true, message: text('extension.server.startFailed') });
      throw error;
    }
  }

  private listen(client: QuietClient): void {
    client.onDidChangeState(({ newState }) => {
      if (client !== this.client) return;
      if (newState === State.Running) this.running.fire();
      if (newState === State.Stopped)
        this.status.fire({ health: 'error', quiescent: true, message: text('extension.server.stopped') });
    });
    client.onRequest(statModelRequest, (params: StatFileParams) => this.reader.stat(params));
    client.onRequest(listFolderRequest, (params: ListFolderParams) => this.reader.list(params));
    client.onRequest(readModelRequest, (params: ReadFileParams) => this.reader.read(params));
    client.onNotification(analysisNotification, (params: AnalysisParams) => this.analysis.fire(params));
    client.onNotification(heatNotification, (params: HeatParams) => this.heat.fire(params));
    client.onNotification(sparsityProgressNotification, (params: SparsityProgressParams) =>
      this.sparsityProgress.fire(params),
    );
    client.onNotification(statusNotification, (params: StatusParams) => this.status.fire(params));
    client.onNotification(listingOutdatedNotification, (params: ListingOutdatedParams) =>
      this.outdated.fire(params),
    );
  }

  private serverOptions(): ServerOptions {
    const run = { module: this.serverModule, transport: TransportKind.ipc };
    return { run, debug: { ...run, options: { execArgv: ['--nolazy', '--inspect=6029'] } } };
  }

  private clientOptions(): LanguageClientOptions {
    return {
      documentSelector: [
        { scheme: listingScheme, language: languageId },
        { scheme: 'file', language: languageId },
        { scheme: 'untitled', language: languageId },
      ],
      outputChannel: this.log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      initializationOptions: { locale: vscode.env.language, profiles: this.profiles },
      markdown: { isTrusted: { enabledCommands: Object.values(linkedCommands) }, supportHtml: false },
      middleware: {
        provideInlayHints: (document, range, token, next) =>
          isOnlyOriginalSide(document.uri) ? [] : next(document, range, token),
      },
    };
  }
}
