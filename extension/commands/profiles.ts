import { labelText, messageText } from '../../outside/label';
import * as vscode from 'vscode';
import {
  type ChipChoice,
  type ChoicesResult,
  type ImportProfileParams,
  importProfileRequest,
  type ImportProfileResult,
  type RemoveProfileParams,
  removeProfileRequest,
} from '../../server/protocol';
import { fileName, modelUri, writableFolder } from '../addresses';
import type { Choices } from '../choices/choices';
import { writeSetting } from '../choices/settings';
import type { Server } from '../server/server';
import { text } from '../text';

/** What a caller may know already; what it leaves out is asked for. */
export interface ProfileSource {
  readonly profile?: vscode.Uri;
  readonly chip?: string;
}

/** Lays the times of a profile beside the estimates of a model. */
export async function importProfile(
  server: Server,
  choices: Choices,
  uri: vscode.Uri,
  given: ProfileSource = {},
): Promise<void> {
  const profile = given.profile ?? (await pickFile(uri));
  if (!profile) return;
  const known = await choices.of(uri);
  const chip = given.chip ?? (await pickChip(known, fileName(profile)));
  if (chip === undefined) return;
  const params: ImportProfileParams = { uri: uri.toString(), profile: profile.toString(), chip };
  const title = text('extension.profile.reading', { file: fileName(profile) });
  const result = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      try {
        return await server.request(importProfileRequest, params, token);
      } catch (error) {
        if (token.isCancellationRequested) return undefined;
        throw error;
      }
    },
  );
  if (result && !result.ok) throw new Error(result.message);
  if (result) await tell(uri, chip, result, known);
}

async function tell(
  uri: vscode.Uri,
  chip: string,
  result: Extract<ImportProfileResult, { ok: true }>,
  { chosen }: ChoicesResult,
): Promise<void> {
  const show = text('extension.profile.showReport');
  if (result.notChosen === null) {
    const picked = await vscode.window.showInformationMessage(messageText(result.message), show);
    if (picked === show) await vscode.commands.executeCommand('siliconlens.openReport', uri);
    return;
  }
  const add = text('extension.profile.addChip', { chip: result.notChosen });
  const note = text('extension.profile.notChosen', { chip: result.notChosen });
  const picked = await vscode.window.showInformationMessage(messageText(`${result.message} ${note}`), add);
  if (picked === add) await writeSetting('chips', [...chosen, chip]);
}

/** Forgets a profile of a model; which one is asked if there are several. */
export async function removeProfile(server: Server, choices: Choices, uri: vscode.Uri): Promise<void> {
  const { profiles } = await choices.of(uri);
  if (profiles.length === 0) {
    const name = fileName(modelUri(uri));
    await vscode.window.showInformationMessage(messageText(text('extension.profile.none', { name })));
    return;
  }
  const items = profiles.map(({ chip, name, file }) => ({
    chip,
    label: labelText(file),
    description: labelText(name),
  }));
  const title = text('extension.profile.removeTitle');
  const picked = items.length === 1 ? items[0] : await vscode.window.showQuickPick(items, { title });
  if (!picked) return;
  const params: RemoveProfileParams = { uri: uri.toString(), chip: picked.chip };
  const { removed } = await server.request(removeProfileRequest, params);
  if (removed !== null)
    void vscode.window.showInformationMessage(
      messageText(text('extension.profile.removed', { file: removed })),
    );
}

async function pickFile(uri: vscode.Uri): Promise<vscode.Uri | undefined> {
  const model = modelUri(uri);
  const chosen = await vscode.window.showOpenDialog({
    title: text('extension.profile.title'),
    openLabel: text('extension.profile.open'),
    defaultUri: writableFolder(model) ?? vscode.workspace.workspaceFolders?.[0]?.uri,
    filters: { [text('extension.profile.filter')]: ['json', 'csv'] },
  });
  return chosen?.[0];
}

/** The chips in force come first, so that Enter takes the one that leads the hints. */
async function pickChip({ chips, chosen }: ChoicesResult, file: string): Promise<string | undefined> {
  const item = (chip: ChipChoice) => ({
    id: chip.id,
    label: labelText(chip.name),
    description: labelText([chip.vendor, ...chip.aliases.filter((alias) => alias !== chip.name)].join(', ')),
    detail: labelText(chip.description),
  });
  const separator = (label: string) => ({ label, kind: vscode.QuickPickItemKind.Separator, id: '' });
  const inForce = chosen.flatMap((id) => chips.filter((chip) => chip.id === id));
  const others = chips.filter(({ id }) => !chosen.includes(id));
  const items = [
    separator(text('extension.chips.chosen')),
    ...inForce.map(item),
    separator(text('extension.profile.otherChips')),
    ...others.map(item),
  ];
  const picked = await vscode.window.showQuickPick(items, {
    title: text('extension.profile.chipTitle', { file }),
    placeHolder: text('extension.profile.chipPlaceholder'),
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.id;
}
