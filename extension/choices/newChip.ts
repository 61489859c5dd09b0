import { labelText, messageText } from '../../outside/label';
import * as vscode from 'vscode';
import {
  type ChipChoice,
  chipsRequest,
  type NewChipParams,
  newChipRequest,
  type NewChipResult,
  newSystemRequest,
  type SystemChoice,
} from '../../server/protocol';
import type { Server } from '../server/server';
import { localFilesOf } from '../platform';
import { saveFile } from '../saveFile';
import { text } from '../text';

/** What is made anew, as a file in a folder of its own: words by the first part of their keys, and where it is kept. */
interface Kind {
  readonly texts: 'extension.newChip' | 'extension.newSystem';
  readonly folder: 'chips' | 'systems';
}
const chip: Kind = { texts: 'extension.newChip', folder: 'chips' };
const system: Kind = { texts: 'extension.newSystem', folder: 'systems' };

/** What a new file begins with. */
interface Base extends vscode.QuickPickItem {
  readonly id: string;
  readonly name: string;
}

/** Asks for a chip to begin with and a name, writes a chip file that extends it, and opens the file. */
export function newChip(server: Server): Promise<void> {
  const bases = async (): Promise<Base[]> => (await server.request(chipsRequest, {})).chips.map(chipBase);
  return newFile(chip, bases, (base, name) => {
    const params: NewChipParams = { extends: base, name };
    return server.request(newChipRequest, params);
  });
}

/** Asks for a system to begin with and a name, writes a copy of its file, and opens that. */
export function newSystem(server: Server): Promise<void> {
  const bases = async (): Promise<Base[]> => (await server.request(chipsRequest, {})).systems.map(systemBase);
  return newFile(system, bases, (like, name) => server.request(newSystemRequest, { like, name }));
}

async function newFile(
  kind: Kind,
  bases: () => Promise<Base[]>,
  make: (base: string, name: string) => Promise<NewChipResult>,
): Promise<void> {
  const folder = await pickFolder(kind);
  if (!folder) return;
  const base = await vscode.window.showQuickPick(await bases(), {
    title: text(`${kind.texts}.title`),
    placeHolder: text(`${kind.texts}.base`),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  if (!base) return;
  const name = await vscode.window.showInputBox({
    title: text(`${kind.texts}.title`),
    prompt: text(`${kind.texts}.name`),
    value: text('extension.newChip.defaultName', { name: base.name }),
    validateInput: (input) => (input.trim() === '' ? text(`${kind.texts}.noName`) : null),
  });
  if (name === undefined) return;
  const made = await make(base.id, name.trim());
  if (made.text === null) throw new Error(text(`${kind.texts}.failed`));
  const file = vscode.Uri.joinPath(folder.uri, '.siliconlens', kind.folder, `${made.id}.json`);
  // The id is new, but a broken file of that name may be there: it is opened as it is.
  if (await exists(file)) {
    if (!(await mayOpen(file, folder.uri))) return;
  } else {
    const place = { makeFolder: true, onlyNew: true, inside: folder.uri.fsPath };
    if (!(await saveFile(file, made.text, [], place))) return;
  }
  await vscode.window.showTextDocument(file, { preview: false });
}

async function pickFolder({ texts }: Kind): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.length === 0) {
    await vscode.window.showInformationMessage(text(`${texts}.noFolder`));
    return undefined;
  }
  return folders.length === 1 ? folders[0] : vscode.window.showWorkspaceFolderPick();
}

function chipBase({ id, name, vendor, aliases, class: of, description }: ChipChoice): Base {
  return {
    id,
    name,
    label: labelText(name),
    description: labelText([vendor, ...aliases].join(', ')),
    detail: labelText(`${of} · ${description}`),
  };
}

function systemBase({ id, name, aliases, description }: SystemChoice): Base {
  return {
    id,
    name,
    label: labelText(name),
    description: labelText(aliases.join(', ')),
    detail: labelText(description),
  };
}

/** A repository's link must not pass off a file from elsewhere as one that one edits, nor a pipe as a file. */
async function mayOpen(file: vscode.Uri, folder: vscode.Uri): Promise<boolean> {
  const place = await localFilesOf(file)?.placeOf(folder.fsPath, file.fsPath);
  if (place === undefined || place === 'file') return true;
  const key = place === 'outside' ? 'extension.newChip.outside' : 'extension.newChip.notAFile';
  await vscode.window.showErrorMessage(messageText(text(key, { path: file.fsPath })));
  return false;
}

async function exists(uri: vscode.Uri): Promise<boolean> {
  return vscode.workspace.fs.stat(uri).then(
    () => true,
    () => false,
  );
}
