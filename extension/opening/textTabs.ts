import * as vscode from 'vscode';
import { isModelPath, isTextPath } from '../../modelFormats/names';
import { listingUri } from '../addresses';
import { listingScheme } from '../../server/protocol';
import { currentStage, diffTitle, incomingStage } from './diffTitle';

/** What is used of the API of VS Code's Git extension. */
interface Git {
  getAPI(version: 1): {
    readonly repositories: readonly {
      readonly state: { readonly mergeChanges: readonly { readonly uri: vscode.Uri }[] };
    }[];
    toGitUri(uri: vscode.Uri, ref: string): vscode.Uri;
  };
}

/**
 * Models that VS Code shows as texts although nobody asked for that: both sides of a diff above its limits where it has no
 * associations for diffs yet, and a file in conflict, which Git opens as a text for its conflict markers. A diff of listings
 * takes their place.
 */
export class TextTabs implements vscode.Disposable {
  private readonly listener: vscode.Disposable;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.listener = vscode.window.tabGroups.onDidChangeTabs(({ opened }) => {
      for (const tab of opened) this.replace(tab).catch((error: unknown) => this.log.error(String(error)));
    });
  }

  dispose(): void {
    this.listener.dispose();
  }

  private async replace(tab: vscode.Tab): Promise<void> {
    const sides = sidesOf(tab);
    if (!sides) return;
    const { viewColumn } = tab.group;
    const options = { viewColumn, preview: tab.isPreview, preserveFocus: tab.isPreview };
    const [left, right] = sides;
    await vscode.commands.executeCommand(
      'vscode.diff',
      listingUri(left),
      listingUri(right),
      diffTitle(left, right),
      options,
    );
    // A preview tab has been replaced by now.
    const { tabGroups } = vscode.window;
    if (tabGroups.all.some(({ tabs }) => tabs.includes(tab))) await tabGroups.close(tab, true);
  }
}

function sidesOf({ input }: vscode.Tab): readonly [vscode.Uri, vscode.Uri] | null {
  if (input instanceof vscode.TabInputText) return isModel(input.uri) ? conflictSides(input.uri) : null;
  if (!(input instanceof vscode.TabInputTextDiff) || hasDiffAssociations()) return null;
  const { original, modified } = input;
  return isModel(original) && isModel(modified) && !isAssociated(modified) ? [original, modified] : null;
}

function isModel(uri: vscode.Uri): boolean {
  return uri.scheme !== listingScheme && isModelPath(uri.path) && !isTextPath(uri.path);
}

function conflictSides(uri: vscode.Uri): readonly [vscode.Uri, vscode.Uri] | null {
  const git = vscode.extensions.getExtension<Git>('vscode.git');
  if (!git?.isActive) return null;
  const api = git.exports.getAPI(1);
  const inConflict = api.repositories.some(({ state }) =>
    state.mergeChanges.some((change) => change.uri.toString() === uri.toString()),
  );
  return inConflict ? [api.toGitUri(uri, currentStage), api.toGitUri(uri, incomingStage)] : null;
}

/** Whether VS Code asks our manifest and the user's settings about diffs, so that a diff of texts is meant. */
function hasDiffAssociations(): boolean {
  return vscode.workspace.getConfiguration('workbench').has('diffEditorAssociations');
}

/** Whether the user's settings give such files to another editor. */
function isAssociated(uri: vscode.Uri): boolean {
  const associations = vscode.workspace
    .getConfiguration('workbench')
    .get<Readonly<Record<string, string>>>('editorAssociations', {});
  const ending = uri.path.slice(uri.path.lastIndexOf('.'));
  return Object.entries(associations).some(
    ([pattern, editor]) => pattern.endsWith(ending) && !editor.startsWith('siliconlens.'),
  );
}
