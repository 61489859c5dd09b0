import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import type { ChipChoice } from '../../server/protocol';
import { text } from '../text';
import { writeSetting } from './settings';

interface ChipItem extends vscode.QuickPickItem {
  readonly chip?: ChipChoice;
}

/** Asks for chips, grouped by class and searchable by alias; the first chosen one leads the hints. */
export async function chooseChips(chips: readonly ChipChoice[], chosen: readonly string[]): Promise<void> {
  const ids = await pickChips(chips, chosen);
  if (ids) await writeSetting('chips', ids);
}

/** The chosen ids in their new order; undefined when the list is left. */
function pickChips(chips: readonly ChipChoice[], chosen: readonly string[]): Promise<string[] | undefined> {
  const pick = vscode.window.createQuickPick<ChipItem>();
  let order = [...chosen];
  const fill = (selected: ReadonlySet<string>) => {
    pick.items = chipItems(chips, order);
    pick.selectedItems = pick.items.filter(({ chip }) => chip && selected.has(chip.id));
  };
  pick.title = text('extension.chips.title');
  pick.placeholder = text('extension.chips.placeholder');
  pick.canSelectMany = true;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  const newChip = { iconPath: new vscode.ThemeIcon('add'), tooltip: text('extension.newChip.title') };
  pick.buttons = [newChip];
  fill(new Set(chosen));
  return new Promise((resolve) => {
    pick.onDidTriggerItemButton(({ item }) => {
      if (!item.chip) return;
      const selected = new Set([...selectedIds(pick), item.chip.id]);
      order = [item.chip.id, ...order.filter((id) => id !== item.chip?.id)];
      fill(selected);
    });
    pick.onDidTriggerButton(() => {
      pick.hide();
      void vscode.commands.executeCommand('siliconlens.newChip');
    });
    pick.onDidAccept(() => {
      resolve(inOrder(selectedIds(pick), order));
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** The chosen chips first, in their order, then all others by class. */
function chipItems(chips: readonly ChipChoice[], order: readonly string[]): ChipItem[] {
  const chosen = order.flatMap((id) => chips.filter((chip) => chip.id === id));
  const own = chips.filter(({ id, own: isOwn }) => isOwn && !order.includes(id));
  const others = chips.filter(({ id, own: isOwn }) => !isOwn && !order.includes(id));
  const classes = [...new Set(others.map((chip) => chip.class))];
  return [
    ...group(text('extension.chips.chosen'), chosen, order[0]),
    ...group(text('extension.chips.own'), own),
    ...classes.flatMap((name) =>
      group(
        name,
        others.filter((chip) => chip.class === name),
      ),
    ),
  ];
}

function group(label: string, chips: readonly ChipChoice[], lead?: string): ChipItem[] {
  if (chips.length === 0) return [];
  const separator = { label, kind: vscode.QuickPickItemKind.Separator };
  return [separator, ...chips.map((chip) => chipItem(chip, chip.id === lead))];
}

function chipItem(chip: ChipChoice, leads: boolean): ChipItem {
  const names = [chip.vendor, ...chip.aliases.filter((alias) => alias !== chip.name)];
  return {
    chip,
    label: `${leads ? '$(star-full) ' : ''}${labelText(chip.name)}`,
    description: labelText(names.join(', ')),
    // The class too: what is typed is looked for here, not in the headings.
    detail: labelText(`${chip.class} · ${chip.description}`),
    buttons: [
      {
        iconPath: new vscode.ThemeIcon(leads ? 'star-full' : 'star-empty'),
        tooltip: text('extension.chips.lead'),
      },
    ],
  };
}

function selectedIds(pick: vscode.QuickPick<ChipItem>): string[] {
  return pick.selectedItems.flatMap(({ chip }) => (chip ? [chip.id] : []));
}

/** Selected ids: those that have a place keep it, the others follow. */
export function inOrder(selected: readonly string[], order: readonly string[]): string[] {
  const kept = order.filter((id) => selected.includes(id));
  return [...kept, ...selected.filter((id) => !kept.includes(id))];
}
