import { messageText } from '../../outside/label';
import * as vscode from 'vscode';
import { listingScheme } from '../../server/protocol';
import { fileName, isModelText, modelTexts, modelUri } from '../addresses';
import { text } from '../text';
import type { Server } from './server';

/** What can be done about a server that has ended. */
export const serverCommands = {
  analyseAgain: 'siliconlens.analyseAgain',
  restart: 'siliconlens.restartServer',
  showLog: 'siliconlens.showLog',
} as const;

/** Set while models are left alone: the palette offers to ask for them again. */
const withholdingContext = 'siliconlens.withholding';

/**
 * Says in the texts themselves, which stay when the server is gone, that there are no costs and why: above the first
 * line, and among the problems. A server that is given up is told once by a message.
 */
export class Notices implements vscode.CodeLensProvider, vscode.Disposable {
  private readonly changes = new vscode.EventEmitter<void>();
  private readonly problems = vscode.languages.createDiagnosticCollection('siliconlens');
  private readonly disposables: vscode.Disposable[];
  private told = false;

  readonly onDidChangeCodeLenses = this.changes.event;

  constructor(private readonly server: Server) {
    this.disposables = [
      this.changes,
      this.problems,
      vscode.languages.registerCodeLensProvider(modelTexts, this),
      server.onEnded(() => this.ended()),
      server.onRunning(() => this.changes.fire()),
      server.onWithheld(() => this.show()),
      vscode.workspace.onDidOpenTextDocument(() => this.show()),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.problems.delete(uri)),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        // A listing changes with its file, which its provider sees.
        if (contentChanges.length > 0 && document.uri.scheme !== listingScheme) server.release(document.uri);
      }),
    ];
  }

  /** What can be done comes first: a narrow editor cuts the end. */
  provideCodeLenses({ uri }: vscode.TextDocument): vscode.CodeLens[] {
    const { down } = this.server;
    if (down !== null)
      return lenses(
        { title: text('extension.page.restart'), command: serverCommands.restart },
        { title: text('extension.page.log'), command: serverCommands.showLog },
        { title: down, command: serverCommands.showLog },
      );
    const why = withheldText(this.server, uri);
    if (why === null) return [];
    return lenses(
      { title: text('extension.withheld.again'), command: serverCommands.analyseAgain, arguments: [uri] },
      { title: text('extension.page.log'), command: serverCommands.showLog },
      { title: why, command: serverCommands.showLog },
    );
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private ended(): void {
    this.changes.fire();
    const { down } = this.server;
    if (down === null || this.told) return;
    this.told = true;
    // A message that is still on screen says it already.
    void serverButtons(text('extension.commandFailed', { reason: down }), this.server).finally(
      () => (this.told = false),
    );
  }

  private show(): void {
    this.changes.fire();
    let withholding = false;
    for (const document of vscode.workspace.textDocuments.filter(isModelText)) {
      const why = withheldText(this.server, document.uri);
      withholding ||= why !== null;
      const { range } = document.lineAt(0);
      const severity = vscode.DiagnosticSeverity.Warning;
      const problems = why === null ? [] : [{ range, severity, message: why, source: 'siliconlens' }];
      this.problems.set(document.uri, problems);
    }
    void vscode.commands.executeCommand('setContext', withholdingContext, withholding);
  }
}

/** Why a model is left alone; null if it is not. */
export function withheldText(server: Server, uri: vscode.Uri): string | null {
  const stage = server.withheld(uri);
  return stage ? text(`extension.withheld.${stage}`, { model: fileName(modelUri(uri)) }) : null;
}

/** A message with the ways out: the log, and a new start where there is no server. */
export async function serverButtons(message: string, server: Server): Promise<void> {
  const restart = text('extension.page.restart');
  const log = text('extension.page.log');
  const shown = messageText(message);
  const picked = await (server.down === null
    ? vscode.window.showErrorMessage(shown, log)
    : vscode.window.showErrorMessage(shown, restart, log));
  if (picked === restart) await vscode.commands.executeCommand(serverCommands.restart);
  if (picked === log) await vscode.commands.executeCommand(serverCommands.showLog);
}

function lenses(...commands: vscode.Command[]): vscode.CodeLens[] {
  return commands.map((command) => new vscode.CodeLens(new vscode.Range(0, 0, 0, 0), command));
}
