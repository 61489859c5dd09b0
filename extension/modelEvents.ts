import type * as vscode from 'vscode';
import type { Server } from './server/server';
import type { Subject } from './subject';

/** Calls back whenever what is shown of the subject may be another: its model, its analysis, or the server. */
export function onModelChange(server: Server, subject: Subject, update: () => void): vscode.Disposable[] {
  return [
    subject.onDidChange(update),
    ...[server.onRunning, server.onWithheld].map((event) => event(update)),
    server.onEnded(() => server.down !== null && update()),
    server.onAnalysis(({ uri }) => {
      if (uri === subject.current?.toString()) update();
    }),
  ];
}
