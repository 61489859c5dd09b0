import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { describe } from './features/handler';
import { startServer } from './features/server';

const connection = createConnection(ProposedFeatures.all);

// One fault must not take every open listing with it: it is written to the log and the server goes on.
process.on('uncaughtException', (error) => connection.console.error(`uncaught: ${describe(error)}`));
process.on('unhandledRejection', (reason) => connection.console.error(`unhandled: ${describe(reason)}`));

startServer(connection);
connection.listen();
