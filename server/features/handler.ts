import { LSPErrorCodes, ResponseError } from 'vscode-languageserver';
import type { CancellationToken, Connection } from 'vscode-languageserver';
import { CancelledError } from '../engine/scheduler';
import { platform } from '../platform';
import type { RequestMethod } from '../protocol';

/** Where a handler reports what went wrong; the client shows it in the log only. */
export interface Log {
  error(text: string): void;
}

/** Thrown when a newer state of the same listing makes the request pointless: the client asks again. */
export class SupersededError extends Error {}

/**
 * Wraps a request handler: gives pending messages (cancellations above all) a turn first, asks the token before and
 * after, and turns an exception into a log entry and a default answer, so that one fault never ends the server.
 */
export function handler<P, R, D = void>(
  log: Log,
  name: string,
  fallback: (params: P) => R,
  run: (params: P, token: CancellationToken) => Promise<R> | R,
): (params: P, token: CancellationToken) => Promise<R | ResponseError<D>> {
  return async (params, token) => {
    await platform().turn();
    if (token.isCancellationRequested) return cancelled<D>();
    try {
      const result = await run(params, token);
      return token.isCancellationRequested ? cancelled<D>() : result;
    } catch (error) {
      if (error instanceof SupersededError)
        return new ResponseError<D>(LSPErrorCodes.ServerCancelled, 'superseded');
      if (token.isCancellationRequested || error instanceof CancelledError) return cancelled<D>();
      log.error(`${name}: ${describe(error)}`);
      return fallback(params);
    }
  };
}

/** Waits for `work`, but no longer than the request is wanted: the work itself may serve others and goes on. */
export function whileWanted<T>(work: Promise<T>, token: CancellationToken): Promise<T> {
  return new Promise((resolve, reject) => {
    const listener = token.onCancellationRequested(() => reject(new CancelledError()));
    work.then(resolve, reject).finally(() => listener.dispose());
  });
}

/** Asks the client. */
export function ask<P extends object, R>(
  connection: Connection,
  method: RequestMethod<P, R>,
  params: P,
): Promise<R> {
  return connection.sendRequest<R>(method, params);
}

export function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function cancelled<D>(): ResponseError<D> {
  return new ResponseError<D>(LSPErrorCodes.RequestCancelled, 'cancelled');
}
