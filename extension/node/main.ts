import * as vscode from 'vscode';
import { begin, end, isDebugged } from '../extension';
import { installPlatform } from '../platform';
import { offerTools } from './assistants';
import { nodePlatform } from './platform';
import { ServerProcess } from './serverProcess';

export function activate(context: vscode.ExtensionContext): void {
  installPlatform(nodePlatform);
  const module = vscode.Uri.joinPath(context.extensionUri, 'dist', 'server.js').fsPath;
  const execArgv = isDebugged(context) ? ['--nolazy', '--inspect=6029'] : [];
  begin(context, {
    name: `Node ${process.versions.node}`,
    launch: (log, listener) => new ServerProcess(module, execArgv, log, listener),
    profiles: vscode.Uri.joinPath(context.storageUri ?? context.globalStorageUri, 'profiles').fsPath,
  });
  context.subscriptions.push(offerTools(context));
}

export { end as deactivate };
