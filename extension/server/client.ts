import type * as vscode from 'vscode';
import {
  BaseLanguageClient,
  CloseAction,
  ErrorAction,
  type InitializeParams,
  type LanguageClientOptions,
  type MessageSignature,
  type MessageTransports,
  RevealOutputChannelOn,
} from 'vscode-languageclient';
import type { InitializationOptions } from '../../server/protocol';
import { linkedCommands } from '../../server/protocol';
import { modelTexts } from '../addresses';
import { isOnlyOriginalSide } from '../diffSides';
import { type Asking, type Peer, ServerEndedError } from './keeper';
import type { ServerLink } from './link';

/** How long a server that is told to end may take (milliseconds). */
const stopTime = 2000;

/** What a client needs besides its server. */
export interface ClientNeeds {
  readonly log: vscode.LogOutputChannel;
  readonly initializationOptions: InitializationOptions;
  /** It answers requests alone: no editor's text is told to it, and it says nothing of any. */
  readonly isBackground: boolean;
}

/**
 * The language client of one server. It restarts nothing and shows no messages of its own: that is the supervisor's
 * part, and a failed request is a line in the log.
 */
export class QuietClient extends BaseLanguageClient implements Peer {
  constructor(
    private readonly link: ServerLink,
    asking: Asking,
    needs: ClientNeeds,
  ) {
    super('siliconlens', 'Siliconlens', optionsOf(asking, needs));
  }

  protected override createMessageTransports(): Promise<MessageTransports> {
    return Promise.resolve(this.link.transports);
  }

  /** The server ends with the process that it is told of. */
  protected override fillInitializeParams(params: InitializeParams): void {
    super.fillInitializeParams(params);
    params.processId = this.link.parent;
  }

  close(): void {
    this.link.close();
  }

  override async stop(): Promise<void> {
    await super.stop(stopTime);
  }

  override error(message: string, data?: unknown): void {
    super.error(message, data, false);
  }

  // eslint-disable-next-line @typescript-eslint/max-params -- The client's library calls it with six.
  override handleFailedRequest<T>(
    type: MessageSignature,
    token: vscode.CancellationToken | undefined,
    error: unknown,
    defaultValue: T,
    _showNotification?: boolean,
    throwOnCancel?: boolean,
  ): T {
    // Whatever was asked is asked again of the next server.
    if (error instanceof ServerEndedError) return defaultValue;
    return super.handleFailedRequest(type, token, error, defaultValue, false, throwOnCancel);
  }
}

function optionsOf(
  asking: Asking,
  { log, initializationOptions, isBackground }: ClientNeeds,
): LanguageClientOptions {
  return {
    documentSelector: isBackground ? [] : modelTexts,
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions,
    initializationFailedHandler: () => false,
    // Only the end of the server is an end.
    errorHandler: {
      error: () => ({ action: ErrorAction.Continue, handled: true }),
      closed: () => ({ action: CloseAction.DoNotRestart, handled: true }),
    },
    markdown: { isTrusted: { enabledCommands: Object.values(linkedCommands) }, supportHtml: false },
    middleware: {
      sendRequest: (type, param, token, next) => asking(() => next(type, param, token)),
      provideInlayHints: (document, range, token, next) =>
        isOnlyOriginalSide(document.uri) ? [] : next(document, range, token),
    },
  };
}
