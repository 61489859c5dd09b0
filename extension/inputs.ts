import * as vscode from 'vscode';
import { type InputsParams, inputsRequest } from '../server/protocol';
import type { Server } from './server/server';

/** The files that a model's listing and report are made from; nothing is saved over them. Rejects without a server. */
export async function inputsOf(server: Server, uri: vscode.Uri): Promise<readonly vscode.Uri[]> {
  const params: InputsParams = { uri: uri.toString() };
  const { uris } = await server.request(inputsRequest, params);
  return [...uris.map((one) => vscode.Uri.parse(one, true)), ...settingsFiles()];
}

/** The settings files of the workspace; without any nothing is lost. */
function settingsFiles(): vscode.Uri[] {
  const { workspaceFolders = [], workspaceFile } = vscode.workspace;
  const ofFolders = workspaceFolders.map(({ uri }) => vscode.Uri.joinPath(uri, '.vscode', 'settings.json'));
  return workspaceFile ? [...ofFolders, workspaceFile] : ofFolders;
}
