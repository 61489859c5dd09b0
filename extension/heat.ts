import * as vscode from 'vscode';
import type { HeatParams } from '../server/protocol';
import { isOnlyOriginalSide } from './diffSides';
import type { Server } from './server/server';

/**
 * Shares of the total time from which a level begins. Besides the colour, the lane in the overview ruler and the height
 * of the bar in the gutter say which level it is.
 */
const levels = [
  { name: 'high', color: 'siliconlens.heatHigh', from: 0.05, lane: vscode.OverviewRulerLane.Full },
  { name: 'medium', color: 'siliconlens.heatMedium', from: 0.01, lane: vscode.OverviewRulerLane.Center },
  { name: 'low', color: 'siliconlens.heatLow', from: 0, lane: vscode.OverviewRulerLane.Right },
] as const;

/** The colour of a share of the time; none where it is low or unknown. */
export function heatColor(share: number | null): vscode.ThemeColor | undefined {
  const level = levels.find(({ from }) => share !== null && share >= from);
  return level && level.from > 0 ? new vscode.ThemeColor(level.color) : undefined;
}

/** Marks the costliest nodes of each open listing in the overview ruler and the gutter. */
export class Heat implements vscode.Disposable {
  private readonly latest = new Map<string, HeatParams>();
  private readonly types: readonly vscode.TextEditorDecorationType[];
  private readonly disposables: vscode.Disposable[];

  constructor(server: Server, extensionUri: vscode.Uri) {
    const icon = (name: string, theme: string) =>
      vscode.Uri.joinPath(extensionUri, 'media', 'heat', `${name}-${theme}.svg`);
    this.types = levels.map(({ name, color, lane }) =>
      vscode.window.createTextEditorDecorationType({
        overviewRulerColor: new vscode.ThemeColor(color),
        overviewRulerLane: lane,
        light: { gutterIconPath: icon(name, 'light'), gutterIconSize: 'contain' },
        dark: { gutterIconPath: icon(name, 'dark'), gutterIconSize: 'contain' },
      }),
    );
    this.disposables = [
      ...this.types,
      server.onHeat((heat) => this.receive(heat)),
      server.onEnded(() => this.clear()),
      // Revisions begin anew with the server.
      server.onRunning(() => this.latest.clear()),
      vscode.window.onDidChangeVisibleTextEditors(() => this.paintVisible()),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.latest.delete(uri.toString())),
    ];
  }

  dispose(): void {
    for (const disposable of this.disposables) disposable.dispose();
  }

  /** What a server said that has ended may no longer be true, and nothing would correct it. */
  private clear(): void {
    this.latest.clear();
    for (const editor of vscode.window.visibleTextEditors)
      for (const type of this.types) editor.setDecorations(type, []);
  }

  private receive(heat: HeatParams): void {
    const known = this.latest.get(heat.uri);
    if (known && known.revision > heat.revision) return;
    this.latest.set(heat.uri, heat);
    this.paintVisible(heat.uri);
  }

  private paintVisible(only?: string): void {
    for (const editor of vscode.window.visibleTextEditors) {
      const key = editor.document.uri.toString();
      const heat = this.latest.get(key);
      if (!heat || (only !== undefined && only !== key)) continue;
      this.paint(editor, isOnlyOriginalSide(editor.document.uri) ? [] : heat.lines);
    }
  }

  private paint(editor: vscode.TextEditor, lines: HeatParams['lines']): void {
    const ranges: vscode.Range[][] = levels.map(() => []);
    for (const { line, share } of lines) {
      const level = levels.findIndex(({ from }) => share >= from);
      ranges[level]?.push(new vscode.Range(line, 0, line, 0));
    }
    this.types.forEach((type, level) => editor.setDecorations(type, ranges[level] ?? []));
  }
}
