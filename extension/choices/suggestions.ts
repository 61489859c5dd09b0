import { labelText, messageText } from '../../outside/label';
import * as vscode from 'vscode';
import type { CachePolicy, PrecisionPolicy } from '../../server/engine/workload';
import {
  suggestionsRequest,
  type SuggestedSetting,
  type SuggestionItem,
  type SuggestionsResult,
  type SuggestionWay,
} from '../../server/protocol';
import type { Server } from '../server/server';
import { text } from '../text';
import { writeDimensions, writeModelChoices, writeSetting } from './settings';

/** What to do next with a model: shown as a list, made by writing a setting. */
export class Suggestions {
  constructor(private readonly server: Server) {}

  /** The list, or one of them with what can be done with it. */
  async show(uri: vscode.Uri, code?: string): Promise<void> {
    const result = await this.of(uri);
    const { suggestions, chip } = result;
    if (suggestions.length === 0) {
      await vscode.window.showInformationMessage(text('extension.suggestions.none'));
      return;
    }
    const known = suggestions.find((one) => one.code === code);
    const items = suggestions.map((one) => ({ one, ...itemOf(one) }));
    const title = text('extension.suggestions.title', { chip: labelText(chip) });
    const picked = known ?? (await vscode.window.showQuickPick(items, { title, matchOnDetail: true }))?.one;
    if (picked) await this.explain(result, picked);
  }

  /** Makes the best way of a suggestion. */
  async make(uri: vscode.Uri, code: string | undefined): Promise<void> {
    const result = await this.of(uri);
    const one = find(result, code);
    if (!one) return tell('extension.suggestions.gone');
    await writeWay(result, one);
  }

  async copy(uri: vscode.Uri, code: string | undefined): Promise<void> {
    const one = find(await this.of(uri), code);
    if (!one?.command) return tell('extension.suggestions.gone');
    await copyCommand(one.command);
  }

  /** It is not suggested any more, for any model. */
  async hide(uri: vscode.Uri, code: string | undefined): Promise<void> {
    if (code === undefined) return;
    const off = vscode.workspace.getConfiguration('siliconlens', uri).get<unknown>('suggestions.off');
    const before = Array.isArray(off) ? off.filter((one) => typeof one === 'string') : [];
    await writeSetting('suggestions.off', [...new Set([...before, code])]);
  }

  private of(uri: vscode.Uri): Promise<SuggestionsResult> {
    return this.server.request(suggestionsRequest, { uri: uri.toString() });
  }

  /** How the gain comes about, with buttons for what can be done. */
  private async explain(result: SuggestionsResult, one: SuggestionItem): Promise<void> {
    const [apply, copy] = [text('extension.suggestions.apply'), text('extension.suggestions.copy')];
    const detail = messageText([`${one.change}: ${one.saving}`, ...one.explanation].join('\n\n'));
    const [title, options] = [messageText(one.title), { modal: true, detail }];
    const { showInformationMessage } = vscode.window;
    const chosen = one.setting
      ? await showInformationMessage(title, options, apply, copy)
      : await showInformationMessage(title, options, copy);
    if (chosen === apply) await writeWay(result, one);
    else if (chosen === copy) await copyCommand(one.command);
  }
}

function itemOf(one: SuggestionItem): vscode.QuickPickItem {
  return {
    label: labelText(one.change),
    description: text('extension.suggestions.saving', { saving: one.saving, range: one.range }),
    detail: labelText(one.title),
  };
}

function find({ suggestions }: SuggestionsResult, code: string | undefined): SuggestionItem | undefined {
  return suggestions.find((one) => one.code === code);
}

async function tell(key: 'extension.suggestions.gone' | 'extension.suggestions.bySetting'): Promise<void> {
  await vscode.window.showInformationMessage(text(key));
}

async function copyCommand(command: string): Promise<void> {
  await vscode.env.clipboard.writeText(command);
  vscode.window.setStatusBarMessage(text('extension.suggestions.copied', { command }), 5000);
}

async function writeWay({ key }: SuggestionsResult, { setting }: SuggestionWay): Promise<void> {
  if (!setting) return tell('extension.suggestions.bySetting');
  await write(key, setting);
}

/** Written where picks are. */
async function write(key: string, { kind, value }: SuggestedSetting): Promise<void> {
  switch (kind) {
    case 'precision':
      return writeModelChoices(key, { precision: value as PrecisionPolicy });
    case 'cache':
      return writeModelChoices(key, { cache: value as CachePolicy });
    case 'runtime':
      return writeModelChoices(key, { runtime: value });
    case 'training':
      return writeModelChoices(key, { training: value });
    case 'dimensions':
      return writeDimensions(
        key,
        value.map(({ size, ...names }) => ({ names, value: size })),
      );
    case 'chip': {
      const chips: unknown = vscode.workspace.getConfiguration('siliconlens').get('chips');
      const others: unknown[] = Array.isArray(chips) ? chips.filter((one) => one !== value) : [];
      return writeSetting('chips', [value, ...others]);
    }
  }
}
