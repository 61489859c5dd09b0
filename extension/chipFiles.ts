import type * as vscode from 'vscode';

/** Whether a file is a chip or a system of a workspace folder. */
export function isOwnFile({ path }: vscode.Uri): boolean {
  return /\/\.siliconlens\/(chips|systems)\/[^/]+\.json$/.test(path);
}
