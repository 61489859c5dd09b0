import * as vscode from 'vscode';
import { listingUri, modelViewTypes } from '../addresses';
import { diffTitle } from './diffTitle';

/** How long the first side of a diff waits for the second (milliseconds). */
const partnerTime = 1500;

interface Side {
  readonly model: vscode.Uri;
  readonly panel: vscode.WebviewPanel;
  readonly settle: (isSide: boolean) => void;
}

/**
 * VS Code shows a diff of binary files with the custom editor on both sides: two panels that are not active and have
 * no tab of their own, the left one first. They become the diff of the two listings.
 */
export class DiffPairs {
  private left: Side | undefined;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** Whether the panel turned out to be a side of a diff, which is then taken care of. */
  async join(model: vscode.Uri, panel: vscode.WebviewPanel): Promise<boolean> {
    if (await hasOwnTab(model)) return false;
    const left = this.left;
    if (left) {
      this.left = undefined;
      left.settle(true);
      await this.show(left, { model, panel });
      return true;
    }
    return new Promise((resolve) => {
      const give = setTimeout(() => settle(false), partnerTime);
      const settle = (isSide: boolean) => {
        clearTimeout(give);
        if (this.left?.panel === panel) this.left = undefined;
        resolve(isSide);
      };
      this.left = { model, panel, settle };
      panel.onDidDispose(() => settle(true));
    });
  }

  private async show(left: Pick<Side, 'model'>, right: Pick<Side, 'model' | 'panel'>): Promise<void> {
    const tab = diffTab(right.panel.viewColumn);
    this.log.trace(`diff of ${left.model.toString()} and ${right.model.toString()}, tab ${tab?.label}`);
    const options: vscode.TextDocumentShowOptions = {
      viewColumn: tab?.group.viewColumn ?? vscode.ViewColumn.Active,
      preview: tab?.isPreview ?? true,
      preserveFocus: tab?.isPreview ?? true,
    };
    await vscode.commands.executeCommand(
      'vscode.diff',
      listingUri(left.model),
      listingUri(right.model),
      diffTitle(left.model, right.model),
      options,
    );
    // A preview tab has been replaced by now; closing it once more would be an error.
    const rest = diffTab(right.panel.viewColumn, tab?.label);
    if (rest) await vscode.window.tabGroups.close(rest, true);
  }
}

/** A tab that is open for the model itself: its panel is no side of a diff. Tabs may be told after panels. */
async function hasOwnTab(model: vscode.Uri): Promise<boolean> {
  const key = model.toString();
  const own = () =>
    vscode.window.tabGroups.all.some((group) =>
      group.tabs.some(
        ({ input, isActive }) =>
          isActive &&
          input instanceof vscode.TabInputCustom &&
          modelViewTypes.includes(input.viewType) &&
          input.uri.toString() === key,
      ),
    );
  if (own()) return true;
  await new Promise((resolve) => setTimeout(resolve, 50));
  return own();
}

/** The tab of a diff of custom editors: its input is of no kind that the API names. */
function diffTab(column: vscode.ViewColumn | undefined, label?: string): vscode.Tab | undefined {
  const { all, activeTabGroup } = vscode.window.tabGroups;
  const group = all.find(({ viewColumn }) => viewColumn === column) ?? activeTabGroup;
  const isDiff = (tab: vscode.Tab) => tab.input === undefined && (label === undefined || tab.label === label);
  return [group.activeTab, ...group.tabs].find((tab) => tab !== undefined && isDiff(tab));
}
