import * as vscode from 'vscode';
import { type SparsityParams, sparsityRequest } from '../../server/protocol';
import { fileName, modelUri } from '../addresses';
import type { Server } from '../server/server';
import { text } from '../text';

/** Pages that a command made; they live as long as the window. */
const scheme = 'siliconlens-page';

/** Shows what reading the weights of a model has found, as a rendered Markdown page. */
export class SparsityPages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly pages = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  readonly onDidChange = this.changed.event;

  constructor(private readonly server: Server) {}

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.pages.get(uri.toString()) ?? text('extension.sparsity.gone');
  }

  /** Reads the weights with progress; Escape or Cancel ends it and shows nothing. */
  async check(uri: vscode.Uri): Promise<void> {
    const name = fileName(modelUri(uri));
    const key = uri.toString();
    const result = await vscode.window.withProgress(
      {
        location: vscode.ProgressLocation.Notification,
        title: text('extension.sparsity.reading', { name }),
        cancellable: true,
      },
      async (progress, token) => {
        let shown = 0;
        const listener = this.server.onSparsityProgress((params) => {
          if (params.uri !== key || params.all <= 0) return;
          const percent = (100 * params.done) / params.all;
          progress.report({ increment: percent - shown, message: `${Math.floor(percent)} %` });
          shown = percent;
        });
        try {
          const params: SparsityParams = { uri: key };
          return await this.server.request(sparsityRequest, params, token);
        } catch (error) {
          if (token.isCancellationRequested) return null;
          throw error;
        } finally {
          listener.dispose();
        }
      },
    );
    if (!result) return;
    const page = vscode.Uri.from({
      scheme,
      path: `/${text('extension.sparsity.title', { name })}.md`,
      query: key,
    });
    this.pages.set(page.toString(), result.text);
    this.changed.fire(page);
    await vscode.commands.executeCommand('markdown.showPreview', page);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
