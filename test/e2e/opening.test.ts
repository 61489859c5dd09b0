import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { tinyUnknown } from '../unit/formats/gguf/bytes';
import { tinyNet } from '../unit/formats/openvino/ir';
import { archive } from '../unit/formats/pytorch/program';
import { Workbench } from './workbench';

let bench: Workbench;
const backKeys = process.platform === 'darwin' ? 'Control+Minus' : 'Control+Alt+Minus';
const mainKey = process.platform === 'darwin' ? 'Meta' : 'Control';

beforeAll(async () => {
  bench = await Workbench.open('opening', {
    prepare: (folder) => {
      writeFileSync(join(folder, 'weights.gguf'), tinyUnknown());
      writeFileSync(join(folder, 'program.pt2'), archive());
      writeFileSync(join(folder, 'net.xml'), tinyNet());
    },
  });
});
afterAll(() => bench?.close());
beforeEach(async () => {
  await bench.command('workbench.view.explorer');
  await bench.closeEditors();
});

it('shows a listing as preview after a single click, and stays in the Explorer', async () => {
  await bench.file('detector.onnx').click();
  await bench.tabsBecome(['>~detector.onnx.onnxtxt']);
  expect(await bench.focus()).toBe('explorer');
  expect((await bench.tabs())[0]?.[0]?.uri).toBe(
    `siliconlens:${encodeURI(bench.folder)}/detector.onnx.onnxtxt`,
  );
  await bench.file('tiny-conv.onnx').click();
  await bench.tabsBecome(['>~tiny-conv.onnx.onnxtxt']);
});

it('keeps the listing after a double click, and goes into it', async () => {
  await bench.file('detector.onnx').dblclick();
  await bench.tabsBecome(['>detector.onnx.onnxtxt']);
  await bench.until(async () => (await bench.focus()) === 'editor', 'the focus in the editor');
});

it('keeps a previewed listing when its model is double-clicked later', async () => {
  await bench.file('detector.onnx').click();
  await bench.tabsBecome(['>~detector.onnx.onnxtxt']);
  await bench.page.waitForTimeout(1500);
  await bench.file('detector.onnx').dblclick();
  await bench.tabsBecome(['>detector.onnx.onnxtxt']);
});

it('previews with the space bar', async () => {
  await bench.file('detector.onnx').click();
  await bench.tabsBecome(['>~detector.onnx.onnxtxt']);
  await bench.page.keyboard.press('ArrowDown');
  await bench.page.keyboard.press('Space');
  await bench.tabsBecome(['>~gpt2.onnx.onnxtxt']);
  expect(await bench.focus()).toBe('explorer');
});

it('shows the tensors of a GGUF file after a click, and its report from its menu', async () => {
  await bench.file('weights.gguf').click();
  await bench.tabsBecome(['>~weights.gguf.onnxtxt']);
  const text = async (): Promise<string> => (await bench.activeText()) ?? '';
  await bench.until(async () => (await text()).includes('q4_K[8, 256] "blk.0.attn_q.weight"'), 'the tensors');
  const [, remark] = (await text()).split('\n');
  expect(remark).toContain('architecture “newllama” is not known here yet: there are no layers and no costs');
  // The clause of the menu names the endings, and VS Code asks it for the file that was clicked.
  await bench.fileMenu('weights.gguf', 'Open Report');
  const report = await bench.webview('header .summary');
  expect(await report.locator('header .summary').innerText()).toBe(
    '0 nodes · 18,496 parameters · 10.6 kB of weights',
  );
});

it('shows a program of PyTorch after a click', async () => {
  await bench.file('program.pt2').click();
  await bench.tabsBecome(['>~program.pt2.onnxtxt']);
  const text = async (): Promise<string> => (await bench.activeText()) ?? '';
  await bench.until(
    async () => (await text()).includes('linear = aten.linear (x, "head.weight")'),
    'the operators',
  );
});

it('opens an OpenVINO model by its menu, since many files end as it does', async () => {
  await bench.file('net.xml').click();
  await bench.tabsBecome(['>~net.xml']);
  await bench.fileMenu('net.xml', 'Open Listing');
  const text = async (): Promise<string> => (await bench.activeText()) ?? '';
  await bench.until(async () => (await text()).includes('xw = openvino.MatMul'), 'the layers');
});

it('opens the sample model', async () => {
  await bench.command('siliconlens.openSample');
  await bench.tabsBecome(['>mobilenetv2.onnx.onnxtxt']);
  await bench.until(async () => (await bench.lenses()).some((title) => / [mµ]s/.test(title)), 'totals');
});

it('opens from quick open', async () => {
  await bench.page.keyboard.press(`${mainKey}+p`);
  await bench.page.keyboard.type('speech-lstm', { delay: 20 });
  await bench.page
    .locator('.quick-input-list .monaco-list-row', { hasText: 'speech-lstm' })
    .first()
    .waitFor();
  await bench.page.keyboard.press('Enter');
  await bench.until(async () => (await bench.tabs())[0]?.[0]?.label === 'speech-lstm-gru.onnx.onnxtxt', 'it');
  await bench.until(async () => (await bench.focus()) === 'editor', 'the focus in the editor');
});

it('opens to the side', async () => {
  await bench.openModel('detector.onnx');
  await bench.fileMenu('tiny-conv.onnx', 'Open to the Side');
  await bench.tabsBecome(['>detector.onnx.onnxtxt'], ['>tiny-conv.onnx.onnxtxt']);
});

it('opens to the side of its own listing', async () => {
  await bench.openModel('detector.onnx');
  await bench.fileMenu('detector.onnx', 'Open to the Side');
  await bench.tabsBecome(['>detector.onnx.onnxtxt'], ['>detector.onnx.onnxtxt']);
});

it('goes back twice without bouncing', async () => {
  await bench.openModel('detector.onnx');
  await openSlowly('resnet50.onnx');
  await bench.page.keyboard.press(backKeys);
  const page = ['detector.onnx.onnxtxt', 'resnet50.onnx.onnxtxt', '>~resnet50.onnx (custom)'];
  await bench.tabsBecome(page);
  await bench.page.waitForTimeout(1000);
  await bench.tabsBecome(page);
  const shown = await bench.webview('button[data-action=listing]');
  expect(await shown.locator('button').allInnerTexts()).toEqual([
    'Open Listing',
    'Open Report',
    'Open Model With…',
  ]);
  await bench.page.keyboard.press(backKeys);
  await activeBecomes('detector.onnx.onnxtxt');
});

it('leads from the page to the listing', async () => {
  await bench.openModel('detector.onnx');
  await openSlowly('unet-blocks.onnx');
  await bench.page.keyboard.press(backKeys);
  const shown = await bench.webview('button[data-action=listing]');
  await shown.locator('button[data-action=listing]').click();
  await activeBecomes('unet-blocks.onnx.onnxtxt');
});

it('does not take the place of what is opened while a slow model is read', async () => {
  await bench.openModel('detector.onnx');
  await bench.closeEditors();
  await bench.signalServer('SIGSTOP');
  try {
    await bench.file('vit-b16.onnx').dblclick();
    await bench.webview('progress');
    await bench.file('mobilenetv2.onnx').dblclick();
    await bench.tabsBecome(['vit-b16.onnx (custom)', '>mobilenetv2.onnx (custom)']);
    await bench.page.waitForTimeout(500);
  } finally {
    await bench.signalServer('SIGCONT');
  }
  await bench.tabsBecome(['vit-b16.onnx (custom)', '>mobilenetv2.onnx.onnxtxt']);
  await bench.page.waitForTimeout(1000);
  await bench.tabsBecome(['vit-b16.onnx (custom)', '>mobilenetv2.onnx.onnxtxt']);
  await bench.page.getByRole('tab', { name: 'vit-b16.onnx' }).click();
  await activeBecomes('vit-b16.onnx.onnxtxt');
});

async function activeBecomes(label: string): Promise<void> {
  const active = async () => (await bench.tabs()).flat().find((tab) => tab.active)?.label;
  await bench.until(async () => (await active()) === label, label);
}

/** Opens a model so slowly that its own tab becomes part of the history, as it may on a busy machine. */
async function openSlowly(name: string): Promise<void> {
  await bench.signalServer('SIGSTOP');
  try {
    await bench.file(name).dblclick();
    await bench.webview('progress');
    await bench.page.waitForTimeout(1000);
  } finally {
    await bench.signalServer('SIGCONT');
  }
  await activeBecomes(`${name}.onnxtxt`);
  await bench.page.waitForTimeout(800);
}
