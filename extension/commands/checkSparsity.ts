import * as vscode from 'vscode';
import { type SparsityParams, sparsityRequest } from '../../server/protocol';
import { fileName, modelUri } from '../addresses';
import type { Server } from '../server/server';
import { text } from '../text';
import type { Pages } from './pages';

/** Reads the weights with progress and shows what that has found; Escape or Cancel ends it and shows nothing. */
export async function checkSparsity(server: Server, pages: Pages, uri: vscode.Uri): Promise<void> {
  const name = fileName(modelUri(uri));
  const key = uri.toString();
  const result = await vscode.window.withProgress(
    {
      location: vscode.ProgressLocation.Notification,
      title: text('extension.sparsity.reading', { name }),
      cancellable: true,
    },
    async (progress, token) => {
      let shown = 0;
      const listener = server.onSparsityProgress((params) => {
        if (params.uri !== key || params.all <= 0) return;
        const percent = (100 * params.done) / params.all;
        progress.report({ increment: percent - shown, message: `${Math.floor(percent)} %` });
        shown = percent;
      });
      try {
        const params: SparsityParams = { uri: key };
        return await server.request(sparsityRequest, params, token);
      } catch (error) {
        if (token.isCancellationRequested) return null;
        throw error;
      } finally {
        listener.dispose();
      }
    },
  );
  if (result) await pages.show(text('extension.sparsity.title', { name }), key, result.text);
}
