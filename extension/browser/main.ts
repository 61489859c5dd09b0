import * as vscode from 'vscode';
import { begin, end } from '../extension';
import { installPlatform } from '../platform';
import { browserPlatform } from './platform';
import { ServerWorker } from './serverWorker';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  installPlatform(browserPlatform);
  const server = vscode.Uri.joinPath(context.extensionUri, 'dist', 'web', 'server.js');
  // Browsers start no worker from the address of an extension, which is another origin's.
  const code = new Blob([(await vscode.workspace.fs.readFile(server)).slice()], { type: 'text/javascript' });
  const address = URL.createObjectURL(code);
  context.subscriptions.push({ dispose: () => URL.revokeObjectURL(address) });
  begin(context, {
    name: 'worker of a browser',
    launch: (log, listener) => new ServerWorker(address, log, listener),
  });
}

export { end as deactivate };
