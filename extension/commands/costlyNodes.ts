import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import { costlyNodeRequest } from '../../server/protocol';
import { columnFor } from '../webview/reveal';
import type { Server } from '../server/server';

/** How long the place in the order stands in the status bar (milliseconds). */
const shownFor = 8000;

/** Brings the cursor to the costliest node of a listing, or from its line to the next one that takes less or more. */
export async function goToCostly(server: Server, uri: vscode.Uri, step: 'first' | 1 | -1): Promise<void> {
  const active = vscode.window.activeTextEditor;
  const here = active?.document.uri.toString() === uri.toString() ? active.selection.active.line : null;
  const { line, label } = await server.request(costlyNodeRequest, {
    uri: uri.toString(),
    line: step === 'first' ? null : here,
    step: step === 'first' ? 1 : step,
  });
  vscode.window.setStatusBarMessage(`$(flame) ${labelText(label)}`, shownFor);
  if (line === null) return;
  const document = await vscode.workspace.openTextDocument(uri);
  // On the name that the node writes, so that Show Hover says why.
  const column = document.lineAt(line).firstNonWhitespaceCharacterIndex;
  const place = new vscode.Range(line, column, line, column);
  const editor = await vscode.window.showTextDocument(document, {
    viewColumn: columnFor(uri, undefined),
    selection: place,
    preview: false,
  });
  editor.revealRange(place, vscode.TextEditorRevealType.InCenterIfOutsideViewport);
}
