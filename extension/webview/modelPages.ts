import * as vscode from 'vscode';
import { fileName, modelUri } from '../addresses';
import type { Server } from '../server/server';
import { text } from '../text';
import { loadPage, type PageName } from './html';
import { Page } from './page';
import type { Reveal } from './reveal';

/** A kind of pages in tabs of the editor. */
export interface PageKind {
  /** One view type for making panels and for bringing them back after a window reload. */
  readonly viewType: string;
  readonly page: PageName;
  readonly title: 'extension.report.title' | 'extension.finder.title' | 'extension.graph.title';
}

export const finderPages: PageKind = {
  viewType: 'siliconlens.finder',
  page: 'finder',
  title: 'extension.finder.title',
};

export const graphPages: PageKind = {
  viewType: 'siliconlens.graph',
  page: 'graph',
  title: 'extension.graph.title',
};

interface Opened {
  readonly uri: vscode.Uri;
  readonly panel: vscode.WebviewPanel;
  readonly page: Page;
}

/** The pages of a kind that are open: at most one for a model, each bound to it. */
export class ModelPages implements vscode.WebviewPanelSerializer, vscode.Disposable {
  private readonly opened = new Map<string, Opened>();
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly kind: PageKind,
    protected readonly server: Server,
    private readonly reveal: Reveal,
    private readonly extensionUri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      vscode.window.registerWebviewPanelSerializer(kind.viewType, this),
      server.onAnalysis(({ uri }) => this.update(this.opened.get(uri))),
      ...[server.onRunning, server.onWithheld].map((event) => event(() => this.updateAll())),
      server.onEnded(() => server.down !== null && this.updateAll()),
      reveal.onDidMove(({ uri, node }) => this.opened.get(uri.toString())?.page.highlight(node)),
    ];
  }

  /**
   * Shows a model's page: the one that is there, else a new one beside.
   * @param node that it is about first
   */
  open(uri: vscode.Uri, node: number | null = null): Promise<void> {
    const key = uri.toString();
    const opened = this.opened.get(key);
    if (opened) opened.panel.reveal();
    else this.hold(uri, vscode.window.createWebviewPanel(this.kind.viewType, '', vscode.ViewColumn.Beside));
    if (node !== null) this.opened.get(key)?.page.highlight(node);
    return Promise.resolve();
  }

  /** Brings a page back after a window reload; a panel that remembers no model can show none. */
  deserializeWebviewPanel(panel: vscode.WebviewPanel, state: unknown): Promise<void> {
    const uri = rememberedUri(state);
    if (uri && !this.opened.has(uri.toString())) this.hold(uri, panel);
    else panel.dispose();
    return Promise.resolve();
  }

  /** The model of the page that has the focus. */
  activeUri(): vscode.Uri | undefined {
    return [...this.opened.values()].find(({ panel }) => panel.active)?.uri;
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
    for (const { page } of this.opened.values()) page.dispose();
  }

  private hold(uri: vscode.Uri, panel: vscode.WebviewPanel): void {
    const key = uri.toString();
    panel.title = text(this.kind.title, { name: fileName(modelUri(uri)) });
    const icon = (theme: string) => vscode.Uri.joinPath(this.extensionUri, 'media', `report-${theme}.svg`);
    panel.iconPath = { light: icon('light'), dark: icon('dark') };
    const beside: Pick<Reveal, 'node'> = {
      node: (of, node) => this.reveal.node(of, node, panel.viewColumn),
    };
    const page = new Page(panel, () => uri, this.server, beside, this.log);
    const opened = { uri, panel, page };
    this.opened.set(key, opened);
    panel.onDidChangeViewState(() => this.update(opened));
    panel.onDidDispose(() => {
      page.dispose();
      this.opened.delete(key);
    });
    loadPage(panel.webview, this.extensionUri, this.kind.page).catch((error: unknown) =>
      this.log.error(String(error)),
    );
  }

  private updateAll(): void {
    for (const opened of this.opened.values()) this.update(opened);
  }

  private update(opened: Opened | undefined): void {
    opened?.page.update().catch((error: unknown) => this.log.error(String(error)));
  }
}

function rememberedUri(state: unknown): vscode.Uri | undefined {
  if (typeof state !== 'object' || state === null || !('uri' in state)) return undefined;
  return typeof state.uri === 'string' && state.uri !== '' ? vscode.Uri.parse(state.uri) : undefined;
}
