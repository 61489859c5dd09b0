import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;
const untidy = `<ir_version:10,opset_import:["":18]># head
net(float[N,16]x)=>(float[N,16]y){#body
hidden=Relu(x)# first
c=IsNaN(hidden)


y=Add(hidden,
hidden)}`;

const tidy = `<
  ir_version: 10,
  opset_import: ["" : 18]
>  # head
net (float[N, 16] x) => (float[N, 16] y)
{  #body
  hidden = Relu (x)  # first
  c = IsNaN (hidden)

  y = Add (hidden, hidden)
}
`;

/** The last statement reads what nobody makes. */
const unfinished = `<ir_version: 10, opset_import: ["" : 21]>
hand (float[batch, 3, 224, 224] x, float[64, 3, 7, 7] w) => (float[batch, 64, N, N] y)
{
  conv_out = Conv <strides = [2, 2], pads = [3, 3, 3, 3]> (x, w)
  y = Relu (conv_out)
  z = MaxPool <kernel_shape = [2, 2]> (yy)
}
`;

/** Data decides which branch runs; 512 exponentials cost more than a view. */
const branching = `<ir_version: 9, opset_import: ["" : 18]>
g (float[1, 4, 128] x, bool c) => (float[] y)
{
  ax = Constant <value_ints = [0]> ()
  d = Not (c)
  f = If <else_branch = e () => (float[] ea) {
    ea = Exp (x)
  }, then_branch = t () => (float[] ta) {
    ta = Squeeze (x, ax)
  }> (d)
  y = Relu (f)
}
`;

beforeAll(async () => {
  bench = await Workbench.open('text', {
    prepare: async (folder) => {
      await writeFile(join(folder, 'untidy.onnxtxt'), untidy);
      await writeFile(join(folder, 'broken.onnxtxt'), untidy.replace('Add(hidden,', 'Add(hidden,,)('));
      await writeFile(join(folder, 'tidy.onnxtxt'), tidy);
      await writeFile(join(folder, 'unfinished.onnxtxt'), unfinished);
      await writeFile(join(folder, 'branching.onnxtxt'), branching);
    },
  });
});
afterAll(() => bench?.close());
beforeEach(async () => {
  await bench.closeEditors();
  await bench.command('workbench.view.explorer');
});

it('lays a hand-written text out with Format Document', async () => {
  await open('untidy.onnxtxt');
  await bench.page.keyboard.press('Control+Shift+I');
  await bench.until(async () => (await bench.activeText()) !== untidy, 'a formatted text');
  expect(await bench.activeText()).toBe(tidy);
  await bench.command('workbench.action.files.revert');
});

it('says that totals of an unfinished text are lower bounds, in lens and side panel', async () => {
  await open('unfinished.onnxtxt');
  await bench.until(
    async () =>
      (await bench.page.locator('.codelens-decoration').allInnerTexts()).join().includes('at least'),
    'a lens',
  );
  const lenses = (await bench.page.locator('.codelens-decoration').allInnerTexts())
    .join(' ')
    .replace(/\u00a0/g, ' ');
  expect(lenses).toMatch(/at least [\d.,]+ [µm]s/);
  await bench.command('siliconlens.panel.focus');
  const panel = await bench.panelFigures();
  const card = (await panel.locator('.card').first().innerText()).replace(/\s+/g, ' ');
  expect(card).toMatch(/Latency at least [\d.,]+ [µm]s \(1 node unknown\) Basis unknown/);
  await bench.picture('partial-totals');
  await bench.command('siliconlens.openReport');
  const report = await bench.webview('#memory-over-time');
  // The Relu has no name and goes by its output. In bytes: x 1 * 3 * 224 * 224 * 4 = 602,112, w 64 * 3 * 7 * 7 * 4 = 37,632, y 64 * 112 * 112 * 4 = 3,211,264.
  expect(await report.locator('#memory-over-time .summary').innerText()).toBe(
    'At least 3.85 MB, at y: not all sizes are known.',
  );
});

it('leaves a text with mistakes of writing as it is', async () => {
  await open('broken.onnxtxt');
  const before = await bench.activeText();
  await bench.command('editor.action.formatDocument');
  await bench.page.waitForTimeout(1000);
  expect(await bench.activeText()).toBe(before);
});

it('renames a value in all its places through the rename box', async () => {
  await open('tidy.onnxtxt');
  await goTo('hidden)');
  const box = await renameBox();
  expect(await box.inputValue()).toBe('hidden');
  await bench.picture('rename');
  await box.fill('layer.0');
  await bench.page.keyboard.press('Enter');
  const renamed = tidy.replaceAll('hidden', '"layer.0"');
  await bench.until(async () => (await bench.activeText()) !== tidy, 'a renamed value');
  expect(await bench.activeText()).toBe(renamed);
  // One step back undoes all of it.
  await bench.command('undo');
  await bench.until(async () => (await bench.activeText()) === tidy, 'the text before');
  await bench.command('workbench.action.files.revert');
});

it('says in words why a name cannot be taken', async () => {
  await open('tidy.onnxtxt');
  await goTo('hidden)');
  const box = await renameBox();
  await box.fill('x');
  await bench.page.keyboard.press('Enter');
  const words = bench.page.getByText('Another value already has this name.').first();
  await words.waitFor();
  expect(await bench.activeText()).toBe(tidy);
});

it('shows shapes by the names of their dimensions in the hover', async () => {
  await open('tidy.onnxtxt');
  await goTo('Relu');
  const hover = bench.page.locator('.monaco-hover:visible', { has: bench.page.locator('table') }).first();
  // They come once nobody waits for anything else.
  await bench.until(async () => {
    await bench.page.keyboard.press('Escape');
    await bench.command('editor.action.showHover');
    await hover.waitFor();
    return (await hover.innerText()).includes('= [N, 16]');
  }, 'a shape in names');
  await bench.picture('hover-names');
});

/** Asks for the rename box. A cursor that is still on its way to its place closes the box again: then once more. */
async function renameBox(): Promise<Locator> {
  const box = bench.page.locator('.rename-box input.rename-input');
  await bench.until(async () => {
    if (await box.isVisible()) return true;
    await bench.page.keyboard.press('F2');
    await bench.page.waitForTimeout(500);
    return box.isVisible();
  }, 'the rename box');
  return box;
}

/** Opens a text in the editor and puts the focus into it. */
it('chooses the other branch with a click over its node', async () => {
  await open('branching.onnxtxt');
  const lens = (title: string): Locator =>
    bench.page.locator('.codelens-decoration a', { hasText: title }).first();
  const totals = async (): Promise<string> =>
    (await bench.page.locator('.codelens-decoration').allInnerTexts()).join(' ');
  await lens('else_branch counts (assumed)').waitFor();
  const before = await totals();
  await lens('else_branch counts (assumed)').click();
  await lens('then_branch counts (chosen)').waitFor();
  expect(await totals()).not.toBe(before);
  const models = () =>
    bench.inHost((api) => api.workspace.getConfiguration('siliconlens').inspect('models')?.workspaceValue);
  expect(await models()).toEqual({ 'branching.onnxtxt': { values: { d: true } } });
  await bench.command('siliconlens.panel.focus');
  const panel = await bench.webview('.panel .card');
  await bench.until(async () => /d=true/.test(await panel.locator('.workload').innerText()), 'the value');
  await lens('Choose none').click();
  await lens('else_branch counts (assumed)').waitFor();
  expect(await models()).toBeNull();
});

async function open(name: string): Promise<void> {
  await bench.file(name).dblclick();
  await bench.tabsBecome([`>${name}`]);
  // Before the server runs, the editor knows of nobody who could format or rename.
  await bench.until(
    () =>
      bench.inHost(async (api) => {
        const document = api.window.activeTextEditor?.document;
        if (!document) return false;
        const all = new api.Range(0, 0, document.lineCount, 0);
        const found = await api.commands.executeCommand<unknown[] | undefined>(
          'vscode.executeInlayHintProvider',
          document.uri,
          all,
        );
        return (found?.length ?? 0) > 0;
      }),
    `hints in ${name}`,
  );
  await bench.command('workbench.action.focusActiveEditorGroup');
}

/** Puts the cursor before the first place of some words. */
async function goTo(words: string): Promise<void> {
  await bench.inHost((api, wanted) => {
    const editor = api.window.activeTextEditor!;
    const at = editor.document.positionAt(editor.document.getText().indexOf(wanted));
    editor.selection = new api.Selection(at, at);
  }, words);
}
