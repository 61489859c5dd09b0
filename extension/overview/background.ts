import type * as vscode from 'vscode';
import { modelFiguresRequest, type ModelFiguresResult } from '../../server/protocol';
import { textUri } from '../addresses';
import { withheldText } from '../server/notices';
import { Server, type ServerNeeds } from '../server/server';
import { text } from '../text';

/** A model that figures are wanted of. */
export interface Wanted {
  readonly uri: vscode.Uri;
  /** The key of the figures that are known; null: none are. */
  readonly known: string | null;
}

/** What is told while models are worked on. */
export interface RunListener {
  begins(index: number): void;
  /** Figures of a model, or why there are none. */
  took(index: number, result: ModelFiguresResult): void;
}

/**
 * Works out the figures of one model after the other in a server of its own, so that nobody who edits waits for it and what
 * it needs of memory goes with it. A model that this server ends over has none, and the next ones follow.
 */
export async function runInBackground(
  needs: Omit<ServerNeeds, 'isBackground' | 'debugged'>,
  models: readonly Wanted[],
  listener: RunListener,
  token: vscode.CancellationToken,
): Promise<void> {
  const server = new Server({ ...needs, debugged: false, isBackground: true });
  const stopping = token.onCancellationRequested(() => void server.stop());
  try {
    for (const [index, model] of models.entries()) {
      if (token.isCancellationRequested) return;
      listener.begins(index);
      const result = await figuresOf(server, model, token);
      if (token.isCancellationRequested) return;
      listener.took(index, result);
    }
  } finally {
    stopping.dispose();
    await server.stop();
    server.dispose();
  }
}

async function figuresOf(
  server: Server,
  { uri, known }: Wanted,
  token: vscode.CancellationToken,
): Promise<ModelFiguresResult> {
  const asked = textUri(uri);
  try {
    const result = await server.request(modelFiguresRequest, { uri: asked.toString(), known }, token);
    if (result.key !== null || result.reason !== null) return result;
    return { ...result, reason: text('extension.overview.failed') };
  } catch (error) {
    const detail = error instanceof Error ? error.message : String(error);
    return { key: null, figures: null, reason: withheldText(server, asked) ?? detail };
  }
}
