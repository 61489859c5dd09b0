import * as vscode from 'vscode';
import { listingScheme } from '../server/protocol';
import { modelViewType } from './addresses';
import { ListingProvider } from './listing/provider';
import { ModelReader } from './modelReader';
import { ModelEditor } from './opening/modelEditor';
import { ActiveTrail } from './opening/trail';
import { Server } from './server';

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Siliconlens', { log: true });
  const reader = new ModelReader();
  const serverModule = vscode.Uri.joinPath(context.extensionUri, 'dist', 'server.js').fsPath;
  server = new Server(serverModule, log, reader);
  const listings = new ListingProvider(server, log);
  const trail = new ActiveTrail();
  context.subscriptions.push(
    log,
    reader,
    server,
    listings,
    trail,
    vscode.workspace.registerFileSystemProvider(listingScheme, listings, {
      isReadonly: true,
      isCaseSensitive: true,
    }),
    vscode.window.registerCustomEditorProvider(
      modelViewType,
      new ModelEditor(trail, async () => undefined, log),
      { supportsMultipleEditorsPerDocument: true },
    ),
  );
  // A failed start is told by the status item; whoever needs the server then says so in its own place.
  server.start().catch(() => undefined);
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
