import * as vscode from 'vscode';
import { DidChangeWatchedFilesNotification, FileChangeType, type FileEvent } from 'vscode-languageclient';
import {
  type AnalysisParams,
  analysisNotification,
  type HeatParams,
  heatNotification,
  type InitializationOptions,
  listFolderRequest,
  type ListingOutdatedParams,
  listingOutdatedNotification,
  type NotificationMethod,
  type RequestMethod,
  readModelRequest,
  exportChunkRequest,
  type SparsityProgressParams,
  sparsityProgressNotification,
  statModelRequest,
  type StatusParams,
  statusNotification,
  withheldNotification,
  type WithheldParams,
  type WorkStage,
} from '../../server/protocol';
import { Exports } from '../webview/exports';
import type { ModelReader } from '../modelReader';
import { isOwnFile } from '../chipFiles';
import { text } from '../text';
import { QuietClient } from './client';
import { Keeper } from './keeper';
import type { Launch } from './link';
import { limits } from './supervisor';

/** What the server needs of the extension. */
export interface ServerNeeds {
  readonly launch: Launch;
  readonly log: vscode.LogOutputChannel;
  readonly reader: ModelReader;
  /** Folder in which imported profiles of this workspace are kept; without one they last as long as the server. */
  readonly profiles: string | undefined;
  /** The server may stand at a breakpoint: nobody takes that for a hang. */
  readonly debugged: boolean;
  /** It answers requests alone: see {@link QuietClient}. */
  readonly isBackground?: boolean;
}

/** The language server as the rest of the extension sees it: requests, events, restart. */
export class Server implements vscode.Disposable {
  private readonly keeper: Keeper<QuietClient>;
  private readonly running = new vscode.EventEmitter<void>();
  private readonly ended = new vscode.EventEmitter<void>();
  private readonly withholding = new vscode.EventEmitter<void>();
  private readonly analysis = new vscode.EventEmitter<AnalysisParams>();
  private readonly heat = new vscode.EventEmitter<HeatParams>();
  private readonly sparsityProgress = new vscode.EventEmitter<SparsityProgressParams>();
  private readonly status = new vscode.EventEmitter<StatusParams>();
  private readonly outdated = new vscode.EventEmitter<ListingOutdatedParams>();
  /** What the present server was told of the models to leave alone. */
  private told: ReadonlyMap<string, WorkStage> | undefined;
  private readonly saves = vscode.workspace.onDidSaveTextDocument(({ uri }) => this.saved(uri));

  /** Each time the server begins to answer, also after a crash. */
  readonly onRunning = this.running.event;
  /** Each time it ended unasked; see {@link down}. */
  readonly onEnded = this.ended.event;
  /** Other models are left alone, or none: see {@link withheld}. */
  readonly onWithheld = this.withholding.event;
  readonly onAnalysis = this.analysis.event;
  readonly onHeat = this.heat.event;
  readonly onSparsityProgress = this.sparsityProgress.event;
  readonly onStatus = this.status.event;
  readonly onListingOutdated = this.outdated.event;
  readonly exports = new Exports();

  constructor(private readonly needs: ServerNeeds) {
    const patience = needs.debugged ? null : limits;
    this.keeper = new Keeper<QuietClient>(
      needs.launch,
      {
        log: needs.log,
        connect: (server, asking) => {
          const { log, isBackground = false } = needs;
          const initializationOptions = this.options();
          const client = new QuietClient(server, asking, { log, initializationOptions, isBackground });
          this.listen(client);
          return client;
        },
        running: () => {
          // What was released while it started it does not know yet.
          if (this.told !== this.keeper.withheld) this.tellWithheld();
          this.running.fire();
        },
        ended: () => this.ended.fire(),
        withheldChanged: () => this.withheldChanged(),
        reason: () => this.down ?? text('extension.server.stopped'),
      },
      patience,
    );
  }

  /** Why there is no server and none is started any more; null while there is one or one is being started. */
  get down(): string | null {
    if (this.keeper.phase !== 'givenUp') return null;
    const { count, ran } = this.keeper.ends;
    if (!ran) return text('extension.server.startFailed');
    return text('extension.server.gaveUp', { count, minutes: limits.window / 60_000 });
  }

  /** A server answers, or is about to. */
  get isAlive(): boolean {
    return this.keeper.isAlive;
  }

  /** A server answers now. */
  get isRunning(): boolean {
    return this.keeper.peer !== undefined;
  }

  /** The server ended while it was at work on this model, which is left alone until {@link release}. */
  withheld(uri: vscode.Uri): WorkStage | undefined {
    return this.keeper.withheld.get(uri.toString());
  }

  /** The model is another one now, or the user wants it again. */
  release(uri: vscode.Uri): void {
    this.keeper.release(uri.toString());
  }

  /** Starts the server unless it is there; every caller of the moment waits for the same start. */
  start(): Promise<void> {
    return this.keeper.start();
  }

  /** Ends whatever is there, failed starts too, and begins anew. */
  restart(): Promise<void> {
    return this.keeper.restart();
  }

  stop(): Promise<void> {
    return this.keeper.stop();
  }

  async request<P extends object, R>(
    method: RequestMethod<P, R>,
    params: P,
    token?: vscode.CancellationToken,
  ): Promise<R> {
    await this.start();
    const client = this.keeper.peer;
    if (!client) throw new Error(text('extension.server.notRunning'));
    // An absent token must not be passed: the client would send it along as a second parameter.
    return token ? client.sendRequest<R>(method, params, token) : client.sendRequest<R>(method, params);
  }

  /** Tells the server that runs, if one does. */
  notify<P extends object>(method: NotificationMethod<P>, params: P): void {
    this.keeper.peer
      ?.sendNotification(method, params)
      .catch((error: unknown) => this.needs.log.debug(String(error)));
  }

  dispose(): void {
    for (const emitter of [
      this.saves,
      this.running,
      this.ended,
      this.withholding,
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
    if (!isOwnFile(uri)) return;
    const changes: FileEvent[] = [{ uri: uri.toString(), type: FileChangeType.Changed }];
    this.notify(DidChangeWatchedFilesNotification.method, { changes });
  }

  private options(): InitializationOptions {
    const { profiles } = this.needs;
    return {
      isExtension: true,
      locale: vscode.env.language,
      ...(profiles === undefined ? {} : { profiles }),
      withheld: this.withheldParams(),
    };
  }

  private withheldParams(): WithheldParams {
    this.told = this.keeper.withheld;
    return { models: [...this.keeper.withheld].map(([uri, stage]) => ({ uri, stage })) };
  }

  private withheldChanged(): void {
    this.tellWithheld();
    this.withholding.fire();
  }

  private tellWithheld(): void {
    this.notify(withheldNotification, this.withheldParams());
  }

  private listen(client: QuietClient): void {
    const { reader } = this.needs;
    answer(client, statModelRequest, (params) => reader.stat(params));
    answer(client, listFolderRequest, (params) => reader.list(params));
    answer(client, readModelRequest, (params) => reader.read(params));
    answer(client, exportChunkRequest, (params) => this.exports.take(params));
    hear(client, analysisNotification, (params) => this.analysis.fire(params));
    hear(client, heatNotification, (params) => this.heat.fire(params));
    hear(client, sparsityProgressNotification, (params) => this.sparsityProgress.fire(params));
    hear(client, statusNotification, (params) => this.status.fire(params));
    hear(client, listingOutdatedNotification, (params) => this.outdated.fire(params));
  }
}

function answer<P, R>(
  client: QuietClient,
  method: RequestMethod<P, R>,
  run: (params: P) => Promise<R>,
): void {
  client.onRequest(method, (params: P): Promise<unknown> => run(params));
}

function hear<P>(client: QuietClient, method: NotificationMethod<P>, run: (params: P) => void): void {
  client.onNotification(method, (params: P) => run(params));
}
