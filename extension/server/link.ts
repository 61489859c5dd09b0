import type { MessageTransports } from 'vscode-languageclient';
import { pongNotification, type WorkingModel, workingNotification } from '../../server/protocol';
import type { WorkingParams } from '../../server/protocol';

/** Where the server's own lines go. */
export interface ServerLog {
  info(text: string): void;
  error(text: string): void;
}

/** What a server says beside what the client reads. */
export interface ServerListener {
  /** It answered a ping or a request: its loop goes round. */
  heard(): void;
  working(models: readonly WorkingModel[]): void;
  /** Told once, however it ended. */
  ended(how: string): void;
}

/** One server, in a process or a worker of its own: its channel, its signs of life, its end. */
export interface ServerLink {
  /** Carries the messages of the protocol. */
  readonly transports: MessageTransports;
  /** The process with which the server ends, should nobody end it; null where it can't outlive the one that started it. */
  readonly parent: number | null;
  /** Asks for a sign of life. */
  ping(): void;
  /** Ends it at once, also when it is stopped or runs in a circle. */
  kill(how: string): void;
  /** It is gone: tells those who read of it that nothing more will come. */
  close(): void;
}

export type Launch = (log: ServerLog, listener: ServerListener) => ServerLink;

/**
 * Tells a listener what a message of the server says about its state. Heard before the connection's queue, which is lost
 * when the server ends.
 */
export function hear(message: unknown, listener: ServerListener): void {
  if (typeof message !== 'object' || message === null) return;
  if (isAnswer(message)) listener.heard();
  if (!('method' in message)) return;
  if (message.method === pongNotification) listener.heard();
  if (message.method !== workingNotification || !('params' in message)) return;
  const { models } = (message.params ?? {}) as Partial<WorkingParams>;
  if (Array.isArray(models)) listener.working(models);
}

/** Whoever answers a flood of requests may come to a ping late. */
function isAnswer(message: object): boolean {
  return 'id' in message && typeof message.id === 'number' && ('result' in message || 'error' in message);
}
