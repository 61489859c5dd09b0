import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import { type SplitChoice, splitChoicesRequest, splitRequest } from '../../server/protocol';
import { fileName, modelUri } from '../addresses';
import type { Server } from '../server/server';
import { text } from '../text';
import type { Pages } from './pages';

/** Asks for a device, a cloud and the network between, and shows where the model is best cut; Escape ends it. */
export async function splitModel(server: Server, pages: Pages, uri: vscode.Uri): Promise<void> {
  const key = uri.toString();
  const { devices, clouds, networks } = await server.request(splitChoicesRequest, { uri: key });
  const device = await pick(devices, text('extension.split.device'));
  const cloud = device && (await pick(clouds, text('extension.split.cloud')));
  const network = cloud && (await pick(networks, text('extension.split.network')));
  if (!network) return;
  const name = fileName(modelUri(uri));
  const made = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: text('extension.split.working', { name }),
      cancellable: true,
    },
    async (_progress, token) => {
      try {
        return await server.request(splitRequest, { uri: key, device, cloud, network }, token);
      } catch (error) {
        if (token.isCancellationRequested) return null;
        throw error;
      }
    },
  );
  if (made) await pages.show(text('extension.split.title', { name }), key, made.text);
}

/** The id of what is picked; undefined where nothing is. */
async function pick(choices: readonly SplitChoice[], title: string): Promise<string | undefined> {
  const items = choices.map(({ id, name, description }) => ({
    id,
    label: labelText(name),
    description: labelText(id),
    detail: labelText(description),
  }));
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  return picked?.id;
}
