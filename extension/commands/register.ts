import * as vscode from 'vscode';
import { linkedCommands, listingScheme } from '../../server/protocol';
import { listingUri } from '../addresses';
import { newChip, newSystem } from '../choices/newChip';
import type { Choices } from '../choices/choices';
import { chooseCommand } from '../choices/choose';
import { useChipCommand } from '../choices/useChip';
import { Suggestions } from '../choices/suggestions';
import type { ListingProvider } from '../listing/provider';
import type { Server } from '../server/server';
import type { Sources } from '../sources';
import type { Subject } from '../subject';
import { serverCommands, serverButtons } from '../server/notices';
import { text } from '../text';
import type { OverviewPage } from '../overview/overview';
import type { ModelPages } from '../webview/modelPages';
import type { ChipsTree } from '../trees/chips';
import type { Reports } from '../webview/reports';
import type { Reveal } from '../webview/reveal';
import {
  compareWith,
  copyModelPath,
  openListing,
  openModelWith,
  revealModel,
  saveListingAs,
} from './modelCommands';
import { goToCostly } from './costlyNodes';
import { placeOf, showGraph } from './graph';
import { checkSparsity } from './checkSparsity';
import { explainTime } from './explainTime';
import type { Pages } from './pages';
import { importProfile, type ProfileSource, removeProfile } from './profiles';
import { splitModel } from './splitModel';

export interface CommandRooms {
  readonly server: Server;
  readonly listings: ListingProvider;
  readonly subject: Subject;
  readonly choices: Choices;
  readonly reports: Reports;
  readonly finders: ModelPages;
  readonly graphs: ModelPages;
  readonly overview: OverviewPage;
  readonly pages: Pages;
  readonly chips: ChipsTree;
  readonly sources: Sources;
  readonly reveal: Reveal;
  readonly extensionUri: vscode.Uri;
  readonly log: vscode.LogOutputChannel;
}

/** The model that ships with the extension. */
const samplePath = 'dist/sample/mobilenetv2.onnx';

type Command = (first: unknown, ...details: unknown[]) => Promise<void> | void;

/** All commands of the manifest. They exist whatever the server does; those about a model say so if there is none. */
export function registerCommands(rooms: CommandRooms): vscode.Disposable {
  const { server, listings, subject, choices, reports, finders, graphs, pages, chips, extensionUri, log } =
    rooms;
  const activeUri = () => [reports, finders, graphs].map((one) => one.activeUri()).find((one) => one);
  const aboutModel =
    (run: (uri: vscode.Uri, ...details: unknown[]) => Promise<void>) =>
    async (first: unknown, ...details: unknown[]) => {
      const uri = activeUri() ?? subject.of(first);
      if (uri) await run(uri, ...details);
      else await vscode.window.showInformationMessage(text('extension.noModel'));
    };
  const suggestions = new Suggestions(server);
  const table: Record<string, Command> = {
    'siliconlens.openListing': aboutModel(openListing),
    [linkedCommands.openReport]: aboutModel((uri) => reports.open(uri)),
    'siliconlens.openModelWith': aboutModel(openModelWith),
    'siliconlens.revealModel': aboutModel(revealModel),
    'siliconlens.copyModelPath': aboutModel(copyModelPath),
    'siliconlens.compareWith': aboutModel(compareWith),
    'siliconlens.saveListingAs': aboutModel((uri) => saveListingAs(server, uri)),
    'siliconlens.exportReport': aboutModel((uri) => reports.export(uri)),
    'siliconlens.checkSparsity': aboutModel((uri) => checkSparsity(server, pages, uri)),
    [linkedCommands.splitModel]: aboutModel((uri) => splitModel(server, pages, uri)),
    'siliconlens.importProfile': aboutModel((uri, source) =>
      importProfile(server, choices, uri, sourceOf(source)),
    ),
    'siliconlens.removeProfile': aboutModel((uri) => removeProfile(server, choices, uri)),
    'siliconlens.goToCostliest': aboutModel((uri) => goToCostly(server, uri, 'first')),
    'siliconlens.goToCheaper': aboutModel((uri) => goToCostly(server, uri, 1)),
    'siliconlens.goToCostlier': aboutModel((uri) => goToCostly(server, uri, -1)),
    [linkedCommands.findChip]: aboutModel((uri) => finders.open(uri)),
    [linkedCommands.showGraph]: (first, node) =>
      aboutModel((uri) => showGraph(server, graphs, uri, placeOf(node, first)))(first),
    [linkedCommands.explainTime]: (first, node, chip) =>
      aboutModel((uri) => explainTime(server, pages, uri, askedOf(first, node, chip)))(first),
    [useChipCommand]: aboutModel(async (uri, chip) => {
      if (typeof chip === 'string') await choices.useChip(uri, chip);
    }),
    [chooseCommand]: aboutModel((uri, change) => choices.choose(uri, change)),
    [linkedCommands.chooseChips]: aboutModel((uri) => choices.chooseChips(uri)),
    [linkedCommands.setDimensions]: aboutModel((uri, name) =>
      choices.setDimensions(uri, typeof name === 'string' ? name : undefined),
    ),
    [linkedCommands.chooseBranch]: aboutModel(async (uri, name, truth) => {
      if (typeof name === 'string' && (typeof truth === 'boolean' || truth === null))
        await choices.chooseBranch(uri, name, truth);
      else await choices.setDimensions(uri);
    }),
    [linkedCommands.showSuggestions]: aboutModel((uri, code) => suggestions.show(uri, codeOf(code))),
    [linkedCommands.applySuggestion]: aboutModel((uri, code) => suggestions.make(uri, codeOf(code))),
    [linkedCommands.copySuggestion]: aboutModel((uri, code) => suggestions.copy(uri, codeOf(code))),
    [linkedCommands.hideSuggestion]: aboutModel((uri, code) => suggestions.hide(uri, codeOf(code))),
    [linkedCommands.setSizes]: aboutModel((uri) => choices.setSizes(uri)),
    'siliconlens.setPhase': aboutModel((uri) => choices.setPhase(uri)),
    'siliconlens.setPrecision': aboutModel((uri) => choices.setPrecision(uri)),
    'siliconlens.setRuntime': aboutModel((uri) => choices.setRuntime(uri)),
    'siliconlens.setCache': aboutModel((uri) => choices.setCache(uri)),
    'siliconlens.pinMapping': aboutModel((uri) => choices.pinMapping(uri)),
    [linkedCommands.showChoices]: aboutModel((uri) => choices.show(uri)),
    ...Object.fromEntries(chips.commands),
    [linkedCommands.revealLine]: async (uri, line) => {
      if (typeof uri === 'string' && typeof line === 'number')
        await rooms.reveal.line(vscode.Uri.parse(uri), line);
    },
    [linkedCommands.goToSource]: aboutModel((uri, line) => goToSource(rooms.sources, uri, line)),
    'siliconlens.showWorkspace': () => rooms.overview.open(),
    'siliconlens.openSample': () => openListing(listingUri(vscode.Uri.joinPath(extensionUri, samplePath))),
    'siliconlens.toggleHints': (first) => choices.toggleHints(subject.of(first)),
    'siliconlens.newChip': () => newChip(server),
    'siliconlens.newSystem': () => newSystem(server),
    [serverCommands.analyseAgain]: aboutModel((uri) => analyseAgain(server, listings, uri)),
    // If that fails, the notice of the server's end says so.
    [serverCommands.restart]: () => server.restart().catch((error: unknown) => log.error(String(error))),
    [serverCommands.showLog]: () => log.show(),
  };
  const disposables = Object.entries(table).map(([id, run]) => register(id, run, rooms));
  return new vscode.Disposable(() => disposables.forEach((disposable) => void disposable.dispose()));
}

/** What a link, a page or a menu asks to be explained. */
function askedOf(first: unknown, node: unknown, chip: unknown): Parameters<typeof explainTime>[3] {
  return { place: node === null ? null : placeOf(node, first), chip: typeof chip === 'string' ? chip : null };
}

/** The line is that of a link, else that of the cursor in the listing. */
async function goToSource(sources: Sources, uri: vscode.Uri, line: unknown): Promise<void> {
  const key = uri.toString();
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === key);
  const at = typeof line === 'number' ? line : editor?.selection.active.line;
  if (at !== undefined) await sources.goTo(uri, at);
}

/** The suggestion that a command is about; undefined: all of them. */
function codeOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** A command whose failure is logged and told. */
function register(id: string, run: Command, { log, server }: CommandRooms): vscode.Disposable {
  return vscode.commands.registerCommand(id, async (first: unknown, ...details: unknown[]) => {
    try {
      await run(first, ...details);
    } catch (error) {
      log.error(error instanceof Error ? error : String(error));
      await tellFailure(error, server);
    }
  });
}

/** What a caller of the import may give along: menus pass things of their own. */
function sourceOf(value: unknown): ProfileSource {
  if (typeof value !== 'object' || value === null) return {};
  const { profile, chip } = value as Readonly<Record<string, unknown>>;
  return {
    ...(profile instanceof vscode.Uri ? { profile } : {}),
    ...(typeof chip === 'string' ? { chip } : {}),
  };
}

/** A command that someone called and that failed says why, with the log one click away. */
async function tellFailure(error: unknown, server: Server): Promise<void> {
  const reason = error instanceof Error ? error.message : String(error);
  await serverButtons(text('extension.commandFailed', { reason }), server);
}

/** The mark of a model that a server ended over goes; a file that was not even read is read. */
async function analyseAgain(server: Server, listings: ListingProvider, uri: vscode.Uri): Promise<void> {
  const stage = server.withheld(uri);
  server.release(uri);
  if (stage === 'reading' && uri.scheme === listingScheme) await listings.refresh(uri);
}
