import * as vscode from 'vscode';
import { onModelChange } from '../modelEvents';
import { withheldText } from '../server/notices';
import type { Server } from '../server/server';
import type { Subject } from '../subject';

/** A tree about the model that was active last; empty without one, so that its welcome is shown. */
export abstract class ModelTree<T> implements vscode.TreeDataProvider<T>, vscode.Disposable {
  readonly onDidChangeTreeData: vscode.Event<void>;
  protected readonly view: vscode.TreeView<T>;
  protected readonly disposables: vscode.Disposable[];

  constructor(
    id: string,
    protected readonly server: Server,
    protected readonly subject: Subject,
    options: Partial<vscode.TreeViewOptions<T>> = {},
  ) {
    const changed = new vscode.EventEmitter<void>();
    this.onDidChangeTreeData = changed.event;
    this.view = vscode.window.createTreeView(id, { ...options, treeDataProvider: this });
    this.disposables = [changed, this.view, ...onModelChange(server, subject, () => changed.fire())];
  }

  abstract getTreeItem(element: T): vscode.TreeItem;

  /** What stands below an element; the reason takes its place where the server has no answer. */
  async getChildren(element?: T): Promise<T[]> {
    const uri = this.subject.current;
    this.view.message = undefined;
    if (!uri) return [];
    try {
      const why = this.server.down ?? withheldText(this.server, uri);
      if (why !== null) throw new Error(why);
      return await this.ask(uri, element);
    } catch (error) {
      this.view.message = error instanceof Error ? error.message : String(error);
      return [];
    }
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  protected abstract ask(uri: vscode.Uri, element: T | undefined): Promise<T[]>;
}
