import { entryOf } from '../../outside/table';
import * as vscode from 'vscode';
import type { CachePolicy, Phase, PrecisionPolicy } from '../../server/engine/workload';
import type { DimensionChoice } from '../../server/protocol';

/** What an input holds, as settings write it. */
export type WrittenValue = number | boolean | readonly (number | boolean)[];

/** An entry of the setting `siliconlens.models`. */
export interface ModelChoices {
  readonly dimensions?: Readonly<Record<string, number>>;
  readonly values?: Readonly<Record<string, WrittenValue>>;
  readonly phase?: Phase;
  readonly precision?: PrecisionPolicy;
  readonly runtime?: string;
  readonly cache?: CachePolicy;
  readonly gpuLayers?: number;
  readonly flashAttention?: 'on' | 'off';
  readonly training?: Readonly<Record<string, unknown>>;
  readonly mapping?: string;
}

/** Where picks are written: the workspace, or the user's settings if no folder is open. */
function pickTarget(): vscode.ConfigurationTarget {
  return vscode.workspace.workspaceFolders?.length
    ? vscode.ConfigurationTarget.Workspace
    : vscode.ConfigurationTarget.Global;
}

export async function writeSetting(name: string, value: unknown): Promise<void> {
  await vscode.workspace.getConfiguration('siliconlens').update(name, value, pickTarget());
}

/**
 * Changes a model's entry at once; a choice that is undefined goes back to the default.
 * @param key the model's key in the setting, as the server states it
 * @param sizes changes of its dimensions besides
 */
export async function writeModelChoices(
  key: string,
  change: ModelChoices,
  sizes: readonly DimensionChange[] = [],
): Promise<void> {
  const models = writtenModels();
  const dimensions = sizes.reduce(
    (before, { names, value }) => withDimension(before, names, value),
    entryOf(models, key)?.dimensions ?? {},
  );
  await writeSetting(
    'models',
    withChoices(models, key, sizes.length > 0 ? { ...change, dimensions } : change),
  );
}

/** A dimension's number, or null to take it away. */
export interface DimensionChange {
  readonly names: Pick<DimensionChoice, 'name' | 'alias'>;
  readonly value: number | null;
}

/** Changes dimensions of a model. */
export async function writeDimensions(key: string, changes: readonly DimensionChange[]): Promise<void> {
  await writeModelChoices(key, {}, changes);
}

/** Changes what an input of a model holds; null goes back to the default. */
export async function writeValue(key: string, name: string, value: WrittenValue | null): Promise<void> {
  const models = writtenModels();
  const values = withDimension(entryOf(models, key)?.values ?? {}, { name }, value);
  await writeSetting('models', withChoices(models, key, { values }));
}

function writtenModels(): Readonly<Record<string, ModelChoices>> {
  return writtenSetting<Readonly<Record<string, ModelChoices>>>('models') ?? {};
}

/** A setting as it stands where picks are written; other places keep what they say. */
export function writtenSetting<T>(name: string): T | undefined {
  const inspected = vscode.workspace.getConfiguration('siliconlens').inspect<T>(name);
  const inWorkspace = pickTarget() === vscode.ConfigurationTarget.Workspace;
  return inWorkspace ? inspected?.workspaceValue : inspected?.globalValue;
}

/** The setting's next value; an entry that says nothing any more is left out, and an empty setting is undefined. */
export function withChoices(
  models: Readonly<Record<string, ModelChoices>>,
  key: string,
  change: ModelChoices,
): Record<string, ModelChoices> | undefined {
  const { [key]: entry, ...others } = models;
  const merged = Object.entries({ ...entry, ...change }).filter(
    ([, value]) => value !== undefined && !(typeof value === 'object' && Object.keys(value).length === 0),
  );
  const next = merged.length > 0 ? { ...others, [key]: Object.fromEntries(merged) } : others;
  return Object.keys(next).length > 0 ? next : undefined;
}

/** A model's bindings with one changed, whichever of its names it was written by, or without it if `value` is null. */
export function withDimension<T>(
  dimensions: Readonly<Record<string, T>>,
  { name, alias }: Pick<DimensionChoice, 'name' | 'alias'>,
  value: T | null,
): Record<string, T> {
  const others = Object.entries(dimensions).filter(([other]) => other !== name && other !== alias);
  return Object.fromEntries(value === null ? others : [...others, [name, value]]);
}
