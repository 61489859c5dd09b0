import { BrowserMessageReader, BrowserMessageWriter, createConnection } from 'vscode-languageserver/browser';
import { startServer } from '../features/server';
import { installPlatform } from '../platform';
import { Budget, unitsOfHeap } from '../workspace/budget';
import { browserPlatform } from './platform';

/** Browsers do not say how large the heap of a worker may grow; Chromium's limit for one is 4 GB, others have less. */
const heapBytes = 2e9;

installPlatform(browserPlatform);
const connection = createConnection(new BrowserMessageReader(self), new BrowserMessageWriter(self));
startServer(connection, new Budget(unitsOfHeap(heapBytes)));
connection.listen();
