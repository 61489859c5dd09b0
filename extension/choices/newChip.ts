import { labelText, messageText } from '../../outside/label';
import * as vscode from 'vscode';
import { type ChipChoice, chipsRequest, type NewChipParams, newChipRequest } from '../../server/protocol';
import { realPathInside } from '../../server/node/inside';
import { lookAtFile } from '../../server/node/readFile';
import type { Server } from '../server/server';
import { saveFile } from '../saveFile';
import { text } from '../text';

/** Asks for a chip to begin with and a name, writes a chip file that extends it, and opens the file. */
export async function newChip(server: Server): Promise<void> {
  const folder = await pickFolder();
  if (!folder) return;
  const { chips } = await server.request(chipsRequest, {});
  const base = await pickBase(chips);
  if (!base) return;
  const name = await vscode.window.showInputBox({
    title: text('extension.newChip.title'),
    prompt: text('extension.newChip.name'),
    value: text('extension.newChip.defaultName', { name: base.name }),
    validateInput: (input) => (input.trim() === '' ? text('extension.newChip.noName') : null),
  });
  if (name === undefined) return;
  const params: NewChipParams = { extends: base.id, name: name.trim() };
  const made = await server.request(newChipRequest, params);
  if (made.text === null) throw new Error(text('extension.newChip.failed'));
  const file = vscode.Uri.joinPath(folder.uri, '.siliconlens', 'chips', `${made.id}.json`);
  // The id is new, but a broken file of that name may be there: it is opened as it is.
  if (await exists(file)) {
    if (!(await mayOpen(file, folder.uri))) return;
  } else {
    const place = { makeFolder: true, onlyNew: true, inside: folder.uri.fsPath };
    if (!(await saveFile(file, made.text, [], place))) return;
  }
  await vscode.window.showTextDocument(file, { preview: false });
}

async function pickFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    await vscode.window.showInformationMessage(text('extension.newChip.noFolder'));
    return undefined;
  }
  return folders.length === 1 ? folders[0] : vscode.window.showWorkspaceFolderPick();
}

async function pickBase(chips: readonly ChipChoice[]): Promise<ChipChoice | undefined> {
  const items = chips.map((chip) => ({
    chip,
    label: labelText(chip.name),
    description: labelText([chip.vendor, ...chip.aliases].join(', ')),
    detail: labelText(`${chip.class} · ${chip.description}`),
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: text('extension.newChip.title'),
    placeHolder: text('extension.newChip.base'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.chip;
}

/** A repository's link must not pass off a file from elsewhere as a chip that one edits, nor a pipe as a file. */
async function mayOpen(file: vscode.Uri, folder: vscode.Uri): Promise<boolean> {
  if (file.scheme !== 'file') return true;
  const real = await realPathInside(folder.fsPath, file.fsPath);
  const isFile =
    real !== null &&
    (await lookAtFile(real).then(
      () => true,
      () => false,
    ));
  if (isFile) return true;
  const key = real === null ? 'extension.newChip.outside' : 'extension.newChip.notAFile';
  await vscode.window.showErrorMessage(messageText(text(key, { path: file.fsPath })));
  return false;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
