import { entryOf } from '../../outside/table';
import * as vscode from 'vscode';
import { fileName, modelUri } from '../addresses';
import {
  linkedCommands,
  type FromWebview,
  neighbourhoodRequest,
  rankRequest,
  rowsRequest,
  phasesRequest,
  whatIfRequest,
  summaryRequest,
  type ToWebview,
  type WebviewCommand,
} from '../../server/protocol';
import { ServerEndedError } from '../server/keeper';
import { chooseCommand } from '../choices/choose';
import { useChipCommand } from '../choices/useChip';
import { serverCommands, withheldText } from '../server/notices';
import type { Server } from '../server/server';
import { text } from '../text';
import { savePicture } from './pictures';
import type { Reveal } from './reveal';

/** The only commands that a page may ask for. */
const commands: Record<WebviewCommand, string> = {
  openReport: 'siliconlens.openReport',
  chooseChips: 'siliconlens.chooseChips',
  findChip: 'siliconlens.findChip',
  setDimensions: 'siliconlens.setDimensions',
  openModel: 'siliconlens.openListing',
  exportReport: 'siliconlens.exportReport',
  importProfile: 'siliconlens.importProfile',
  removeProfile: 'siliconlens.removeProfile',
  showSuggestions: 'siliconlens.showSuggestions',
  analyseAgain: serverCommands.analyseAgain,
  restartServer: serverCommands.restart,
  showLog: serverCommands.showLog,
};

/** What a page needs of the panel or view that holds it. */
export interface Holder {
  readonly webview: vscode.Webview;
  readonly visible: boolean;
}

/**
 * The host's side of one page: says what to show and answers what it asks. Nothing is posted to a page that is hidden
 * or gone; a page that comes back says `ready` and gets everything anew.
 */
export class Page implements vscode.Disposable {
  private disposed = false;
  private ready = false;
  private request = 0;
  private shown: string | undefined;
  private node: number | null = null;
  private readonly receiving: vscode.Disposable;

  constructor(
    private readonly holder: Holder,
    private readonly subject: () => vscode.Uri | undefined,
    private readonly server: Server,
    private readonly reveal: Pick<Reveal, 'node'>,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.receiving = holder.webview.onDidReceiveMessage((message: FromWebview) => {
      this.receive(message).catch((error: unknown) => this.log.error(String(error)));
    });
  }

  /** Asks the server for the summary of the present subject and shows it, or why there is none. */
  async update(): Promise<void> {
    if (!this.ready || this.disposed || !this.holder.visible) return;
    const request = ++this.request;
    const uri = this.subject();
    if (!uri) {
      this.shown = undefined;
      this.post({ type: 'state', state: { kind: 'empty' } });
      return;
    }
    const key = uri.toString();
    // A page that shows this model keeps it on screen until the next summary is there.
    if (this.shown !== key)
      this.post({ type: 'state', state: { kind: 'loading', model: fileName(modelUri(uri)) } });
    const why = withheldText(this.server, uri);
    if (why !== null && this.server.down === null) {
      this.shown = undefined;
      this.post({
        type: 'state',
        state: { kind: 'error', message: why, actions: ['analyseAgain', 'showLog'] },
      });
      return;
    }
    try {
      const summary = await this.server.request(summaryRequest, { uri: key });
      if (request !== this.request) return;
      const isNew = this.shown !== key;
      this.shown = key;
      this.post({ type: 'summary', summary });
      if (isNew && this.node !== null) this.highlight(this.node);
    } catch (error) {
      if (request === this.request) this.tellFailure(key, error);
    }
  }

  /** Marks a node, now or as soon as the page can. */
  highlight(node: number | null): void {
    this.node = node;
    if (this.ready) this.post({ type: 'highlight', node });
  }

  dispose(): void {
    this.disposed = true;
    this.receiving.dispose();
  }

  private tellFailure(key: string, error: unknown): void {
    // The next server is asked again as soon as it answers.
    if (error instanceof ServerEndedError && this.server.isAlive) return;
    const reason = error instanceof Error ? error.message : String(error);
    this.log.error(reason);
    const kind = this.shown === key ? 'stale' : 'error';
    const message = text(`extension.webview.${kind === 'stale' ? 'stale' : 'failed'}`, { reason });
    const actions =
      this.server.down === null ? (['showLog'] as const) : (['restartServer', 'showLog'] as const);
    this.post({ type: 'state', state: { kind, message, actions } });
  }

  private post(message: ToWebview): void {
    if (this.disposed || !this.holder.visible) return;
    this.holder.webview
      .postMessage(message)
      .then(undefined, (error: unknown) => this.log.debug(String(error)));
  }

  private async receive(message: FromWebview): Promise<void> {
    switch (message.type) {
      case 'ready':
        this.ready = true;
        this.shown = undefined;
        return this.update();
      case 'rows': {
        const { request, params } = message;
        return this.answer(request, async (uri) => {
          return {
            type: 'rows',
            request,
            result: await this.server.request(rowsRequest, { ...params, uri }),
          };
        });
      }
      case 'rank': {
        const { request, params } = message;
        return this.answer(request, async (uri) => {
          const result = await this.server.request(rankRequest, { ...params, uri });
          return { type: 'ranking', request, result };
        });
      }
      case 'whatIf': {
        const { request, params } = message;
        return this.answer(request, async (uri) => {
          const result = await this.server.request(whatIfRequest, { ...params, uri });
          return { type: 'variants', request, result };
        });
      }
      case 'phases': {
        const { request, params } = message;
        return this.answer(request, async (uri) => {
          const result = await this.server.request(phasesRequest, { ...params, uri });
          return { type: 'phases', request, result };
        });
      }
      case 'around': {
        const { request, params } = message;
        return this.answer(request, async (uri) => {
          const result = await this.server.request(neighbourhoodRequest, { ...params, uri });
          return { type: 'around', request, result };
        });
      }
      case 'useChip':
        await vscode.commands.executeCommand(useChipCommand, this.subject(), message.chip);
        return;
      case 'choose':
        await vscode.commands.executeCommand(chooseCommand, this.subject(), message.changes);
        return;
      case 'savePicture': {
        const uri = this.subject();
        return uri && savePicture(this.server, uri, message);
      }
      case 'reveal': {
        const uri = this.subject();
        return uri && this.reveal.node(uri, message.node);
      }
      case 'explain':
        await vscode.commands.executeCommand(
          linkedCommands.explainTime,
          this.subject(),
          message.node,
          message.chip,
        );
        return;
      case 'command': {
        const command = entryOf(commands, message.command);
        if (command === undefined) return this.log.warn(`unknown command ${String(message.command)}`);
        await vscode.commands.executeCommand(command, this.subject());
        return;
      }
      // What the page about all models says (overview/).
      case 'overview':
      case 'openModel':
      default:
        this.log.warn(`unknown message ${JSON.stringify(message)}`);
    }
  }

  private async answer(request: number, ask: (uri: string) => Promise<ToWebview>): Promise<void> {
    const uri = this.subject();
    if (!uri) return;
    try {
      this.post(await ask(uri.toString()));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.post({ type: 'failed', request, message: text('extension.webview.failed', { reason }) });
    }
  }
}
