import { labelText, messageText } from '../../outside/label';
import * as vscode from 'vscode';
import type { ChipChoice, ChoicesResult, SearchChipsResult, SystemChoice } from '../../server/protocol';
import { text } from '../text';
import { writeSetting } from './settings';

interface ChipItem extends vscode.QuickPickItem {
  readonly chip?: ChipChoice;
  readonly system?: SystemChoice;
}
type Offered = Pick<ChoicesResult, 'chips' | 'systems' | 'chosen'>;
/** What words find in the catalogue. */
type Search = (query: string) => Promise<SearchChipsResult>;

/** What was ticked. */
interface Picked {
  /** Ids of chips, in their order. */
  readonly chips: readonly string[];
  readonly systems: readonly SystemChoice[];
}

/**
 * Asks for chips, grouped by class, and once something is typed by what that finds; the first chosen one leads the hints. A system stands for its
 * chips, and for the host that its first chip has in it.
 */
export async function chooseChips(offered: Offered, search: Search): Promise<void> {
  const picked = await pickChips(offered, search);
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
function pickChips(offered: Offered, search: Search): Promise<Picked | undefined> {
  const { chips, systems, chosen } = offered;
  const pick = vscode.window.createQuickPick<ChipItem>();
  let order = [...chosen];
  let answer: SearchChipsResult | null = null;
  const fill = (selected: ReadonlySet<string>) => {
    const items = answer
      ? foundItems(offered, answer, [...selected], order[0])
      : chipItems(chips, systems, order);
    pick.items = items;
    pick.selectedItems = items.filter(({ chip, system }) => selected.has((chip ?? system)?.id ?? ''));
  };
  pick.title = text('extension.chips.title');
  pick.placeholder = text('extension.chips.placeholder');
  pick.canSelectMany = true;
  const newChip = { iconPath: new vscode.ThemeIcon('add'), tooltip: text('extension.newChip.title') };
  pick.buttons = [newChip];
  fill(new Set(chosen));
  pick.onDidChangeValue(async (value) => {
    const found = value.trim() === '' ? null : await search(value);
    // What was typed meanwhile is asked for, too.
    if (pick.value !== value) return;
    answer = found;
    fill(new Set(ticked(pick).map(({ id }) => id)));
  });
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

/** What a search found: it has matched them, so the list shows them whatever their labels are; then what is ticked. */
export function foundItems(
  { chips, systems }: Omit<Offered, 'chosen'>,
  { found, related, systems: places }: SearchChipsResult,
  selected: readonly string[],
  lead?: string,
): ChipItem[] {
  const chipsOf = (ids: readonly string[]): ChipChoice[] =>
    ids.flatMap((id) => chips.filter((chip) => chip.id === id));
  const shown = new Set([...found, ...related, ...places]);
  const kept = selected.filter((id) => !shown.has(id));
  const items = [
    ...group(text('extension.chips.found'), chipsOf(found), lead),
    ...group(text('extension.chips.related'), chipsOf(related), lead),
    ...systemGroup(places.flatMap((id) => systems.filter((system) => system.id === id))),
    ...group(text('extension.chips.chosen'), chipsOf(kept), lead),
    ...systemGroup(systems.filter(({ id }) => kept.includes(id))),
  ];
  return items.map((item) => ({ ...item, alwaysShow: true }));
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
