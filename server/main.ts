import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { describe } from './features/handler';
import { startServer } from './features/server';
import { oldGenerationBytes } from './node/heap';
import { nodePlatform } from './node/platform';
import { installPlatform } from './platform';
import { pingNotification, pongNotification } from './protocol';
import { Budget, unitsOfHeap } from './workspace/budget';

installPlatform(nodePlatform);
const connection = createConnection(ProposedFeatures.all);

// One fault must not take every open listing with it: it is written to the log and the server goes on.
process.on('uncaughtException', (error) => connection.console.error(`uncaught: ${describe(error)}`));
process.on('unhandledRejection', (reason) => connection.console.error(`unhandled: ${describe(reason)}`));

// Answered before the queue of requests, so that a server with much to do is not taken for one that hangs.
process.on('message', (message: unknown) => {
  if (typeof message !== 'object' || message === null || !('method' in message)) return;
  if (message.method === pingNotification) process.send?.({ jsonrpc: '2.0', method: pongNotification });
});

startServer(connection, new Budget(unitsOfHeap(oldGenerationBytes())));
connection.listen();
