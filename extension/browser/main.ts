import * as vscode from 'vscode';
import { begin, end } from '../extension';
import { installPlatform } from '../platform';
import { browserPlatform } from './platform';
import { ServerWorker } from './serverWorker';

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  installPlatform(browserPlatform);
  const read = async (...way: string[]): Promise<Uint8Array<ArrayBuffer>> => {
    const file = vscode.Uri.joinPath(context.extensionUri, 'dist', ...way);
    return (await vscode.workspace.fs.readFile(file)).slice();
  };
  const [tables, server] = await Promise.all([read('tables.json'), read('web', 'server.js')]);
  // Browsers start no worker from the address of an extension, which is another origin's.
  const parts = ['self.siliconlensTables = ', tables, ';', server];
  const address = URL.createObjectURL(new Blob(parts, { type: 'text/javascript' }));
  context.subscriptions.push({ dispose: () => URL.revokeObjectURL(address) });
  begin(context, {
    name: 'worker of a browser',
    launch: (log, listener) => new ServerWorker(address, log, listener),
  });
}

export { end as deactivate };
