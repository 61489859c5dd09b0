import { labelText } from '../../outside/label';
import * as vscode from 'vscode';
import type { CachePolicy, Phase, PrecisionPolicy } from '../../server/engine/workload';
import type { ExtensionKey } from '../../l10n/extension';
import type { ChoicesResult, DimensionChoice, ValueChoice } from '../../server/protocol';
import { text } from '../text';
import {
  type ModelChoices,
  type WrittenValue,
  writeDimensions,
  writeModelChoices,
  writeValue,
} from './settings';

export const phases: Record<Phase, ExtensionKey> = {
  inference: 'extension.phase.inference',
  prefill: 'extension.phase.prefill',
  decode: 'extension.phase.decode',
  training: 'extension.phase.training',
};

export const precisions: Record<PrecisionPolicy, ExtensionKey> = {
  'as-stored': 'extension.precision.asStored',
  fp32: 'extension.precision.whatIf',
  tf32: 'extension.precision.whatIf',
  bf16: 'extension.precision.whatIf',
  fp16: 'extension.precision.whatIf',
  fp8: 'extension.precision.whatIf',
  int8: 'extension.precision.whatIf',
  'int4-weights': 'extension.precision.weightsOnly',
  fp4: 'extension.precision.whatIf',
};

const origins: Record<DimensionChoice['origin'], ExtensionKey> = {
  binding: 'extension.dimensions.binding',
  follows: 'extension.dimensions.follows',
  default: 'extension.dimensions.default',
  unbound: 'extension.dimensions.unbound',
};

const valueOrigins: Record<ValueChoice['origin'], ExtensionKey> = {
  value: 'extension.dimensions.binding',
  default: 'extension.values.default',
  unset: 'extension.dimensions.unbound',
};

/**
 * Asks for numbers of symbolic dimensions and for what inputs hold that decides shapes or branches, one after the other until
 * Escape; empty goes back to the default.
 * @param choicesNow the choices in force, asked for anew after each number
 * @param first the only dimension or value to ask for
 */
export async function setDimensions(choicesNow: () => Promise<ChoicesResult>, first?: string): Promise<void> {
  for (;;) {
    const { dimensions, values, key } = await choicesNow();
    const all = [...dimensions, ...values];
    if (all.length === 0) {
      await vscode.window.showInformationMessage(text('extension.dimensions.none'));
      return;
    }
    const only = all.length === 1 ? all[0] : all.find(({ name }) => name === first);
    const wanted = only ?? (await pickOpen(all));
    if (!wanted) return;
    await (isValue(wanted) ? setValue(key, wanted) : setDimension(key, wanted));
    if (only) return;
  }
}

function isValue(choice: DimensionChoice | ValueChoice): choice is ValueChoice {
  return 'isContent' in choice;
}

async function setDimension(key: string, wanted: DimensionChoice): Promise<void> {
  const value = await askNumber(wanted);
  if (value !== undefined) await writeDimensions(key, [{ names: wanted, value }]);
}

async function setValue(key: string, { name, value }: ValueChoice): Promise<void> {
  const answer = await vscode.window.showInputBox({
    title: text('extension.dimensions.ask', { name }),
    prompt: text('extension.values.prompt'),
    value: value ?? '',
    validateInput: (input) => (parseContent(input) === undefined ? text('extension.values.invalid') : null),
  });
  const content = answer === undefined ? undefined : parseContent(answer);
  if (content !== undefined) await writeValue(key, name, content);
}

async function pickOpen(
  choices: readonly (DimensionChoice | ValueChoice)[],
): Promise<DimensionChoice | ValueChoice | undefined> {
  const items = choices.map((choice) => ({
    choice,
    label: labelText(choice.name),
    description: choice.value === null ? '' : `= ${choice.value}`,
    detail: text(isValue(choice) ? valueOrigins[choice.origin] : origins[choice.origin]),
  }));
  const picked = await vscode.window.showQuickPick(items, {
    title: text('extension.dimensions.title'),
    placeHolder: text('extension.dimensions.placeholder'),
  });
  return picked?.choice;
}

/** A number, `true` or `false`, or several with commas between; null for nothing, undefined for anything else. */
export function parseContent(input: string): WrittenValue | null | undefined {
  const trimmed = input.trim();
  if (trimmed === '') return null;
  const parts = trimmed.split(',').map((part): number | boolean => {
    const word = part.trim();
    if (word === 'true' || word === 'false') return word === 'true';
    return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word) ? Number(word) : NaN;
  });
  if (parts.some((part) => typeof part === 'number' && !Number.isFinite(part))) return undefined;
  return parts.length === 1 ? parts[0] : parts;
}

/** A number, null for "back to the default", undefined when the box is left. */
async function askNumber({ name, value }: DimensionChoice): Promise<number | null | undefined> {
  const answer = await vscode.window.showInputBox({
    title: text('extension.dimensions.ask', { name }),
    prompt: text('extension.dimensions.prompt'),
    value: value === null ? '' : String(value),
    validateInput: (input) => (parseSize(input) === undefined ? text('extension.dimensions.invalid') : null),
  });
  return answer === undefined ? undefined : parseSize(answer);
}

/** A size of at least 0; null for nothing, undefined for anything else. */
export function parseSize(input: string): number | null | undefined {
  const trimmed = input.trim();
  if (trimmed === '') return null;
  const size = /^\d+$/.test(trimmed) ? Number(trimmed) : NaN;
  return Number.isSafeInteger(size) ? size : undefined;
}

export async function setPhase(choices: ChoicesResult): Promise<void> {
  const phase = await pickOne(phases, choices.phase, text('extension.phase.title'));
  if (phase) await writeModelChoices(choices.key, { phase });
}

export async function setPrecision(choices: ChoicesResult): Promise<void> {
  const precision = await pickOne(precisions, choices.precision, text('extension.precision.title'));
  if (precision) await writeModelChoices(choices.key, { precision });
}

export async function setRuntime(choices: ChoicesResult): Promise<void> {
  const items = runtimeItems(choices);
  const marked = items.map((item) => ({ ...item, ...mark(item.label, item.id === choices.runtime) }));
  const picked = await vscode.window.showQuickPick(marked, { title: text('extension.runtime.title') });
  if (!picked) return;
  const change: ModelChoices = { runtime: picked.id ?? undefined };
  await writeModelChoices(choices.key, change);
}

const caches: Record<CachePolicy, ExtensionKey> = {
  exported: 'extension.cache.exported',
  shared: 'extension.cache.shared',
  paged: 'extension.cache.paged',
};

export async function setCache(choices: ChoicesResult): Promise<void> {
  const policies = Object.entries(caches) as [CachePolicy, ExtensionKey][];
  const items = [
    { cache: undefined, label: text('extension.runtime.default'), detail: cachesText(choices) },
    ...policies.map(([cache, detail]) => ({ cache, label: cache, detail: text(detail) })),
  ];
  const marked = items.map((item) => ({
    ...item,
    ...mark(item.label, item.cache === (choices.cache ?? undefined)),
  }));
  const picked = await vscode.window.showQuickPick(marked, { title: text('extension.cache.title') });
  if (picked) await writeModelChoices(choices.key, { cache: picked.cache });
}

/** What becomes of caches on each chosen chip. */
export function cachesText({ cacheInForce }: Pick<ChoicesResult, 'cacheInForce'>): string {
  if (cacheInForce.length === 0) return text('extension.cache.none');
  return labelText(cacheInForce.map(({ chip, cache }) => `${chip}: ${cache}`).join(', '));
}

/** The default with what it is on each chosen chip, then the runtimes with the chosen chips that each cannot drive. */
export function runtimeItems(
  choices: Pick<ChoicesResult, 'runtimes' | 'defaultRuntimes'>,
): { id: string | null; label: string; description: string; detail?: string }[] {
  const label = text('extension.runtime.default');
  return [
    { id: null, label, description: defaultsText(choices) },
    ...choices.runtimes.map(({ id, name, refused }) => {
      const item = { id, label: name, description: id };
      if (refused.length === 0) return item;
      return { ...item, detail: text('extension.runtime.refused', { chips: labelText(refused.join(', ')) }) };
    }),
  ];
}

/** The chosen runtime, or what each chosen chip has by default. */
export function runtimeInForce(
  choices: Pick<ChoicesResult, 'runtime' | 'runtimes' | 'defaultRuntimes'>,
): string {
  const chosen = choices.runtimes.find(({ id }) => id === choices.runtime);
  if (chosen) return chosen.name;
  return text('extension.runtime.defaultIs', { runtimes: defaultsText(choices) });
}

function defaultsText({ defaultRuntimes }: Pick<ChoicesResult, 'defaultRuntimes'>): string {
  return labelText(defaultRuntimes.map(({ chip, runtime }) => `${chip}: ${runtime}`).join(', '));
}

async function pickOne<T extends string>(
  details: Record<T, ExtensionKey>,
  current: T,
  title: string,
): Promise<T | undefined> {
  const entries = Object.entries(details) as [T, ExtensionKey][];
  const items = entries.map(([value, detail]) => ({
    value,
    ...mark(value, value === current),
    detail: text(detail),
  }));
  return (await vscode.window.showQuickPick(items, { title }))?.value;
}

/** A label with a mark where it is the choice in force. */
export function mark(label: string, isCurrent: boolean): { label: string } {
  return { label: isCurrent ? `$(check) ${label}` : label };
}
