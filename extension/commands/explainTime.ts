import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import { derivationRequest } from '../../server/protocol';
import type { Server } from '../server/server';
import { text } from '../text';
import { nodeAt, type Place } from './graph';
import type { Pages } from './pages';

/** What is explained: a node by its place, or the whole run (null). */
interface Asked {
  readonly place: Place | null;
  /** Id of the chip; null: the first one. */
  readonly chip: string | null;
}

/** Shows how the time of a node, or of the whole run, comes about. */
export async function explainTime(
  server: Server,
  pages: Pages,
  uri: vscode.Uri,
  { place, chip }: Asked,
): Promise<void> {
  const key = uri.toString();
  const isNode = place !== null;
  const node = !isNode || typeof place === 'number' ? place : await nodeAt(server, uri, place?.line);
  if (isNode && node === null) return;
  const { title, text: page } = await server.request(derivationRequest, { uri: key, node, chip });
  if (page === null) void vscode.window.setStatusBarMessage(text('extension.explain.nothing'), 8000);
  else
    await pages.show(
      text('extension.explain.title', { what: labelText(title).replaceAll('/', '∕') }),
      key,
      page,
    );
}
