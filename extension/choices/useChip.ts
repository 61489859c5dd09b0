import { messageText } from '../../outside/label';
import * as vscode from 'vscode';
import { text } from '../text';
import { writeSetting, writtenSetting } from './settings';

/** Arguments: the listing's URI, then the id of the chip. In no palette: the pages that name chips call it. */
export const useChipCommand = 'siliconlens.useChip';

/**
 * Makes a chip the first of the chosen ones, says so, and takes it back where that is wanted.
 * @param name of the chip, as people call it
 * @param chosen ids of those that are chosen now
 */
export async function useChip(id: string, name: string, chosen: readonly string[]): Promise<void> {
  const before = writtenSetting<readonly string[]>('chips');
  await writeSetting('chips', chipFirst(id, chosen));
  const undo = text('extension.finder.undo');
  const said = messageText(text('extension.finder.used', { chip: name }));
  if ((await vscode.window.showInformationMessage(said, undo)) === undo) await writeSetting('chips', before);
}

/** The chosen chips with one of them, or another, at the head. */
export function chipFirst(id: string, chosen: readonly string[]): string[] {
  return [id, ...chosen.filter((one) => one !== id)];
}
