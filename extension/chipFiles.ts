import type * as vscode from 'vscode';

/** Whether a file is a chip of a workspace folder. */
export function isChipFile({ path }: vscode.Uri): boolean {
  return /\/\.siliconlens\/chips\/[^/]+\.json$/.test(path);
}
