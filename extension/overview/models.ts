import { modelGlob } from '../../modelFormats/names';
import * as vscode from 'vscode';
import { language } from '../text';

/** Most models that are looked at. */
const mostModels = 2000;
/** Folders of tools, whose models are not the user's. */
const elsewhere = '**/{node_modules,.git,.venv,venv,__pycache__,site-packages}/**';
/** Files that chips, systems and mappings of one's own are in. */
const ownGlob = '**/.siliconlens/**/*.json';
const mostOwn = 500;

export interface WorkspaceModel {
  readonly uri: vscode.Uri;
  readonly path: string;
  /** State of the file and of what its figures depend on. */
  readonly stamp: string;
}

/** The models of the workspace by path, and whether there are more. */
export async function workspaceModels(): Promise<{
  readonly models: readonly WorkspaceModel[];
  readonly isCut: boolean;
}> {
  const found = await vscode.workspace.findFiles(modelGlob, elsewhere, mostModels + 1);
  const surroundings = await surroundingsOf();
  const models = await Promise.all(
    found.slice(0, mostModels).map(async (uri): Promise<WorkspaceModel> => {
      const folder = vscode.workspace.getWorkspaceFolder(uri)?.uri.toString() ?? '';
      const stamp = `${await stampOf(uri)} ${surroundings.get(folder) ?? ''}`;
      return { uri, path: vscode.workspace.asRelativePath(uri), stamp };
    }),
  );
  return {
    models: models.sort((a, b) => (a.path < b.path ? -1 : 1)),
    isCut: found.length > mostModels,
  };
}

/** Settings by folder, with the state of all files that they may name. */
async function surroundingsOf(): Promise<ReadonlyMap<string, string>> {
  const own = await vscode.workspace.findFiles(ownGlob, elsewhere, mostOwn);
  const files = await Promise.all(own.map(async (uri) => `${uri.toString()} ${await stampOf(uri)}`));
  const shared = [language(), ...files.sort()];
  const folders = (vscode.workspace.workspaceFolders ?? []).map(async ({ uri }) => {
    const settings = vscode.workspace.getConfiguration('siliconlens', uri);
    return [uri.toString(), await digest(JSON.stringify([settings, shared]))] as const;
  });
  return new Map(await Promise.all(folders));
}

async function stampOf(uri: vscode.Uri): Promise<string> {
  try {
    const { mtime, size } = await vscode.workspace.fs.stat(uri);
    return `${mtime}:${size}`;
  } catch {
    return 'gone';
  }
}

async function digest(text: string): Promise<string> {
  const bytes = new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return [...bytes.subarray(0, 12)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
