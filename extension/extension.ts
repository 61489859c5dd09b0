import * as vscode from 'vscode';
import { listingScheme } from '../server/protocol';
import { modelViewTypes } from './addresses';
import { Choices } from './choices/choices';
import { registerCommands } from './commands/register';
import { Pages } from './commands/pages';
import { DiffCosts } from './diffCosts';
import { Heat } from './heat';
import { ListingProvider } from './listing/provider';
import { ModelReader } from './modelReader';
import { OverviewPage } from './overview/overview';
import { FigureStore } from './overview/store';
import { ModelEditor } from './opening/modelEditor';
import { TextTabs } from './opening/textTabs';
import { ActiveTrail } from './opening/trail';
import { Notices, serverCommands } from './server/notices';
import type { Launch } from './server/link';
import { Server } from './server/server';
import { Sources } from './sources';
import { StatusItem } from './status';
import { Subject } from './subject';
import { finderPages, graphPages, ModelPages } from './webview/modelPages';
import { Reports } from './webview/reports';
import { Reveal } from './webview/reveal';
import { SidePanel } from './webview/sidePanel';
import { ChipsTree } from './trees/chips';
import { LayersTree } from './trees/layers';
import { ValidatedChips } from './validatedChips';

let server: Server | undefined;

/** What the entries, one for each kind of extension host, know and the rest of the extension does not. */
export interface Host {
  /** For the log. */
  readonly name: string;
  readonly launch: Launch;
  /** Folder of this machine in which imported profiles are kept. */
  readonly profiles?: string;
}

/** Begins everything; the entry has installed its platform before. */
export function begin(context: vscode.ExtensionContext, { name, launch, profiles }: Host): void {
  const log = vscode.window.createOutputChannel('Siliconlens', { log: true });
  log.info(`extension host: ${name}`);
  const reader = new ModelReader();
  const debugged = isDebugged(context);
  server = new Server({ launch, log, reader, profiles, debugged });
  const listings = new ListingProvider(server, log);
  const trail = new ActiveTrail();
  const subject = new Subject();
  const choices = new Choices(server);
  const reveal = new Reveal(server, log);
  const reports = new Reports(server, reveal, context.extensionUri, log);
  const finders = new ModelPages(finderPages, server, reveal, context.extensionUri, log);
  const graphs = new ModelPages(graphPages, server, reveal, context.extensionUri, log);
  const overview = new OverviewPage(
    figureStore(context),
    { launch, log, reader, profiles },
    context.extensionUri,
  );
  const pages = new Pages();
  const sources = new Sources(server, log);
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
    graphs,
    sources,
    overview,
    new SidePanel(server, subject, reveal, context.extensionUri, log),
    new LayersTree(server, subject, reveal, log),
    chips,
    new StatusItem(server, subject, choices, log),
    new Heat(server, context.extensionUri),
    new DiffCosts(server, log),
    new Notices(server),
    new ValidatedChips(server),
    new TextTabs(log),
    pages,
    registerCommands({
      server,
      listings,
      subject,
      choices,
      reports,
      finders,
      graphs,
      overview,
      pages,
      chips,
      sources,
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

/** Where the figures of all models are kept: with the workspace, else as long as the window is there. */
function figureStore({ storageUri, extension }: vscode.ExtensionContext): FigureStore {
  const { version } = extension.packageJSON as { version: string };
  return new FigureStore(storageUri && vscode.Uri.joinPath(storageUri, 'overview.json'), version);
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

/** Whether the extension is run from its sources: the server may stand at a breakpoint then. */
export function isDebugged({ extensionMode }: vscode.ExtensionContext): boolean {
  return extensionMode === vscode.ExtensionMode.Development;
}

/** Ends the server; VS Code waits for it. */
export function end(): Promise<void> | undefined {
  return server?.stop();
}
