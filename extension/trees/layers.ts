import { visible } from '../../outside/hidden';
import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import {
  type Layer,
  type LayerPlace,
  layersAtRequest,
  layersRequest,
  linkedCommands,
} from '../../server/protocol';
import { heatColor } from '../heat';
import type { Server } from '../server/server';
import type { Subject } from '../subject';
import type { Reveal } from '../webview/reveal';
import { ModelTree } from './modelTree';

const icons: Readonly<Record<Layer['kind'], string>> = {
  graph: 'type-hierarchy-sub',
  function: 'symbol-function',
  module: 'symbol-namespace',
  node: 'symbol-method',
  range: 'list-ordered',
};

/** Modules and nodes of the model with their share of the time. It follows the cursor, and a click goes to the line. */
export class LayersTree extends ModelTree<Layer> {
  /** Entries that were told, by id: whoever reveals one must say what it stands in. */
  private readonly known = new Map<string, Layer>();

  constructor(server: Server, subject: Subject, reveal: Reveal, log: vscode.LogOutputChannel) {
    super('siliconlens.layers', server, subject, { showCollapseAll: true });
    this.disposables.push(
      reveal.onDidMove(({ uri, node }) => {
        if (node !== null && this.view.visible && uri.toString() === subject.current?.toString())
          this.follow(uri, node).catch((error: unknown) => log.debug(String(error)));
      }),
    );
  }

  getTreeItem(layer: Layer): vscode.TreeItem {
    const { kind, label, description, spoken, share, hasChildren, line } = layer;
    const { None, Collapsed } = vscode.TreeItemCollapsibleState;
    const item = new vscode.TreeItem(labelText(label), hasChildren ? Collapsed : None);
    const uri = this.subject.current?.toString() ?? '';
    item.id = `${uri} ${idOf(layer)}`;
    item.description = labelText(description);
    item.tooltip = visible(spoken);
    item.accessibilityInformation = { label: visible(spoken) };
    item.iconPath = new vscode.ThemeIcon(icons[kind], heatColor(share));
    item.contextValue = kind;
    item.command = { command: linkedCommands.revealLine, title: '', arguments: [uri, line] };
    return item;
  }

  getParent({ path, from, page }: Layer): Layer | undefined {
    return this.known.get(
      idOf(from === null ? { path: path.slice(0, -1), from: page } : { path, from: page }),
    );
  }

  protected async ask(uri: vscode.Uri, layer: Layer | undefined): Promise<Layer[]> {
    const { path, from } = layer ?? { path: [], from: null };
    if (!layer) this.known.clear();
    const { layers } = await this.server.request(layersRequest, { uri: uri.toString(), path, from });
    this.keep(layers);
    return [...layers];
  }

  private keep(layers: readonly Layer[]): void {
    for (const layer of layers) this.known.set(idOf(layer), layer);
  }

  private async follow(uri: vscode.Uri, node: number): Promise<void> {
    const { layers } = await this.server.request(layersAtRequest, { uri: uri.toString(), node });
    const last = layers.at(-1);
    if (!last) return;
    this.keep(layers);
    await this.view.reveal(last, { select: true, focus: false });
  }
}

function idOf({ path, from }: LayerPlace): string {
  return `${path.join('.')}${from === null ? '' : `+${from}`}`;
}
