import * as vscode from 'vscode';
import { listingScheme } from '../server/protocol';
import { modelViewTypes } from './addresses';
import { offerTools } from './assistants';
import { Choices } from './choices/choices';
import { registerCommands } from './commands/register';
import { Pages } from './commands/pages';
import { Heat } from './heat';
import { ListingProvider } from './listing/provider';
import { ModelReader } from './modelReader';
import { ModelEditor } from './opening/modelEditor';
import { TextTabs } from './opening/textTabs';
import { ActiveTrail } from './opening/trail';
import { Notices, serverCommands } from './server/notices';
import { Server } from './server/server';
import { StatusItem } from './status';
import { Subject } from './subject';
import { finderPages, ModelPages } from './webview/modelPages';
import { Reports } from './webview/reports';
import { Reveal } from './webview/reveal';
import { SidePanel } from './webview/sidePanel';
import { ChipsTree } from './trees/chips';
import { LayersTree } from './trees/layers';
import { ValidatedChips } from './validatedChips';

let server: Server | undefined;

export function activate(context: vscode.ExtensionContext): void {
  const log = vscode.window.createOutputChannel('Siliconlens', { log: true });
  const reader = new ModelReader();
  const serverModule = vscode.Uri.joinPath(context.extensionUri, 'dist', 'server.js').fsPath;
  const profiles = vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'profiles').fsPath;
  const debugged = context.extensionMode === vscode.ExtensionMode.Development;
  server = new Server({ module: serverModule, log, reader, profiles, debugged });
  const listings = new ListingProvider(server, log);
  const trail = new ActiveTrail();
  const subject = new Subject();
  const choices = new Choices(server);
  const reveal = new Reveal(server, log);
  const reports = new Reports(server, reveal, context.extensionUri, log);
  const finders = new ModelPages(finderPages, server, reveal, context.extensionUri, log);
  const pages = new Pages();
  const chips = new ChipsTree(server, subject);
  const modelEditor = new ModelEditor(trail, runPageAction, log);
  context.subscriptions.push(
    log,
    reader,
    server,
    listings,
    trail,
    subject,
    reveal,
    reports,
    finders,
    new SidePanel(server, subject, reveal, context.extensionUri, log),
    new LayersTree(server, subject, reveal, log),
    chips,
    new StatusItem(server, subject, choices, log),
    new Heat(server, context.extensionUri),
    new Notices(server),
    new ValidatedChips(server),
    offerTools(context),
    new TextTabs(log),
    pages,
    registerCommands({
      server,
      listings,
      subject,
      choices,
      reports,
      finders,
      pages,
      chips,
      reveal,
      extensionUri: context.extensionUri,
      log,
    }),
    vscode.workspace.registerFileSystemProvider(listingScheme, listings, {
      isReadonly: true,
      isCaseSensitive: true,
    }),
  );
  for (const viewType of modelViewTypes)
    context.subscriptions.push(
      vscode.window.registerCustomEditorProvider(viewType, modelEditor, {
        supportsMultipleEditorsPerDocument: true,
      }),
    );
  // A failed start is told by the status item; commands that need the server then say so themselves.
  server.start().catch(() => undefined);
}

const pageCommands = {
  report: 'siliconlens.openReport',
  openWith: 'siliconlens.openModelWith',
  restart: serverCommands.restart,
  log: serverCommands.showLog,
} as const;

async function runPageAction(action: keyof typeof pageCommands, model: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand(pageCommands[action], model);
}

export function deactivate(): Promise<void> | undefined {
  return server?.stop();
}
