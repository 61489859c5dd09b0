import * as vscode from 'vscode';
import { onModelChange } from '../modelEvents';
import type { Server } from '../server/server';
import type { Subject } from '../subject';
import { loadPage } from './html';
import { Page } from './page';
import type { Reveal } from './reveal';

const viewId = 'siliconlens.panel';

/** The side panel: follows the model that was active last. It is opened by its user alone. */
export class SidePanel implements vscode.WebviewViewProvider, vscode.Disposable {
  private page: Page | undefined;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly subject: Subject,
    private readonly reveal: Reveal,
    private readonly extensionUri: vscode.Uri,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      vscode.window.registerWebviewViewProvider(viewId, this),
      ...onModelChange(server, subject, () => this.update()),
      reveal.onDidMove(({ uri, node }) => {
        if (uri.toString() === subject.current?.toString()) this.page?.highlight(node);
      }),
    ];
  }

  resolveWebviewView(view: vscode.WebviewView): void {
    this.page?.dispose();
    const page = new Page(view, () => this.subject.current, this.server, this.reveal, this.log);
    this.page = page;
    view.onDidChangeVisibility(() => this.update());
    view.onDidDispose(() => {
      page.dispose();
      if (this.page === page) this.page = undefined;
    });
    loadPage(view.webview, this.extensionUri, 'panel').catch((error: unknown) =>
      this.log.error(String(error)),
    );
  }

  dispose(): void {
    this.page?.dispose();
    for (const disposable of this.disposables) disposable.dispose();
  }

  private update(): void {
    this.page?.update().catch((error: unknown) => this.log.error(String(error)));
  }
}
