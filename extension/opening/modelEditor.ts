import * as vscode from 'vscode';
import { fileName, listingUri, modelViewTypes } from '../addresses';
import { text } from '../text';
import { DiffPairs } from './diffPairs';
import { pageAction, type PageAction, showPage } from './page';
import type { ActiveTrail } from './trail';

/** After this time without a listing the tab shows that work goes on (milliseconds). */
const quietTime = 300;
/** The second half of a double click, which asks for the model again to pin it (milliseconds). */
const doubleClickTime = 700;

/** Runs an action of the page that is not about the page's own tab. */
export type RunAction = (action: Exclude<PageAction, 'listing'>, model: vscode.Uri) => Promise<void>;

/**
 * The custom editor for `*.onnx`: it opens the listing in its own column and closes itself. Bytes of a model can't be
 * shown as text, so this is the only way from a click on the model to its listing.
 */
export class ModelEditor implements vscode.CustomReadonlyEditorProvider {
  private readonly pairs: DiffPairs;
  private lastOpened: { readonly listing: string; readonly time: number } | undefined;

  constructor(
    private readonly trail: ActiveTrail,
    private readonly run: RunAction,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.pairs = new DiffPairs(log);
  }

  openCustomDocument(uri: vscode.Uri): vscode.CustomDocument {
    return { uri, dispose: () => undefined };
  }

  resolveCustomEditor({ uri }: vscode.CustomDocument, panel: vscode.WebviewPanel): void {
    const visit = new Visit(uri, panel);
    this.log.trace(`${uri.toString()} opens, active ${panel.active}, column ${panel.viewColumn}`);
    panel.webview.onDidReceiveMessage((message) => this.act(visit, pageAction(message)));
    const resolved = panel.active ? this.enter(visit) : this.wait(visit);
    resolved.catch((error: unknown) => this.fail(visit, error));
  }

  /** A panel that is not active is a side of a diff, or a tab in the background that waits for its turn. */
  private async wait(visit: Visit): Promise<void> {
    if (await this.pairs.join(visit.model, visit.panel)) return;
    if (visit.disposed) return;
    if (visit.panel.active) return this.enter(visit);
    this.explain(visit);
    this.enterWhenActive(visit);
  }

  private enterWhenActive(visit: Visit): void {
    const waiting = visit.panel.onDidChangeViewState(() => {
      if (!visit.panel.active) return;
      waiting.dispose();
      this.enter(visit).catch((error: unknown) => this.fail(visit, error));
    });
  }

  private async enter(visit: Visit): Promise<void> {
    const opened = this.lastOpened;
    const isDoubleClick =
      opened?.listing === visit.listing.toString() && Date.now() - opened.time < doubleClickTime;
    // Back from the listing arrives here again: going forward at once would lead back to the listing each time.
    const mayBeBack = !isDoubleClick && this.trail.leads(visit.listing, visit.model, visit.panel.viewColumn);
    if (mayBeBack && (await visit.isPassing())) this.stay(visit);
    else await this.redirect(visit);
  }

  /** Leaves a page, unless the tab turns out to be meant: the second click of a double click keeps it. */
  private stay(visit: Visit): void {
    this.explain(visit);
    const kept = vscode.window.tabGroups.onDidChangeTabs(() => {
      if (visit.tab()?.isPreview !== false || !visit.panel.active) return;
      kept.dispose();
      this.redirect(visit).catch((error: unknown) => this.fail(visit, error));
    });
    visit.panel.onDidDispose(() => void kept.dispose());
    if (visit.tab()?.isPreview !== true) kept.dispose();
  }

  private async redirect(visit: Visit): Promise<void> {
    const slow = setTimeout(() => {
      if (!visit.disposed) this.showProgress(visit);
    }, quietTime);
    let document: vscode.TextDocument;
    try {
      document = await vscode.workspace.openTextDocument(visit.listing);
    } finally {
      clearTimeout(slow);
    }
    if (visit.disposed) return;
    if (!visit.panel.active) {
      // Someone went elsewhere meanwhile: their editor stays, and this one goes on when it is looked at again.
      this.enterWhenActive(visit);
      return;
    }
    const preview = (await visit.knownTab())?.isPreview ?? false;
    if (visit.disposed) return;
    this.lastOpened = { listing: visit.listing.toString(), time: Date.now() };
    await vscode.window.showTextDocument(document, {
      viewColumn: visit.panel.viewColumn,
      preview,
      preserveFocus: preview,
    });
    // On a slow machine the second click of a double click comes meanwhile, and keeps the tab that is left.
    if (preview && visit.tab()?.isPreview === false)
      await vscode.commands.executeCommand('workbench.action.keepEditor');
    if (!visit.disposed) visit.panel.dispose();
  }

  private async act(visit: Visit, action: PageAction | null): Promise<void> {
    try {
      if (action === 'listing') await this.redirect(visit);
      else if (action) await this.run(action, visit.model);
    } catch (error) {
      this.fail(visit, error);
    }
  }

  private explain(visit: Visit): void {
    showPage(visit.panel, {
      title: fileName(visit.model),
      message: text('extension.page.explanation'),
      actions: ['listing', 'report', 'openWith'],
    });
  }

  private showProgress(visit: Visit): void {
    showPage(visit.panel, {
      title: fileName(visit.model),
      message: text('extension.page.progress'),
      actions: ['openWith', 'log'],
      busy: true,
    });
  }

  private fail(visit: Visit, error: unknown): void {
    this.log.error(error instanceof Error ? error : String(error));
    if (visit.disposed) return;
    const reason = error instanceof Error ? error.message : String(error);
    showPage(visit.panel, {
      title: fileName(visit.model),
      message: text('extension.page.failed', { reason }),
      actions: ['listing', 'openWith', 'restart', 'log'],
    });
  }
}

/** One panel for one model, from opening to closing. */
class Visit {
  readonly listing: vscode.Uri;
  disposed = false;

  constructor(
    readonly model: vscode.Uri,
    readonly panel: vscode.WebviewPanel,
  ) {
    this.listing = listingUri(model);
    panel.onDidDispose(() => (this.disposed = true));
  }

  /** Whether the tab is one that Back may have opened: Back opens previews, unless previews are switched off. */
  async isPassing(): Promise<boolean> {
    const previews = vscode.workspace.getConfiguration('workbench.editor').get('enablePreview', true);
    if (!previews) return true;
    return (await this.knownTab())?.isPreview ?? true;
  }

  /** As {@link tab}, waiting a moment for VS Code to tell of it. */
  async knownTab(): Promise<vscode.Tab | undefined> {
    for (let tries = 0; tries < 10 && !this.tab() && !this.disposed; tries++)
      await new Promise((resolve) => setTimeout(resolve, 10));
    return this.tab();
  }

  /** The panel's tab, in whose place the listing opens. */
  tab(): vscode.Tab | undefined {
    const key = this.model.toString();
    const groups = vscode.window.tabGroups.all;
    const group = groups.find(({ viewColumn }) => viewColumn === this.panel.viewColumn);
    return group?.tabs.find(
      ({ input }) =>
        input instanceof vscode.TabInputCustom &&
        modelViewTypes.includes(input.viewType) &&
        input.uri.toString() === key,
    );
  }
}
