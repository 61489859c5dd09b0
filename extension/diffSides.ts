import * as vscode from 'vscode';

/** Whether a document is on screen as the original side of a diff and nowhere else: costs belong to the other side. */
export function isOnlyOriginalSide(uri: vscode.Uri): boolean {
  const address = uri.toString();
  let original = false;
  for (const group of vscode.window.tabGroups.all) {
    for (const { input } of group.tabs) {
      if (input instanceof vscode.TabInputText && input.uri.toString() === address) return false;
      if (!(input instanceof vscode.TabInputTextDiff)) continue;
      if (input.modified.toString() === address) return false;
      if (input.original.toString() === address) original = true;
    }
  }
  return original;
}
