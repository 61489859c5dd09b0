import * as vscode from 'vscode';
import { modelGlob } from '../../modelFormats/names';
import type { FromWebview, Overview, OverviewModel, ToWebview } from '../../server/protocol';
import { textUri } from '../addresses';
import { openListing } from '../commands/modelCommands';
import type { ServerNeeds } from '../server/server';
import { text } from '../text';
import { loadPage } from '../webview/html';
import { runInBackground } from './background';
import { workspaceModels, type WorkspaceModel } from './models';
import type { FigureStore } from './store';

const viewType = 'siliconlens.overview';

/** Changes of files come in crowds, and small models end one soon after the other (milliseconds). */
const crowd = { files: 500, models: 200 } as const;

interface Running {
  done: number;
  name: string;
  readonly all: number;
  readonly source: vscode.CancellationTokenSource;
}

/** The page with all models of the workspace. Nothing is worked out before its user asks. */
export class OverviewPage implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private ready = false;
  private running: Running | null = null;
  /** As the page got it last. */
  private listed: Awaited<ReturnType<typeof workspaceModels>> | null = null;
  private asked = 0;
  private readonly timers = new Map<keyof typeof crowd, ReturnType<typeof setTimeout>>();
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly store: FigureStore,
    private readonly needs: Omit<ServerNeeds, 'isBackground' | 'debugged'>,
    private readonly extensionUri: vscode.Uri,
  ) {
    const watcher = vscode.workspace.createFileSystemWatcher(modelGlob);
    const later = (): void => this.later('files', () => this.update());
    this.disposables = [
      vscode.window.registerWebviewPanelSerializer(viewType, this),
      watcher,
      ...[watcher.onDidChange, watcher.onDidCreate, watcher.onDidDelete].map((event) => event(later)),
      vscode.workspace.onDidChangeWorkspaceFolders(later),
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('siliconlens')) later();
      }),
    ];
  }

  open(): void {
    if (this.panel) this.panel.reveal();
    else this.hold(vscode.window.createWebviewPanel(viewType, '', vscode.ViewColumn.Active));
  }

  /** Brings the page back after a window reload. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel): Promise<void> {
    if (this.panel) panel.dispose();
    else this.hold(panel);
    return Promise.resolve();
  }

  dispose(): void {
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.running?.source.cancel();
    for (const disposable of this.disposables) disposable.dispose();
  }

  private hold(panel: vscode.WebviewPanel): void {
    this.panel = panel;
    this.ready = false;
    panel.title = text('extension.overview.title');
    const icon = (theme: string) => vscode.Uri.joinPath(this.extensionUri, 'media', `report-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    panel.webview.onDidReceiveMessage((message: FromWebview) => {
      this.receive(message).catch((error: unknown) => this.log(error));
    });
    panel.onDidChangeViewState(() => this.update());
    panel.onDidDispose(() => {
      this.panel = undefined;
      // Nobody would see what comes of it.
      this.running?.source.cancel();
    });
    loadPage(panel.webview, this.extensionUri, 'overview').catch((error: unknown) => this.log(error));
  }

  private async receive(message: FromWebview): Promise<void> {
    if (message.type === 'ready') {
      this.ready = true;
      this.update();
    } else if (message.type === 'openModel') await openListing(textUri(vscode.Uri.parse(message.uri)));
    else if (message.type !== 'overview') this.needs.log.warn(`unknown message ${JSON.stringify(message)}`);
    else if (message.ask === 'start') await this.start();
    else this.running?.source.cancel();
  }

  /** Works out what is not known, in the background. */
  private async start(): Promise<void> {
    if (this.running) return;
    await this.store.load();
    const { models } = (this.listed = await workspaceModels());
    const wanted = models.filter(({ uri, stamp }) => this.store.get(uri.toString())?.stamp !== stamp);
    const source = new vscode.CancellationTokenSource();
    const running: Running = { done: 0, all: wanted.length, name: '', source };
    this.running = running;
    try {
      await runInBackground(
        this.needs,
        wanted.map(({ uri }) => ({ uri, known: this.store.get(uri.toString())?.key ?? null })),
        {
          begins: (index) => {
            running.name = wanted[index]!.path;
            this.later('models', () => this.post());
          },
          took: (index, result) => {
            running.done++;
            this.take(wanted[index]!, result);
            this.later('models', () => this.post());
          },
        },
        source.token,
      );
    } finally {
      this.running = null;
      source.dispose();
      this.update();
      await this.store.save().catch((error: unknown) => this.log(error));
    }
  }

  private take(
    { uri, stamp }: WorkspaceModel,
    { key, figures, reason }: Parameters<Parameters<typeof runInBackground>[2]['took']>[1],
  ): void {
    const name = uri.toString();
    // The same key: what is known still holds.
    const kept = figures === null && reason === null ? this.store.get(name) : undefined;
    this.store.set(name, { stamp, key, figures: kept?.figures ?? figures, reason });
  }

  /** Does something once for all that asks for it meanwhile. */
  private later(what: keyof typeof crowd, run: () => void): void {
    if (!this.panel || this.timers.has(what)) return;
    const timer = setTimeout(() => {
      this.timers.delete(what);
      run();
    }, crowd[what]);
    this.timers.set(what, timer);
  }

  private update(): void {
    this.show().catch((error: unknown) => this.log(error));
  }

  private async show(): Promise<void> {
    if (!this.ready || !this.panel?.visible) return;
    const asked = ++this.asked;
    await this.store.load();
    const listed = await workspaceModels();
    if (asked !== this.asked) return;
    this.listed = listed;
    this.post();
  }

  private post(): void {
    if (!this.panel?.visible || !this.listed) return;
    const { models, isCut } = this.listed;
    const running = this.running && {
      done: this.running.done,
      all: this.running.all,
      name: this.running.name,
    };
    const overview: Overview = { models: models.map((model) => this.shown(model)), isCut, running };
    this.panel.webview
      .postMessage({ type: 'overview', overview } satisfies ToWebview)
      .then(undefined, (error: unknown) => this.needs.log.debug(String(error)));
  }

  private shown({ uri, path, stamp }: WorkspaceModel): OverviewModel {
    const kept = this.store.get(uri.toString());
    const isOutdated = kept !== undefined && kept.stamp !== stamp;
    const { figures = null, reason = null } = isOutdated ? {} : (kept ?? {});
    return { uri: uri.toString(), path, figures, reason, isOutdated };
  }

  private log(error: unknown): void {
    this.needs.log.error(String(error));
  }
}
