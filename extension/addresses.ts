import { isTextPath } from '../modelFormats/names';
import { baseName } from '../outside/paths';
import * as vscode from 'vscode';
import { listingOf, modelOf } from '../server/address';
import { languageId, listingScheme } from '../server/protocol';

/** View types of the custom editor for models: of files that are models, and of those that may be, which it is chosen for. */
export const modelViewTypes: readonly string[] = ['siliconlens.model', 'siliconlens.sharedModel'];

/** Schemes that only texts have: listings, and texts that were never saved. */
const textSchemes: readonly string[] = [listingScheme, 'untitled'];
/** Schemes of files, models or texts: of this machine, of one behind a browser, of a repository that was not cloned. */
const fileSchemes: readonly string[] = ['file', 'vscode-remote', 'vscode-vfs'];

/** The texts of models. */
export const modelTexts = [...textSchemes, ...fileSchemes].map((scheme) => ({
  scheme,
  language: languageId,
}));

export function listingUri(model: vscode.Uri): vscode.Uri {
  return vscode.Uri.parse(listingOf(model.toString()), true);
}

/** The model that a listing shows; a text that is no listing (`.onnxtxt` on disk) is its own model. */
export function modelUri(listing: vscode.Uri): vscode.Uri {
  const model = modelOf(listing.toString());
  return model === null ? listing : vscode.Uri.parse(model, true);
}

/** The text that shows a model: itself if it is a text already. */
export function textUri(uri: vscode.Uri): vscode.Uri {
  return textSchemes.includes(uri.scheme) || isTextPath(uri.path) ? uri : listingUri(uri);
}

export function isModelText(document: vscode.TextDocument): boolean {
  return modelTexts.some(
    ({ scheme, language }) => scheme === document.uri.scheme && language === document.languageId,
  );
}

/** The folder of a model where it can be written to; undefined of a revision of Git, for example. */
export function writableFolder(model: vscode.Uri): vscode.Uri | undefined {
  const isWritable = model.scheme === 'file' || vscode.workspace.fs.isWritableFileSystem(model.scheme);
  return isWritable ? vscode.Uri.joinPath(model, '..') : undefined;
}

export function fileName(uri: vscode.Uri): string {
  return baseName(uri.path) || uri.path;
}

/** The text under a tab, whichever way it is open. */
export function tabUri(tab: vscode.Tab | undefined): vscode.Uri | undefined {
  const input = tab?.input;
  if (input instanceof vscode.TabInputText) return input.uri;
  if (input instanceof vscode.TabInputTextDiff) return input.modified;
  if (input instanceof vscode.TabInputCustom && modelViewTypes.includes(input.viewType)) return input.uri;
  return undefined;
}
