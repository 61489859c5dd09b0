import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { describe } from '../features/handler';
import { startServer } from '../features/server';
import { installPlatform } from '../platform';
import { pingNotification, pongNotification } from '../protocol';
import { Budget, unitsOfHeap } from '../workspace/budget';
import { browserPlatform } from './platform';

/** Browsers do not say how large the heap of a worker may grow; Chromium's limit for one is 4 GB, others have less. */
const heapBytes = 2e9;

installPlatform(browserPlatform);
const connection = createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self));

// One fault must not take every open listing with it: it is written to the log and the server goes on.
self.addEventListener('error', (event) => {
  event.preventDefault();
  connection.console.error(`uncaught: ${describe(event.error)}`);
});
self.addEventListener('unhandledrejection', (event) => {
  event.preventDefault();
  connection.console.error(`unhandled: ${describe(event.reason)}`);
});

// Answered before the queue of requests, so that a server with much to do is not taken for one that hangs.
self.addEventListener('message', ({ data }: MessageEvent<unknown>) => {
  if (typeof data !== 'object' || data === null || !('method' in data)) return;
  if (data.method === pingNotification) self.postMessage({ jsonrpc: '2.0', method: pongNotification });
});

startServer(connection, new Budget(unitsOfHeap(heapBytes)));
connection.listen();
