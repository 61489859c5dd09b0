import * as vscode from 'vscode';
import type { ChoicesResult, DimensionChoice } from '../../server/protocol';
import { text } from '../text';
import { writeDimensions, type DimensionChange } from './settings';
import { parseSize } from './workload';

/** Asks in one box for all sizes that nobody gave; those that are changed there are written. */
export async function setSizes({ dimensions, key }: ChoicesResult): Promise<void> {
  const open = openSizes(dimensions);
  if (open.length === 0) {
    await vscode.window.showInformationMessage(text('extension.sizes.none'));
    return;
  }
  const answer = await vscode.window.showInputBox({
    title: text('extension.sizes.title'),
    prompt: text('extension.sizes.prompt'),
    value: sizesText(open),
    validateInput: (input) => (parseSizes(input, open) ? null : text('extension.sizes.invalid')),
  });
  const changes = answer === undefined ? undefined : parseSizes(answer, open);
  if (changes && changes.length > 0) await writeDimensions(key, changes);
}

/** Dimensions that have an assumed number or none. A name with a comma would not read back: the list asks for it. */
export function openSizes(dimensions: readonly DimensionChoice[]): DimensionChoice[] {
  return dimensions.filter(
    ({ name, origin }) => (origin === 'default' || origin === 'unbound') && !name.includes(','),
  );
}

/** `batch=1, found=?` */
export function sizesText(open: readonly DimensionChoice[]): string {
  return open.map(({ name, value }) => `${name}=${value ?? '?'}`).join(', ');
}

/** The sizes that differ from those in force; undefined where the text is not one that {@link sizesText} might write. */
export function parseSizes(input: string, open: readonly DimensionChoice[]): DimensionChange[] | undefined {
  const byName = new Map(open.map((dimension) => [dimension.name, dimension]));
  const changes: DimensionChange[] = [];
  for (const part of input.split(',').filter((one) => one.trim() !== '')) {
    const at = part.lastIndexOf('=');
    const dimension = byName.get(part.slice(0, Math.max(at, 0)).trim());
    const written = part.slice(at + 1).replace('?', '');
    const value = parseSize(written);
    if (!dimension || value === undefined) return undefined;
    if (value !== null && value !== dimension.value) changes.push({ names: dimension, value });
  }
  return changes;
}
