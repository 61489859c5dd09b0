import * as vscode from 'vscode';
import { locateNodeRequest, nodeAtRequest } from '../../server/protocol';
import { isModelText } from '../addresses';
import type { Server } from '../server/server';

/** The cursor rests this long before a page is told of its node (milliseconds). */
const restTime = 120;

/** Brings nodes from pages to the text and the cursor's node from the text to the pages, without an echo. */
export class Reveal implements vscode.Disposable {
  private readonly moved = new vscode.EventEmitter<{ uri: vscode.Uri; node: number | null }>();
  private readonly disposables: vscode.Disposable[];
  private timer: NodeJS.Timeout | undefined;
  private revealed: { readonly uri: string; readonly line: number } | undefined;

  /** The node under the cursor changed because someone moved there. */
  readonly onDidMove = this.moved.event;

  constructor(
    private readonly server: Server,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.disposables = [
      this.moved,
      vscode.window.onDidChangeTextEditorSelection(({ textEditor }) => this.follow(textEditor)),
    ];
  }

  /**
   * Shows a node's line: in a visible editor of the text, else in a column other than that of the page.
   * @param own the column that the asking page stands in
   */
  async node(uri: vscode.Uri, node: number, own?: vscode.ViewColumn): Promise<void> {
    const params = { uri: uri.toString(), node };
    const { line } = await this.server.request(locateNodeRequest, params);
    if (line !== null) await this.line(uri, line, own);
  }

  /** Shows a line (0-based) in the same way. */
  async line(uri: vscode.Uri, line: number, own?: vscode.ViewColumn): Promise<void> {
    this.revealed = { uri: uri.toString(), line };
    const position = new vscode.Position(line, 0);
    const editor = await vscode.window.showTextDocument(uri, {
      viewColumn: columnFor(uri, own),
      selection: new vscode.Range(position, position),
      preview: false,
    });
    editor.revealRange(
      new vscode.Range(position, position),
      vscode.TextEditorRevealType.InCenterIfOutsideViewport,
    );
  }

  dispose(): void {
    clearTimeout(this.timer);
    for (const disposable of this.disposables) disposable.dispose();
  }

  private follow(editor: vscode.TextEditor): void {
    if (!isModelText(editor.document)) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.tell(editor).catch((error: unknown) => this.log.debug(String(error)));
    }, restTime);
  }

  private async tell({ document, selection }: vscode.TextEditor): Promise<void> {
    const { line } = selection.active;
    const uri = document.uri.toString();
    const isEcho = this.revealed?.uri === uri && this.revealed.line === line;
    this.revealed = undefined;
    if (isEcho) return;
    const { node } = await this.server.request(nodeAtRequest, { uri, line });
    this.moved.fire({ uri: document.uri, node });
  }
}

/** The column of a visible editor of the text, else one other than `own`; without `own`, the active one. */
export function columnFor(uri: vscode.Uri, own: vscode.ViewColumn | undefined): vscode.ViewColumn {
  const key = uri.toString();
  const visible = vscode.window.visibleTextEditors.find(
    ({ document, viewColumn }) => document.uri.toString() === key && viewColumn !== undefined,
  );
  if (visible?.viewColumn !== undefined) return visible.viewColumn;
  if (own === undefined) return vscode.ViewColumn.Active;
  const other = vscode.window.tabGroups.all.find(({ viewColumn }) => viewColumn !== own);
  return other?.viewColumn ?? vscode.ViewColumn.Beside;
}
