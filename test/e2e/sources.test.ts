import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;
const fixture = (name: string): string =>
  fileURLToPath(new URL(`../fixtures/dynamo/${name}`, import.meta.url));
const lines = readFileSync(fixture('tagger.py'), 'utf8').split('\n');
const returned = lines.findIndex((line) => line.includes('return self.head('));

beforeAll(async () => {
  bench = await Workbench.open('sources', {
    viewport: { width: 1600, height: 900 },
    prepare: (folder) => {
      mkdirSync(join(folder, 'app'));
      copyFileSync(fixture('tagger.py'), join(folder, 'app', 'tagger.py'));
      copyFileSync(fixture('tagger.onnx'), join(folder, 'tagger.onnx'));
    },
  });
  await bench.setting('siliconlens.chips', ['nvidia-t4']);
});
afterAll(() => bench?.close());

const openProgram = (): Promise<void> =>
  bench.inHost(
    async (api, path) => {
      const document = await api.workspace.openTextDocument(api.Uri.file(path));
      await api.window.showTextDocument(document, { preview: false });
    },
    join(bench.folder, 'app', 'tagger.py'),
  );

/** Labels of the hints of the shown program by line, as VS Code has them. */
const hintsOfProgram = (): Promise<[number, string][]> =>
  bench.inHost(async (api) => {
    const { document } = api.window.activeTextEditor!;
    const whole = new api.Range(0, 0, document.lineCount, 0);
    const hints = await api.commands.executeCommand<{ position: { line: number }; label: string }[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      whole,
    );
    return hints.map(({ position, label }): [number, string] => [position.line, label]);
  });

it('leaves programs alone as long as no model names them', async () => {
  await openProgram();
  expect(await hintsOfProgram()).toEqual([]);
});

it('shows what the lines of the program take once its model is open', async () => {
  await bench.openModel('tagger.onnx');
  await bench.until(() => bench.hasHints(), 'hints of the listing');
  await openProgram();
  await bench.until(async () => (await hintsOfProgram()).length > 0, 'hints of the program');
  const hints = new Map(await hintsOfProgram());
  expect(hints.get(returned)).toMatch(/^[\d.]+ [µm]s · \d\d%$|· 100%$/);
  const lens = bench.page.locator('.codelens-decoration', { hasText: 'forward:' });
  await lens.waitFor();
  await bench.picture('sources');
});

it('leads from the program to the listing and back', async () => {
  const lens = bench.page.locator('.codelens-decoration a', { hasText: 'forward:' });
  await lens.click();
  const shown = () => bench.inHost((api) => api.window.activeTextEditor?.document.uri.path ?? '');
  await bench.until(async () => (await shown()).endsWith('tagger.onnx.onnxtxt'), 'the listing');
  await bench.command('siliconlens.goToSource');
  await bench.until(async () => (await shown()).endsWith('/app/tagger.py'), 'the program');
  const line = await bench.inHost((api) => api.window.activeTextEditor!.selection.active.line);
  expect(line).toBe(returned);
});
