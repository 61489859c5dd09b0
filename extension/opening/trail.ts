import * as vscode from 'vscode';
import { tabUri } from '../addresses';

interface Step {
  readonly key: string;
  readonly column: vscode.ViewColumn;
}

/** Which editor was active just before the present one. */
export class ActiveTrail implements vscode.Disposable {
  private present: Step | undefined;
  private previous: Step | undefined;
  private readonly disposables: vscode.Disposable[];

  constructor() {
    this.disposables = [
      vscode.window.tabGroups.onDidChangeTabs(() => this.update()),
      vscode.window.tabGroups.onDidChangeTabGroups(() => this.update()),
    ];
    this.update();
  }

  /** Whether `before` was the active editor of its column until `now` took its place. */
  leads(before: vscode.Uri, now: vscode.Uri, column: vscode.ViewColumn | undefined): boolean {
    this.update();
    // The tab of the new editor may not have been told yet: then the present step is the one before.
    const step = this.present?.key === now.toString() ? this.previous : this.present;
    return step?.key === before.toString() && (column === undefined || step.column === column);
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  private update(): void {
    const group = vscode.window.tabGroups.activeTabGroup;
    const key = tabUri(group.activeTab)?.toString() ?? group.activeTab?.label;
    if (key === this.present?.key && (key === undefined || group.viewColumn === this.present?.column)) return;
    this.previous = this.present;
    this.present = key === undefined ? undefined : { key, column: group.viewColumn };
  }
}
