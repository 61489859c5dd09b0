import * as vscode from 'vscode';
import type { ChoicesResult } from '../../server/protocol';
import { text } from '../text';
import { writeModelChoices } from './settings';
import { mark, parseSize } from './workload';

/** A line of the list of choices. */
export type Entry = [icon: string, label: string, value: string, run: () => Promise<void>];

/** The choices that only some runtimes leave: those of the runtimes of the chosen chips. */
export function runtimeEntries(choices: ChoicesResult): Entry[] {
  const { offload, flashAttention } = choices;
  const entries: Entry[] = [];
  if (offload)
    entries.push(['layers', text('extension.show.layers'), layersText(offload), () => setGpuLayers(choices)]);
  if (flashAttention)
    entries.push([
      'zap',
      text('extension.show.flash'),
      flashText(flashAttention),
      () => setFlashAttention(choices),
    ]);
  return entries;
}

/** Asks how many layers the chip gets; nothing: all of them. */
async function setGpuLayers({ key, offload }: ChoicesResult): Promise<void> {
  const answer = await vscode.window.showInputBox({
    title: text('extension.layers.title'),
    prompt: text('extension.layers.prompt'),
    value: String(offload?.layers ?? ''),
    validateInput: (input) => (parseSize(input) === undefined ? text('extension.dimensions.invalid') : null),
  });
  const layers = answer === undefined ? undefined : parseSize(answer);
  if (layers !== undefined) await writeModelChoices(key, { gpuLayers: layers ?? undefined });
}

/** Asks whether attention runs in one kernel. */
async function setFlashAttention({ key, flashAttention }: ChoicesResult): Promise<void> {
  const items = [
    { value: undefined, label: text('extension.runtime.default') },
    { value: 'on', label: 'on', detail: text('extension.flash.on') },
    { value: 'off', label: 'off', detail: text('extension.flash.off') },
  ] as const;
  const now = settingOf(flashAttention);
  const marked = items.map((item) => ({ ...item, ...mark(item.label, item.value === now) }));
  const picked = await vscode.window.showQuickPick(marked, { title: text('extension.flash.title') });
  if (picked) await writeModelChoices(key, { flashAttention: picked.value });
}

/** The layers that chips get, as the list of choices shows it. */
function layersText({ layers }: NonNullable<ChoicesResult['offload']>): string {
  return layers === null ? text('extension.layers.all') : String(layers);
}

/** How attention runs, as the list of choices shows it. */
function flashText(choice: NonNullable<ChoicesResult['flashAttention']>): string {
  return settingOf(choice) ?? text('extension.runtime.default');
}

function settingOf(choice: ChoicesResult['flashAttention']): 'on' | 'off' | undefined {
  if (!choice || choice.isOn === null) return undefined;
  return choice.isOn ? 'on' : 'off';
}
