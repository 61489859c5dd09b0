import * as vscode from 'vscode';
import { validatedNotification } from '../server/protocol';
import { isOwnFile } from './chipFiles';
import type { Server } from './server/server';

/** The extension that holds JSON files against their schemas, a part of VS Code that can be switched off. */
const validator = 'vscode.json-language-features';

/**
 * Tells the server which chip and system files VS Code validates itself: those that are open as JSON in a tab, since it looks at
 * no others. With comments allowed (`jsonc`) it overlooks what makes a chip file unreadable: those are the server's.
 */
export class ValidatedChips implements vscode.Disposable {
  private told: string | undefined;
  private readonly listening: vscode.Disposable[];

  constructor(private readonly server: Server) {
    const tell = (): void => this.tell();
    this.listening = [
      vscode.workspace.onDidOpenTextDocument(tell),
      vscode.workspace.onDidCloseTextDocument(tell),
      vscode.window.tabGroups.onDidChangeTabs(tell),
      vscode.workspace.onDidChangeConfiguration(tell),
      vscode.extensions.onDidChange(tell),
      server.onRunning(() => {
        this.told = undefined;
        this.tell();
      }),
    ];
  }

  dispose(): void {
    for (const one of this.listening) one.dispose();
  }

  private tell(): void {
    const files = validatedFiles();
    const text = JSON.stringify(files);
    // A server that was told nothing takes it that there are none.
    if (text === (this.told ?? '[]') || !this.server.isRunning) return;
    this.told = text;
    this.server.notify(validatedNotification, { files });
  }
}

function validatedFiles(): string[] {
  if (!vscode.extensions.getExtension(validator)) return [];
  const inTabs = new Set(vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs.map(fileOf)));
  return vscode.workspace.textDocuments
    .filter(({ uri, languageId }) => languageId === 'json' && isOwnFile(uri) && isValidated(uri))
    .map(({ uri }) => uri.toString())
    .filter((file) => inTabs.has(file))
    .sort();
}

/** The file that a tab shows, of two the later one. */
function fileOf({ input }: vscode.Tab): string | undefined {
  if (input instanceof vscode.TabInputText) return input.uri.toString();
  return input instanceof vscode.TabInputTextDiff ? input.modified.toString() : undefined;
}

function isValidated(uri: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration('json', uri).get('validate.enable', true);
}
