import { isModelCommandPath, modelFileOf } from '../modelFormats/names';
import * as vscode from 'vscode';
import { listingScheme } from '../server/protocol';
import { isModelText, tabUri, textUri } from './addresses';

/**
 * The model text (a listing or an `.onnxtxt` file) that commands and the side panel are about: the one that was
 * active last and is still open. `activeTextEditor` alone will not do, since it is undefined while a webview has the focus.
 */
export class Subject implements vscode.Disposable {
  private uri: vscode.Uri | undefined;
  private readonly changes = new vscode.EventEmitter<vscode.Uri | undefined>();
  private readonly disposables: vscode.Disposable[];

  readonly onDidChange = this.changes.event;

  constructor() {
    this.disposables = [
      this.changes,
      vscode.window.onDidChangeActiveTextEditor((editor) => this.follow(editor)),
      vscode.workspace.onDidOpenTextDocument(() => this.follow(vscode.window.activeTextEditor)),
      vscode.window.tabGroups.onDidChangeTabs(() => this.dropClosed()),
    ];
    this.follow(vscode.window.activeTextEditor);
  }

  get current(): vscode.Uri | undefined {
    return this.uri;
  }

  /** The text that a command was called for: its argument, else what is active, else the last one. */
  of(argument: unknown): vscode.Uri | undefined {
    const given = uriOf(argument);
    if (given && isModel(given)) return textUri(given);
    const active = vscode.window.activeTextEditor?.document;
    if (active && isModelText(active)) return active.uri;
    const tab = tabUri(vscode.window.tabGroups.activeTabGroup.activeTab);
    if (tab && isModel(tab)) return textUri(tab);
    return this.uri;
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private follow(editor: vscode.TextEditor | undefined): void {
    if (editor && isModelText(editor.document)) this.set(editor.document.uri);
  }

  private dropClosed(): void {
    if (!this.uri || isOpen(this.uri)) return;
    const other = vscode.window.visibleTextEditors.find(({ document }) => isModelText(document));
    this.set(other?.document.uri);
  }

  private set(uri: vscode.Uri | undefined): void {
    if (uri?.toString() === this.uri?.toString()) return;
    this.uri = uri;
    this.changes.fire(uri);
  }
}

function isOpen(uri: vscode.Uri): boolean {
  const key = uri.toString();
  return vscode.window.tabGroups.all.some((group) =>
    group.tabs.some(({ input }) => {
      if (input instanceof vscode.TabInputText) return input.uri.toString() === key;
      if (!(input instanceof vscode.TabInputTextDiff)) return false;
      return input.modified.toString() === key || input.original.toString() === key;
    }),
  );
}

function isModel(uri: vscode.Uri): boolean {
  return uri.scheme === listingScheme || isModelCommandPath(uri.path);
}

function uriOf(argument: unknown): vscode.Uri | undefined {
  if (argument instanceof vscode.Uri) return argument.with({ path: modelFileOf(argument.path) });
  return typeof argument === 'string' && argument !== '' ? vscode.Uri.parse(argument) : undefined;
}
