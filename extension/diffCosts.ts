import { labelText } from '../outside/label';
import * as vscode from 'vscode';
import { costDiffRequest, type CostDiffResult } from '../server/protocol';
import { isModelText } from './addresses';
import type { Server } from './server/server';

/** Tabs, editors and analyses change in crowds (milliseconds). */
const crowd = 300;

/** Lines of the head that are looked at, and the letters up to which one is short. */
const headLines = 3;
const shortLine = 10;

/** A diff of two models on screen: the editor of its right side, and what stands on the left. */
interface Diff {
  readonly editor: vscode.TextEditor;
  readonly before: vscode.Uri;
}

/** Says in diffs of models what the nodes of the right side take more or less than those of the left, and both in all. */
export class DiffCosts implements vscode.Disposable {
  private readonly node = vscode.window.createTextEditorDecorationType({
    before: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 1ch 0 0' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  private readonly total = vscode.window.createTextEditorDecorationType({
    after: { color: new vscode.ThemeColor('editorCodeLens.foreground'), margin: '0 0 0 2ch' },
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
  private timer: ReturnType<typeof setTimeout> | undefined;
  private asked = 0;
  private readonly disposables: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly log: vscode.LogOutputChannel,
  ) {
    const later = (): void => this.later();
    this.disposables = [
      this.node,
      this.total,
      vscode.window.onDidChangeVisibleTextEditors(later),
      vscode.window.tabGroups.onDidChangeTabs(later),
      server.onAnalysis(later),
      server.onRunning(later),
    ];
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private later(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.update().catch((error: unknown) => this.log.error(String(error)));
    }, crowd);
  }

  private async update(): Promise<void> {
    const asked = ++this.asked;
    const diffs = shownDiffs();
    for (const editor of vscode.window.visibleTextEditors)
      if (isModelText(editor.document) && !diffs.some((diff) => diff.editor === editor))
        this.paint(editor, null);
    for (const { editor, before } of diffs) {
      const params = { uri: editor.document.uri.toString(), before: before.toString() };
      const result = await this.server.request(costDiffRequest, params);
      if (asked !== this.asked) return;
      this.paint(editor, result);
    }
  }

  private paint(editor: vscode.TextEditor, result: CostDiffResult | null): void {
    const { document } = editor;
    const lines = (result?.lines ?? []).filter(({ line }) => line < document.lineCount);
    editor.setDecorations(
      this.node,
      lines.map(({ line, text }): vscode.DecorationOptions => {
        const at = document.lineAt(line).firstNonWhitespaceCharacterIndex;
        return {
          range: new vscode.Range(line, at, line, at),
          renderOptions: { before: { contentText: labelText(text) } },
        };
      }),
    );
    const end = lineOfTotal(document).range.end;
    editor.setDecorations(
      this.total,
      result?.total
        ? [
            {
              range: new vscode.Range(end, end),
              renderOptions: { after: { contentText: labelText(result.total) } },
            },
          ]
        : [],
    );
  }
}

/** Half of a diff is narrow: the first short line of the head, else the first line. */
function lineOfTotal(document: vscode.TextDocument): vscode.TextLine {
  for (let line = 0; line < Math.min(headLines, document.lineCount); line++)
    if (document.lineAt(line).text.length <= shortLine) return document.lineAt(line);
  return document.lineAt(0);
}

/** The diffs of two models that are in front. */
function shownDiffs(): Diff[] {
  return vscode.window.tabGroups.all.flatMap((group): Diff[] => {
    const input = group.activeTab?.input;
    if (!(input instanceof vscode.TabInputTextDiff)) return [];
    const right = input.modified.toString();
    // Editors of diffs have no column: one with a column is a tab of its own.
    const editor = vscode.window.visibleTextEditors.find(
      ({ document, viewColumn }) =>
        document.uri.toString() === right && (viewColumn === undefined || viewColumn === group.viewColumn),
    );
    return editor && isModelText(editor.document) ? [{ editor, before: input.original }] : [];
  });
}
