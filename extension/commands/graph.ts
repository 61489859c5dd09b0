import * as vscode from 'vscode';
import { nodeAtRequest } from '../../server/protocol';
import type { Server } from '../server/server';
import { text } from '../text';
import type { ModelPages } from '../webview/modelPages';

/** Where a graph begins: a node by flat index, or a line of the text, 0-based. */
export type Place = number | { readonly line: number } | undefined;

/** The line of an entry of the tree that a menu passes along. */
export function placeOf(node: unknown, entry: unknown): Place {
  if (typeof node === 'number') return node;
  const isEntry = typeof entry === 'object' && entry !== null && 'line' in entry;
  return isEntry && typeof entry.line === 'number' ? { line: entry.line } : undefined;
}

/** Shows the nodes around one: the one that is named, else that of the cursor. */
export async function showGraph(
  server: Server,
  graphs: ModelPages,
  uri: vscode.Uri,
  place: Place,
): Promise<void> {
  await graphs.open(uri, typeof place === 'number' ? place : await nodeAt(server, uri, place?.line));
}

/** The node on a line, else that of the cursor; null, and says so, where there is none. */
export async function nodeAt(
  server: Server,
  uri: vscode.Uri,
  given: number | undefined,
): Promise<number | null> {
  const key = uri.toString();
  const editor = vscode.window.visibleTextEditors.find(({ document }) => document.uri.toString() === key);
  const line = given ?? editor?.selection.active.line;
  const node = line === undefined ? null : (await server.request(nodeAtRequest, { uri: key, line })).node;
  if (node === null) void vscode.window.setStatusBarMessage(text('extension.graph.noNode'), 8000);
  return node;
}
