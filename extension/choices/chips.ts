import { labelText, messageText } from '../../outside/label';
import * as vscode from 'vscode';
import type { ChipChoice, ChoicesResult, SystemChoice } from '../../server/protocol';
import { text } from '../text';
import { writeSetting } from './settings';

interface ChipItem extends vscode.QuickPickItem {
  readonly chip?: ChipChoice;
  readonly system?: SystemChoice;
}
type Offered = Pick<ChoicesResult, 'chips' | 'systems' | 'chosen'>;

/** What was ticked. */
interface Picked {
  /** Ids of chips, in their order. */
  readonly chips: readonly string[];
  readonly systems: readonly SystemChoice[];
}

/**
 * Asks for chips, grouped by class and searchable by alias; the first chosen one leads the hints. A system stands for its
 * chips, and for the host that its first chip has in it.
 */
export async function chooseChips(offered: Offered): Promise<void> {
  const picked = await pickChips(offered);
  if (!picked) return;
  const [system] = picked.systems;
  await writeSetting('chips', chipsToWrite(picked, offered.chosen));
  if (!system) return;
  await writeSetting('host', system.host ?? undefined);
  await vscode.window.showInformationMessage(messageText(chosenText(picked.systems, offered.chips)));
}

/** The chips of systems take the place of those that were chosen before; what was ticked beside them stays. */
export function chipsToWrite({ chips, systems }: Picked, before: readonly string[]): readonly string[] {
  if (systems.length === 0) return chips;
  const beside = chips.filter((id) => !before.includes(id));
  return [...new Set([...systems.flatMap((system) => system.chips), ...beside])];
}

/** What came of choosing systems. */
export function chosenText(systems: readonly SystemChoice[], chips: readonly ChipChoice[]): string {
  const nameOf = (id: string): string => chips.find((chip) => chip.id === id)?.name ?? id;
  const args = {
    system: systems.map(({ name }) => name).join(', '),
    chips: systems.flatMap((system) => system.chips.map(nameOf)).join(', '),
  };
  const host = systems[0]?.host ?? null;
  return host === null
    ? text('extension.systems.chosen', args)
    : text('extension.systems.chosenWithHost', { ...args, host: nameOf(host) });
}

/** What is ticked, chips in their new order; undefined when the list is left. */
function pickChips({ chips, systems, chosen }: Offered): Promise<Picked | undefined> {
  const pick = vscode.window.createQuickPick<ChipItem>();
  let order = [...chosen];
  const fill = (selected: ReadonlySet<string>) => {
    const items = chipItems(chips, systems, order);
    pick.items = items;
    pick.selectedItems = items.filter(({ chip, system }) => selected.has((chip ?? system)?.id ?? ''));
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
      const selected = new Set([...ticked(pick).map(({ id }) => id), item.chip.id]);
      order = [item.chip.id, ...order.filter((id) => id !== item.chip?.id)];
      fill(selected);
    });
    pick.onDidTriggerButton(() => {
      pick.hide();
      void vscode.commands.executeCommand('siliconlens.newChip');
    });
    pick.onDidAccept(() => {
      const ids = pick.selectedItems.flatMap(({ chip }) => chip?.id ?? []);
      const picked = pick.selectedItems.flatMap(({ system }) => system ?? []);
      resolve({ chips: inOrder(ids, order), systems: picked });
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

/** The chosen chips first, in their order, then all others by class, then systems: who types a chip's name wants the chip. */
function chipItems(
  chips: readonly ChipChoice[],
  systems: readonly SystemChoice[],
  order: readonly string[],
): ChipItem[] {
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
    ...systemGroup(systems),
  ];
}

function group(label: string, chips: readonly ChipChoice[], lead?: string): ChipItem[] {
  if (chips.length === 0) return [];
  const separator = { label, kind: vscode.QuickPickItemKind.Separator };
  return [separator, ...chips.map((chip) => chipItem(chip, chip.id === lead))];
}

function systemGroup(systems: readonly SystemChoice[]): ChipItem[] {
  if (systems.length === 0) return [];
  const label = text('extension.systems.group');
  const items = systems.map((system) => ({
    system,
    label: `$(server-environment) ${labelText(system.name)}`,
    description: labelText(system.aliases.join(', ')),
    detail: labelText(`${label} · ${system.description}`),
  }));
  return [{ label, kind: vscode.QuickPickItemKind.Separator }, ...items];
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

/** The chips and systems that are ticked. */
function ticked({ selectedItems }: vscode.QuickPick<ChipItem>): (ChipChoice | SystemChoice)[] {
  return selectedItems.flatMap(({ chip, system }) => chip ?? system ?? []);
}

/** Selected ids: those that have a place keep it, the others follow. */
export function inOrder(selected: readonly string[], order: readonly string[]): string[] {
  const kept = order.filter((id) => selected.includes(id));
  return [...kept, ...selected.filter((id) => !kept.includes(id))];
}
