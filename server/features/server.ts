import type { Connection } from 'vscode-languageserver';
import { Budget } from '../workspace/budget';
import type { OpenModel } from '../workspace/openModel';
import { announced } from './feature';
import { features } from './features';
import { Session } from './session';

/**
 * Puts the language server behind a connection; the caller begins to listen.
 * @param budget memory for all models together
 */
export function startServer(connection: Connection, budget = new Budget<OpenModel>(Infinity)): void {
  const session = new Session(connection, budget);
  connection.onInitialize((params) => {
    session.begin(params);
    return { capabilities: announced(features, params.capabilities), serverInfo: { name: 'siliconlens' } };
  });
  connection.onInitialized(() => {
    for (const feature of features) feature.initialized?.(session);
    session.ready();
  });
  connection.onShutdown(() => session.end());
  for (const feature of features) feature.register(session);
}
