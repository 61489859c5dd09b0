import * as vscode from 'vscode';
import { writeMessage } from '../l10n/write';
import { messageText } from '../outside/label';
import type { Content, WriteOptions } from '../server/node/writeFile';
import { joined } from './bytes';
import { localFilesOf, type WriteFailure } from './platform';
import { language } from './text';

/**
 * Writes what somebody saves, and says why when it can't be written. On this machine it goes through the one door for
 * writing, which never writes onto what the content is made from; other file systems have only their own.
 * @param inputs what the content is made from
 * @returns whether it is written
 */
export async function saveFile(
  target: vscode.Uri,
  content: Content,
  inputs: readonly vscode.Uri[],
  options: Omit<WriteOptions, 'inputs'> = {},
): Promise<boolean> {
  const files = localFilesOf(target);
  const local = inputs.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
  const failure = files
    ? await files.write(target.fsPath, content, { ...options, inputs: local })
    : await writeElsewhere(target, content, inputs, options.onlyNew ?? false);
  if (!failure) return true;
  const { code, args } = failure;
  await vscode.window.showErrorMessage(messageText(writeMessage(language(), `write.${code}`, args)));
  return false;
}

/** Such file systems say of two addresses only whether they are the same, and offer no writing of new files alone. */
async function writeElsewhere(
  target: vscode.Uri,
  content: Content,
  inputs: readonly vscode.Uri[],
  onlyNew: boolean,
): Promise<WriteFailure | null> {
  const args = { path: target.path, folder: vscode.Uri.joinPath(target, '..').path, detail: '' };
  if (inputs.some((input) => addressOf(input) === addressOf(target))) return { code: 'input', args };
  const bytes = await joined(
    typeof content === 'string' || content instanceof Uint8Array ? [content] : content,
  );
  // As late as can be: whatever comes between the look and the writing is lost.
  if (onlyNew && (await isThere(target))) return { code: 'exists', args };
  await vscode.workspace.fs.writeFile(target, bytes);
  return null;
}

function addressOf(uri: vscode.Uri): string {
  const { scheme, authority, query } = uri;
  // Joined with nothing, a path is in its shortest form.
  return JSON.stringify([scheme, authority, vscode.Uri.joinPath(uri, '.').path, query]);
}

/** Whether something has this name. Rejects where that can't be told. */
async function isThere(target: vscode.Uri): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(target);
    return true;
  } catch (error) {
    if (error instanceof vscode.FileSystemError && error.code === 'FileNotFound') return false;
    throw error;
  }
}
