import * as vscode from 'vscode';
import { text } from '../text';

/** Pages that a command made; they live as long as the window. */
const scheme = 'siliconlens-page';

/** Rendered Markdown pages that commands make. */
export class Pages implements vscode.TextDocumentContentProvider, vscode.Disposable {
  private readonly pages = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registration = vscode.workspace.registerTextDocumentContentProvider(scheme, this);
  readonly onDidChange = this.changed.event;

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.pages.get(uri.toString()) ?? text('extension.page.gone');
  }

  /**
   * Shows a page, in the place of the one that the same key had before.
   * @param key what it is about
   */
  async show(title: string, key: string, content: string): Promise<void> {
    const page = vscode.Uri.from({ scheme, path: `/${title}.md`, query: key });
    this.pages.set(page.toString(), content);
    this.changed.fire(page);
    await vscode.commands.executeCommand('markdown.showPreview', page);
  }

  dispose(): void {
    this.registration.dispose();
    this.changed.dispose();
  }
}
