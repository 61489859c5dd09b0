import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import type { ChoicesResult } from '../../server/protocol';
import { text } from '../text';
import { writeModelChoices } from './settings';

/** What to do to have a mapping where there is none yet. */
const guide = '.siliconlens/mappings/';

/** Pins a mapping of the workspace for a model, or takes it away. */
export async function pinMapping({
  key,
  mapping,
  mappings,
}: Pick<ChoicesResult, 'key' | 'mapping' | 'mappings'>): Promise<void> {
  if (mappings.length === 0 && mapping === null) {
    await vscode.window.showInformationMessage(text('extension.mapping.empty', { folder: guide }));
    return;
  }
  const item = (name: string | undefined, label: string, detail: string) => ({
    name,
    label: name === (mapping ?? undefined) ? `$(check) ${label}` : label,
    detail,
  });
  const items = [
    item(undefined, text('extension.mapping.none'), text('extension.mapping.noneDetail')),
    ...mappings.map((name) => item(name, labelText(name), `${guide}${labelText(name)}.json`)),
  ];
  const picked = await vscode.window.showQuickPick(items, { title: text('extension.mapping.title') });
  if (picked) await writeModelChoices(key, { mapping: picked.name });
}
