import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Workbench } from './workbench';

/** A model of which little is to be sent behind its third node, and most is to be computed. */
export const splitModel = 'pooled.onnxtxt';

export function copySplitModel(folder: string): Promise<void> {
  const fixture = new URL(`../fixtures/split/${splitModel}`, import.meta.url);
  return copyFile(fileURLToPath(fixture), join(folder, splitModel));
}

/** Picks device, cloud and network one after the other, each by its id. */
export async function pickSplit(bench: Workbench, ids: readonly string[]): Promise<void> {
  void bench.command('siliconlens.splitModel');
  const list = bench.page.locator('.quick-input-list');
  for (const id of ids) {
    await list.locator('.monaco-list-row').first().waitFor();
    await bench.page.keyboard.type(id);
    const row = list.locator(`.monaco-list-row[aria-label*=", ${id}, "]`);
    await row.first().click();
    await row.first().waitFor({ state: 'hidden' });
  }
}
