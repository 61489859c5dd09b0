import {
  isModelPath,
  modelFilters,
  modelGlob,
  textExtension,
  withoutExtension,
} from '../../modelFormats/names';
import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import { listingScheme, savedListingRequest } from '../../server/protocol';
import { fileName, modelUri, tabUri, textUri, writableFolder } from '../addresses';
import { inputsOf } from '../inputs';
import type { Server } from '../server/server';
import { text } from '../text';
import { columnFor } from '../webview/reveal';
import { saveFile } from '../saveFile';

/** Opens the listing of a model: where it is visible, else in the active column, but never in place of a report. */
export async function openListing(uri: vscode.Uri): Promise<void> {
  const { activeTab, viewColumn } = vscode.window.tabGroups.activeTabGroup;
  const own = activeTab?.input instanceof vscode.TabInputWebview ? viewColumn : undefined;
  await vscode.window.showTextDocument(uri, { preview: false, viewColumn: columnFor(uri, own) });
}

/** A listing has no "reopen with" of its model: this asks for an editor of the model itself. */
export async function openModelWith(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('explorer.openWith', modelUri(uri));
}

export async function revealModel(uri: vscode.Uri): Promise<void> {
  await vscode.commands.executeCommand('revealInExplorer', modelUri(uri));
}

export async function copyModelPath(uri: vscode.Uri): Promise<void> {
  const model = modelUri(uri);
  await vscode.env.clipboard.writeText(model.scheme === 'file' ? model.fsPath : model.toString());
}

/** Compares two listings: with one that is open, with another model of the workspace, or with any file. */
export async function compareWith(uri: vscode.Uri): Promise<void> {
  const other = await pickModel(uri);
  if (!other) return;
  const title = `${fileName(modelUri(uri))} ↔ ${fileName(modelUri(other))}`;
  await vscode.commands.executeCommand('vscode.diff', uri, other, title);
}

export async function saveListingAs(server: Server, uri: vscode.Uri): Promise<void> {
  const model = modelUri(uri);
  const folder = writableFolder(model) ?? vscode.workspace.workspaceFolders?.[0]?.uri;
  const name = `${withoutExtension(fileName(model))}.${textExtension}`;
  const target = await vscode.window.showSaveDialog({
    defaultUri: folder && vscode.Uri.joinPath(folder, name),
    filters: { [text('extension.save.filter')]: [textExtension] },
  });
  if (!target) return;
  if (!(await saveFile(target, await savedText(server, uri), await inputsOf(server, uri)))) return;
  await vscode.window.showTextDocument(target);
}

/** What a file of a listing holds; a text that somebody wrote is saved as it stands, with its comments. */
async function savedText(server: Server, uri: vscode.Uri): Promise<string> {
  const isListing = uri.scheme === listingScheme;
  const saved = isListing ? await server.request(savedListingRequest, { uri: uri.toString() }) : null;
  return saved?.text ?? (await vscode.workspace.openTextDocument(uri)).getText();
}

interface ModelItem extends vscode.QuickPickItem {
  readonly uri?: vscode.Uri;
}

/** Most models of the workspace that a list shows. */
const mostModels = 500;

async function pickModel(besides: vscode.Uri): Promise<vscode.Uri | undefined> {
  const own = besides.toString();
  const open = vscode.window.tabGroups.all
    .flatMap((group) => group.tabs.map(tabUri))
    .filter((uri) => uri !== undefined)
    .filter((uri) => isModelPath(uri.path))
    .map(textUri);
  const found = await vscode.workspace.findFiles(modelGlob, undefined, mostModels);
  const all = new Map([...open, ...found.map(textUri)].map((uri) => [uri.toString(), uri]));
  all.delete(own);
  const items = [...all.values()].map((uri): ModelItem => {
    const model = modelUri(uri);
    return {
      uri,
      label: labelText(fileName(model)),
      description: labelText(vscode.workspace.asRelativePath(model)),
    };
  });
  items.sort((a, b) => a.label.localeCompare(b.label));
  const browse: ModelItem = { label: `$(folder-opened) ${text('extension.compare.browse')}` };
  const title = text('extension.compare.title', { name: fileName(modelUri(besides)) });
  const picked = await vscode.window.showQuickPick([...items, browse], { title, matchOnDescription: true });
  return picked === browse ? browseForModel() : picked?.uri;
}

async function browseForModel(): Promise<vscode.Uri | undefined> {
  const chosen = await vscode.window.showOpenDialog({ filters: { ...modelFilters } });
  const uri = chosen?.[0];
  return uri && textUri(uri);
}
