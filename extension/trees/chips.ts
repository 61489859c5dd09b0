import { visible } from '../../outside/hidden';
import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import { type ChipListItem, chipListRequest } from '../../server/protocol';
import { writeSetting } from '../choices/settings';
import { chipFirst } from '../choices/useChip';
import type { Server } from '../server/server';
import type { Subject } from '../subject';
import { text } from '../text';
import { ModelTree } from './modelTree';

/** A chip, or the heading of those that are not chosen. */
type Element = ChipListItem | 'others';

const dragged = 'application/vnd.code.tree.siliconlens.chips';

/** What the commands of the tree do with the list of chosen chips, by the id of one. */
const changes = {
  'siliconlens.leadChip': (id: string, ids: readonly string[]) => chipFirst(id, ids),
  'siliconlens.moveChipUp': (id: string, ids: readonly string[]) => moved(id, ids, -1),
  'siliconlens.moveChipDown': (id: string, ids: readonly string[]) => moved(id, ids, 1),
  'siliconlens.removeChip': (id: string, ids: readonly string[]) => ids.filter((one) => one !== id),
};

/** The chosen chips with the model's time on each; the first leads the hints. Below them chips of files that are not chosen. */
export class ChipsTree extends ModelTree<Element> implements vscode.TreeDragAndDropController<Element> {
  readonly dragMimeTypes = [dragged];
  readonly dropMimeTypes = [dragged];
  private chosen: readonly ChipListItem[] = [];
  private others: readonly ChipListItem[] = [];

  constructor(server: Server, subject: Subject) {
    super('siliconlens.chips', server, subject);
  }

  /** The commands of its menus and keys: they are about what they are called on, else about what is selected. */
  readonly commands: ReadonlyMap<string, (element: unknown) => Promise<void>> = new Map([
    ...Object.entries(changes).map(
      ([name, change]) =>
        [name, (element: unknown) => this.write((ids, id) => change(id, ids), element)] as const,
    ),
    ['siliconlens.editChip', (element: unknown) => this.edit(element)],
  ]);

  getTreeItem(element: Element): vscode.TreeItem {
    if (element === 'others') {
      const label = text('extension.chips.notChosen');
      const heading = new vscode.TreeItem(label, vscode.TreeItemCollapsibleState.Expanded);
      heading.id = element;
      return heading;
    }
    const { id, name, description, file } = element;
    const place = this.chosen.findIndex((one) => one.id === id);
    const item = new vscode.TreeItem(labelText(name), vscode.TreeItemCollapsibleState.None);
    item.id = id;
    item.description = labelText(description);
    const leads = place === 0 ? `, ${text('extension.chips.leads')}` : '';
    item.tooltip = visible(`${name}: ${description}${leads}`);
    item.accessibilityInformation = { label: item.tooltip };
    item.iconPath = new vscode.ThemeIcon(place === 0 ? 'star-full' : 'circuit-board');
    const kinds = [place < 0 ? 'other' : 'chosen', place > 0 && 'later', file !== null && 'own'];
    // Without any, defaults are chosen: the last one can't go.
    item.contextValue = [...kinds, this.chosen.length > 1 && 'several'].filter(Boolean).join(' ');
    return item;
  }

  getParent(element: Element): Element | undefined {
    const isOther = element !== 'others' && this.others.some(({ id }) => id === element.id);
    return isOther ? 'others' : undefined;
  }

  handleDrag(source: readonly Element[], data: vscode.DataTransfer): void {
    data.set(dragged, new vscode.DataTransferItem(source[0]));
  }

  /** Before the chip that it is dropped on; behind all where there is none. */
  async handleDrop(target: Element | undefined, data: vscode.DataTransfer): Promise<void> {
    const on = target === undefined || target === 'others' ? undefined : target.id;
    await this.write((ids, id) => placed(id, ids, on), data.get(dragged)?.value);
  }

  protected async ask(uri: vscode.Uri, element: Element | undefined): Promise<Element[]> {
    if (element !== undefined) return element === 'others' ? [...this.others] : [];
    const { chosen, others } = await this.server.request(chipListRequest, { uri: uri.toString() });
    [this.chosen, this.others] = [chosen, others];
    return others.length > 0 ? [...chosen, 'others'] : [...chosen];
  }

  private async write(
    change: (ids: readonly string[], id: string) => readonly string[],
    element: unknown,
  ): Promise<void> {
    const chip = this.chipOf(element);
    if (!chip) return;
    const ids = this.chosen.map(({ id }) => id);
    const next = change(ids, chip.id);
    if (next.length > 0 && next.join() !== ids.join()) await writeSetting('chips', next);
  }

  private async edit(element: unknown): Promise<void> {
    const file = this.chipOf(element)?.file;
    if (file) await vscode.window.showTextDocument(vscode.Uri.parse(file), { preview: false });
  }

  /** Whatever a caller gives, only a chip of the list is one. */
  private chipOf(element: unknown): ChipListItem | undefined {
    const wanted = element ?? this.view.selection[0];
    if (typeof wanted !== 'object' || wanted === null || !('id' in wanted)) return undefined;
    return [...this.chosen, ...this.others].find(({ id }) => id === wanted.id);
  }
}

/** The list with a chip a place further up or down. */
function moved(id: string, ids: readonly string[], step: 1 | -1): readonly string[] {
  const at = ids.indexOf(id);
  const other = ids[at + step];
  return at < 0 || other === undefined
    ? ids
    : ids.map((one, i) => (i === at ? other : one === other ? id : one));
}

/** The list with a chip before another one, or at the end. */
function placed(id: string, ids: readonly string[], before: string | undefined): readonly string[] {
  if (id === before) return ids;
  const rest = ids.filter((one) => one !== id);
  const at = before === undefined ? -1 : rest.indexOf(before);
  return at < 0 ? [...rest, id] : [...rest.slice(0, at), id, ...rest.slice(at)];
}
