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
import { IPCMessageReader, IPCMessageWriter } from 'vscode-languageserver-protocol/node';
import type { InitializationOptions } from '../../server/protocol';
import { languageId, linkedCommands, listingScheme } from '../../server/protocol';
import { isOnlyOriginalSide } from '../diffSides';
import { type Asking, type Peer, ServerEndedError } from './keeper';
import type { ServerProcess } from './process';

/** How long a server that is told to end may take (milliseconds). */
const stopTime = 2000;

/** A connection's reader that can be told that nothing more will come. */
class EndingReader extends IPCMessageReader {
  end(): void {
    this.fireClose();
  }
}

/** What a client needs besides its process. */
export interface ClientNeeds {
  readonly log: vscode.LogOutputChannel;
  readonly initializationOptions: InitializationOptions;
}

/**
 * The language client of one process. It restarts nothing and shows no messages of its own: that is the supervisor's
 * part, and a failed request is a line in the log.
 */
export class QuietClient extends BaseLanguageClient implements Peer {
  private readonly reader: EndingReader;
  private readonly writer: IPCMessageWriter;

  constructor(server: ServerProcess, asking: Asking, needs: ClientNeeds) {
    super('siliconlens', 'Siliconlens', optionsOf(asking, needs));
    this.reader = new EndingReader(server.child);
    this.writer = new IPCMessageWriter(server.child);
  }

  protected override createMessageTransports(): Promise<MessageTransports> {
    return Promise.resolve({ reader: this.reader, writer: this.writer });
  }

  /** The server ends with the process that it is told of. */
  protected override fillInitializeParams(params: InitializeParams): void {
    super.fillInitializeParams(params);
    params.processId = process.pid;
  }

  close(): void {
    this.reader.end();
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

function optionsOf(asking: Asking, { log, initializationOptions }: ClientNeeds): LanguageClientOptions {
  return {
    documentSelector: [
      { scheme: listingScheme, language: languageId },
      { scheme: 'file', language: languageId },
      { scheme: 'untitled', language: languageId },
    ],
    outputChannel: log,
    revealOutputChannelOn: RevealOutputChannelOn.Never,
    initializationOptions,
    initializationFailedHandler: () => false,
    // Only the end of the process is an end.
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
