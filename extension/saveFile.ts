import { posix } from 'node:path';
import * as vscode from 'vscode';
import { writeMessage } from '../l10n/write';
import { messageText } from '../outside/label';
import { type Content, writeFile, WriteError, type WriteOptions } from '../server/node/writeFile';
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
  try {
    if (target.scheme === 'file') {
      const local = inputs.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => fsPath);
      await writeFile(target.fsPath, content, { ...options, inputs: local });
    } else await writeElsewhere(target, content, inputs, options.onlyNew ?? false);
    return true;
  } catch (error) {
    if (!(error instanceof WriteError)) throw error;
    await vscode.window.showErrorMessage(
      messageText(writeMessage(language(), `write.${error.code}`, error.args)),
    );
    return false;
  }
}

/** Such file systems say of two addresses only whether they are the same, and offer no writing of new files alone. */
async function writeElsewhere(
  target: vscode.Uri,
  content: Content,
  inputs: readonly vscode.Uri[],
  onlyNew: boolean,
): Promise<void> {
  if (inputs.some((input) => addressOf(input) === addressOf(target)))
    throw new WriteError('input', target.path);
  const parts: Uint8Array[] = [];
  const pieces = typeof content === 'string' || content instanceof Uint8Array ? [content] : content;
  for await (const piece of pieces) parts.push(Buffer.from(piece));
  // As late as can be: whatever comes between the look and the writing is lost.
  if (onlyNew && (await isThere(target))) throw new WriteError('exists', target.path);
  await vscode.workspace.fs.writeFile(target, Buffer.concat(parts));
}

function addressOf({ scheme, authority, path, query }: vscode.Uri): string {
  return JSON.stringify([scheme, authority, posix.normalize(path), query]);
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
