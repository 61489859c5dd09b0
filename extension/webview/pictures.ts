import * as vscode from 'vscode';
import { fileName, modelUri } from '../addresses';
import { inputsOf } from '../inputs';
import { saveFile } from '../saveFile';
import type { Server } from '../server/server';

/** Bytes of a picture that a page may want to save; a chart takes some hundred kilobytes. */
const largest = 64e6;

/** Saves a chart beside its model, or where the user says. What is no picture of a chart is left alone. */
export async function savePicture(
  server: Server,
  uri: vscode.Uri,
  { name, png }: { readonly name: unknown; readonly png: unknown },
): Promise<void> {
  if (typeof name !== 'string' || !/^[\w-]{1,60}$/.test(name)) return;
  if (!(png instanceof Uint8Array) || png.length > largest) return;
  const model = modelUri(uri);
  const folder = model.scheme === 'file' ? vscode.Uri.joinPath(model, '..') : undefined;
  const target = await vscode.window.showSaveDialog({
    defaultUri: folder && vscode.Uri.joinPath(folder, `${fileName(model)}.${name}.png`),
    filters: { PNG: ['png'] },
  });
  if (target) await saveFile(target, png, await inputsOf(server, uri));
}
