import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import {
  type ChoicesParams,
  choicesRequest,
  type ChoicesResult,
  searchChipsRequest,
} from '../../server/protocol';
import type { Server } from '../server/server';
import { text } from '../text';
import { chooseChips } from './chips';
import { choose } from './choose';
import { writeSetting, writeValue } from './settings';
import { pinMapping } from './mapping';
import { runtimeEntries, type Entry } from './runtimeOptions';
import { setSizes } from './sizes';
import { useChip } from './useChip';
import {
  cachesText,
  runtimeInForce,
  setCache,
  setDimensions,
  setPhase,
  setPrecision,
  setRuntime,
} from './workload';

/** The pick lists behind the status item and the commands of the same names. */
export class Choices {
  constructor(private readonly server: Server) {}

  /** The choices in force for a model. Rejects where it can't be analysed: it has none then. */
  of(uri: vscode.Uri): Promise<ChoicesResult> {
    const params: ChoicesParams = { uri: uri.toString() };
    return this.server.request(choicesRequest, params);
  }

  async chooseChips(uri: vscode.Uri): Promise<void> {
    const search = (query: string) => this.server.request(searchChipsRequest, { query });
    await chooseChips(await this.of(uri), search);
  }

  /** Makes a chip of the catalogue the first of the chosen ones; others are no chips. */
  async useChip(uri: vscode.Uri, id: string): Promise<void> {
    const { chips, chosen } = await this.of(uri);
    const chip = chips.find((one) => one.id === id);
    if (chip) await useChip(id, chip.name, chosen);
  }

  /** Makes changes of the question that a page asks, one after the other; anything else than such changes is left alone. */
  async choose(uri: vscode.Uri, changes: unknown): Promise<void> {
    if (Array.isArray(changes)) await choose(await this.of(uri), changes);
  }

  async setDimensions(uri: vscode.Uri, first?: string): Promise<void> {
    await setDimensions(() => this.of(uri), first);
  }

  /** @param truth of the condition; null goes back to the default */
  async chooseBranch(uri: vscode.Uri, name: string, truth: boolean | null): Promise<void> {
    await writeValue((await this.of(uri)).key, name, truth);
  }

  async setSizes(uri: vscode.Uri): Promise<void> {
    await setSizes(await this.of(uri));
  }

  async setPhase(uri: vscode.Uri): Promise<void> {
    await setPhase(await this.of(uri));
  }

  async setPrecision(uri: vscode.Uri): Promise<void> {
    await setPrecision(await this.of(uri));
  }

  async setRuntime(uri: vscode.Uri): Promise<void> {
    await setRuntime(await this.of(uri));
  }

  async setCache(uri: vscode.Uri): Promise<void> {
    await setCache(await this.of(uri));
  }

  async pinMapping(uri: vscode.Uri): Promise<void> {
    await pinMapping(this.server, uri, await this.of(uri));
  }

  async toggleHints(uri: vscode.Uri | undefined): Promise<void> {
    const enabled = vscode.workspace.getConfiguration('siliconlens', uri).get('hints.enable', true);
    await writeSetting('hints.enable', !enabled);
  }

  /** The list behind the status item: what is chosen, and a way to change each. */
  async show(uri: vscode.Uri): Promise<void> {
    const choices = await this.of(uri);
    const names = choices.chosen.map((id) => choices.chips.find((chip) => chip.id === id)?.name ?? id);
    const { dimensions, values } = choices;
    const numbers = [...dimensions, ...values].map(({ name, value }) => `${name}=${value ?? '?'}`);
    const entries: Entry[] = [
      [
        'circuit-board',
        text('extension.show.chips'),
        labelText(names.join(', ')),
        () => this.chooseChips(uri),
      ],
      [
        'symbol-array',
        text('extension.show.dimensions'),
        labelText(numbers.join(', ')),
        () => this.setDimensions(uri),
      ],
      ['debug-step-over', text('extension.show.phase'), choices.phase, () => this.setPhase(uri)],
      ['symbol-numeric', text('extension.show.precision'), choices.precision, () => this.setPrecision(uri)],
      ['server-process', text('extension.show.runtime'), runtimeInForce(choices), () => this.setRuntime(uri)],
      ['database', text('extension.show.cache'), cachesText(choices), () => this.setCache(uri)],
      ...runtimeEntries(choices),
      [
        'type-hierarchy',
        text('extension.show.mapping'),
        labelText(choices.mapping ?? text('extension.mapping.none')),
        () => this.pinMapping(uri),
      ],
      ['eye', text('extension.show.hints'), '', () => this.toggleHints(uri)],
    ];
    const items = entries.map(([icon, label, description, run]) => ({
      label: `$(${icon}) ${label}`,
      description,
      run,
    }));
    const picked = await vscode.window.showQuickPick(items, { title: text('extension.status.name') });
    await picked?.run();
  }
}
