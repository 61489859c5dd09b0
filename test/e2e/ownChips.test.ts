import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type * as vscode from 'vscode';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;
const chipFile = '.siliconlens/chips/my-npu.json';
const chip = (bandwidth: string, name = 'My NPU'): string => `{
  "id": "my-npu",
  "name": "${name}",
  "vendor": "Me",
  "class": "npu",
  "place": ["device"],
  "phase": ["inference"],
  "peakOpsPerSecond": { "int8": 26e12, "fp16": 13e12 },
  "memory": [{ "name": "LPDDR5X", "capacityBytes": 8e9, "bandwidthBytesPerSecond": ${bandwidth} }],
  "power": { "tdpWatts": 5 },
  "deployPrecision": "fp16"
}
`;

beforeAll(async () => {
  bench = await Workbench.open('chips');
  await bench.setting('siliconlens.chips', ['my-npu', 'nvidia-l4']);
  await bench.openModel('bert-base.onnx');
});
afterAll(() => bench?.close());

it('shows a chip in the hover within a second of the save of its file', async () => {
  await bench.until(async () => (await hover()).includes('L4'), 'the hover');
  expect(await hover()).not.toContain('My NPU');
  await soonAfterSave('a new chip', chip('60e9'), (text) => text.includes('My NPU'));
  await soonAfterSave(
    'another figure',
    chip('6e9'),
    (text, before) => text.includes('My NPU') && text !== before,
  );
  await soonAfterSave('another name', chip('6e9', 'My Second NPU'), (text) => text.includes('My Second NPU'));
});

it('keeps the last good chip while its file has a mistake, which Problems has once at its line', async () => {
  // Only files in tabs are validated by VS Code.
  await show(chipFile);
  await save(chip('"6 GB/s"', 'Never Seen'));
  await bench.until(async () => (await diagnosticsOf(chipFile)).length > 0, 'a diagnostic');
  expect(await settled()).toMatchObject([{ line: 8, text: '"6 GB/s"' }]);
  expect(await hover()).toContain('My Second NPU');
  // What VS Code's own validation does not see: 6 bytes per second are a wrong unit.
  await save(chip('6'));
  await bench.until(async () => (await problems()).length > 0, 'a diagnostic of ours');
  expect(await settled()).toMatchObject([
    { source: 'siliconlens', code: 'chip.lint-missing-unit', line: 8, text: '6' },
    { source: 'siliconlens', code: 'chip.lint-ridge-point' },
  ]);
  // Broken JSON.
  await save(chip('6e9,,'));
  await bench.until(
    async () => (await diagnosticsOf(chipFile)).some(({ source }) => source !== 'siliconlens'),
    'a diagnostic of VS Code',
  );
  expect((await settled()).filter(({ source }) => source === 'siliconlens')).toEqual([]);
  await save(chip('6e9'));
  await bench.until(async () => (await diagnosticsOf(chipFile)).length === 0, 'no diagnostic');
  await bench.until(async () => (await hover()).includes('My NPU'), 'the corrected chip');
});

it('has the mistakes of a file that is not open, and of one without validation, in Problems once too', async () => {
  const file = '.siliconlens/chips/closed.json';
  const text = JSON.stringify({ id: 'closed', extends: 'nvidia-l4', power: { tdpWatts: '72 W' } });
  await writeFile(join(bench.folder, file), text);
  const told = (): Promise<Told[]> => diagnosticsOf(file, false);
  const ours = [{ source: 'siliconlens', code: 'chip.schema-number' }];
  await bench.until(async () => (await told()).length > 0, 'a diagnostic of a closed file');
  expect(await settled(told)).toMatchObject(ours);
  // VS Code validates it as soon as it is open in a tab.
  await show(file);
  await bench.until(
    async () => (await diagnosticsOf(file)).some(({ source }) => source !== 'siliconlens'),
    'a diagnostic of VS Code',
  );
  expect(await settled(told)).toHaveLength(1);
  await bench.setting('json.validate.enable', false);
  await bench.until(async () => (await told()).some(({ source }) => source === 'siliconlens'), 'ours again');
  expect(await settled(told)).toMatchObject(ours);
  await bench.setting('json.validate.enable', true);
  // Without its tab nobody but the server tells it.
  await bench.closeEditors();
  expect(await settled(told)).toMatchObject(ours);
  await rm(join(bench.folder, file));
  await bench.openModel('bert-base.onnx');
});

it('completes, explains and validates chip files', async () => {
  const file = '.siliconlens/chips/draft.json';
  await writeFile(join(bench.folder, file), '{\n  "id": "draft",\n  "clas": 1,\n  \n}\n');
  const names = await completions(file, 3, 2);
  expect(names).toEqual(expect.arrayContaining(['extends', 'peakOpsPerSecond', 'memory', 'power']));
  const explained = await hoverAt(file, 1, 4);
  expect(explained).toContain('Unique id');
  await bench.until(
    async () =>
      (await diagnosticsOf(file)).some(({ source, text }) => source !== 'siliconlens' && text === '"clas"'),
    'validation by the schema',
  );
  await rm(join(bench.folder, file));
  // Ids of the catalogue, among the quotation marks of a value.
  await writeFile(join(bench.folder, '.siliconlens/chips/other.json'), '{\n  "extends": ""\n}\n');
  expect(await completions('.siliconlens/chips/other.json', 1, 14, '"nvidia-h100-sxm"')).toContain(
    '"hailo-8"',
  );
  await rm(join(bench.folder, '.siliconlens/chips/other.json'));
});

it('completes and validates chips of the settings', async () => {
  const file = '.vscode/settings.json';
  const before = await textOf(file);
  await bench.inHost(async (api, name) => {
    const uri = api.Uri.joinPath(api.workspace.workspaceFolders![0]!.uri, name);
    const text = `{\n  "siliconlens.customChips": {\n    "mine": {\n      "power": { "tdpWatts": "5" },\n      \n    }\n  },\n  "siliconlens.chips": [""]\n}\n`;
    await api.workspace.fs.writeFile(uri, new Uint8Array([...text].map((one) => one.charCodeAt(0))));
  }, file);
  await bench.until(async () => (await textOf(file)).includes('mine'), 'the written settings');
  const names = await completions(file, 4, 6);
  expect(names).toEqual(expect.arrayContaining(['extends', 'peakOpsPerSecond', 'class']));
  expect(names).not.toContain('id');
  expect(await completions(file, 7, 25, '"nvidia-h100-sxm"')).toContain('"hailo-8"');
  await bench.until(
    async () => (await diagnosticsOf(file)).some(({ text }) => text === '"5"'),
    'validation by the schema',
  );
  await writeFile(join(bench.folder, file), before);
});

it('writes a chip file that extends a picked chip, and opens it', async () => {
  void bench.command('siliconlens.newChip');
  const input = bench.page.locator('.quick-input-widget input.input').first();
  await input.waitFor();
  await bench.page.locator('.quick-input-list .monaco-list-row').first().waitFor();
  await input.fill('H100 SXM5');
  await bench.page
    .locator('.quick-input-list .monaco-list-row', { hasText: 'H100 SXM5 80GB' })
    .first()
    .click();
  const box = bench.page.locator('.quick-input-widget', { hasText: 'Name of the new chip' });
  await box.locator('input.input').fill('Our H100');
  await bench.page.keyboard.press('Enter');
  await bench.until(
    async () => (await bench.tabs()).flat().some(({ active, label }) => active && label === 'our-h100.json'),
    'the new file',
  );
  await bench.until(
    async () => (await bench.activeText())?.includes('"extends": "nvidia-h100-sxm"') === true,
    'its text',
  );
  await bench.picture('new-chip');
  await bench.setting('siliconlens.chips', ['our-h100', 'my-npu']);
  await bench.until(async () => (await hover()).includes('Our H100'), 'the new chip in the hover');
});

it('says that a chosen chip is gone when its file is deleted', async () => {
  await rm(join(bench.folder, chipFile));
  const toast = bench.page.locator('.notification-toast', { hasText: 'My NPU' }).first();
  await toast.waitFor();
  expect(await toast.innerText()).toContain('.siliconlens/chips/my-npu.json');
  await bench.picture('chip-gone');
  await bench.until(async () => !(await hover()).includes('My NPU'), 'a hover without the chip');
  // A whole folder that goes is told without its files.
  await rm(join(bench.folder, '.siliconlens'), { recursive: true });
  await bench.until(
    async () => !(await hover()).includes('Our H100'),
    'a hover without any chip of the folder',
  );
});

/**
 * Saves the chip file as a user does and waits for the hover. How long it took is printed; the limit of the wait is
 * above the promised second, since machines that run tests are slow.
 */
async function soonAfterSave(
  what: string,
  text: string,
  shows: (hover: string, before: string) => boolean,
): Promise<void> {
  const before = await hover();
  const start = await save(text);
  await bench.until(async () => shows(await hover(), before), what, 5000);
  console.log(`${what}: in the hover ${Date.now() - start} ms after the save`);
}

/** Answers when the file was saved, in milliseconds since the epoch. */
async function save(text: string): Promise<number> {
  return bench.inHost(
    async (api, name, content) => {
      const uri = api.Uri.joinPath(api.workspace.workspaceFolders![0]!.uri, name);
      const there = await api.workspace.fs.stat(uri).then(
        () => true,
        () => false,
      );
      if (!there) await api.workspace.fs.writeFile(uri, new Uint8Array());
      const document = await api.workspace.openTextDocument(uri);
      const edit = new api.WorkspaceEdit();
      edit.replace(uri, new api.Range(0, 0, document.lineCount, 0), content);
      await api.workspace.applyEdit(edit);
      await document.save();
      return Date.now();
    },
    chipFile,
    text,
  );
}

/** The hover of the first matrix multiplication of the listing. */
function hover(): Promise<string> {
  return bench.inHost(async (api) => {
    const document = api.workspace.textDocuments.find(({ uri }) => uri.scheme === 'siliconlens')!;
    const lines = document.getText().split('\n');
    const line = lines.findIndex((text) => text.includes(' = MatMul '));
    const hovers = await api.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new api.Position(line, lines[line]!.indexOf('MatMul')),
    );
    return hovers
      .flatMap(({ contents }) => contents.map((one) => (typeof one === 'string' ? one : one.value)))
      .join('\n')
      .replaceAll('\\', '')
      .replaceAll('&nbsp;', ' ');
  });
}

interface Told {
  readonly source: string | undefined;
  readonly code: unknown;
  readonly line: number;
  readonly text: string;
}

/** What is told at a file, with the text that it is told at; without the text where the file is not to be opened. */
function diagnosticsOf(file: string, opens = true): Promise<Told[]> {
  return bench.inHost(
    async (api, name, isOpened) => {
      const uri = api.Uri.joinPath(api.workspace.workspaceFolders![0]!.uri, name);
      const document = isOpened ? await api.workspace.openTextDocument(uri) : undefined;
      return api.languages.getDiagnostics(uri).map(({ source, code, range }) => ({
        source,
        code,
        line: range.start.line,
        text: document?.getText(range) ?? '',
      }));
    },
    file,
    opens,
  );
}

function show(file: string): Promise<void> {
  return bench.inHost(async (api, name) => {
    const uri = api.Uri.joinPath(api.workspace.workspaceFolders![0]!.uri, name);
    await api.window.showTextDocument(uri, { preview: false });
  }, file);
}

/** What is told once both validations are done: nothing says that the slower one is, so it gets two seconds. */
async function settled(told: () => Promise<Told[]> = () => diagnosticsOf(chipFile)): Promise<Told[]> {
  await new Promise((done) => setTimeout(done, 2000));
  return told();
}

async function problems(): Promise<Told[]> {
  return (await diagnosticsOf(chipFile)).filter(({ source }) => source === 'siliconlens');
}

function textOf(file: string): Promise<string> {
  return bench.inHost(async (api, name) => {
    const uri = api.Uri.joinPath(api.workspace.workspaceFolders![0]!.uri, name);
    return String.fromCharCode(...(await api.workspace.fs.readFile(uri)));
  }, file);
}

/** Labels of the completions at a place, once there are some. */
async function completions(
  file: string,
  line: number,
  character: number,
  expected = 'extends',
): Promise<string[]> {
  let labels: string[] = [];
  await bench.until(
    async () => {
      labels = await bench.inHost(
        async (api, name, at, column) => {
          const uri = api.Uri.joinPath(api.workspace.workspaceFolders![0]!.uri, name);
          await api.window.showTextDocument(uri);
          const list = await api.commands.executeCommand<vscode.CompletionList>(
            'vscode.executeCompletionItemProvider',
            uri,
            new api.Position(at, column),
          );
          return list.items.map(({ label }) => (typeof label === 'string' ? label : label.label));
        },
        file,
        line,
        character,
      );
      return labels.includes(expected);
    },
    () => `completions, not ${labels.join(', ')}`,
  );
  return labels;
}

function hoverAt(file: string, line: number, character: number): Promise<string> {
  return bench.inHost(
    async (api, name, at, column) => {
      const uri = api.Uri.joinPath(api.workspace.workspaceFolders![0]!.uri, name);
      const hovers = await api.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        uri,
        new api.Position(at, column),
      );
      return hovers
        .flatMap(({ contents }) => contents.map((one) => (typeof one === 'string' ? one : one.value)))
        .join('\n');
    },
    file,
    line,
    character,
  );
}
