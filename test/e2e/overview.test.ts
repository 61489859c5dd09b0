import { copyFile, mkdir, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import '../setup';
import type { FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatterOf } from '../../l10n/format';
import { reportOf } from '../unit/cli/commandLine';
import { Workbench } from './workbench';

let bench: Workbench;
let page: FrameLocator;
const chips = ['nvidia-t4', 'hailo-8'];
const format = formatterOf('en');
const kept = ['tiny-mlp.onnx', 'mobilenetv2.onnx', 'bert-base.onnx'];

beforeAll(async () => {
  bench = await Workbench.open('overview', {
    viewport: { width: 1400, height: 800 },
    prepare: async (folder) => {
      await mkdir(join(folder, 'nets', 'node_modules'), { recursive: true });
      await writeFile(join(folder, 'nets', 'broken.onnx'), 'no model');
      await copyFile(join(folder, 'tiny-mlp.onnx'), join(folder, 'nets', 'node_modules', 'tool.onnx'));
      for (const name of ['detector', 'gpt2', 'llama-1b', 'resnet50', 'speech-lstm-gru', 'tiny-conv'])
        await rm(join(folder, `${name}.onnx`));
      for (const name of ['unet-blocks', 'vit-b16', 'whisper-tiny-decoder', 'whisper-tiny-encoder'])
        await rm(join(folder, `${name}.onnx`));
    },
  });
  await bench.setting('siliconlens.chips', chips);
});
afterAll(() => bench?.close());

const cellsOf = (name: string): Promise<string[]> =>
  page.locator(`tr[data-model="${name}"] > *`).allInnerTexts();
const act = () => page.locator('.toolbar button');

it('lists the models of the workspace, of which nothing is known before somebody asks', async () => {
  await bench.command('siliconlens.showWorkspace');
  page = await bench.webview('.toolbar progress, .toolbar button');
  await bench.until(async () => (await page.locator('tr[data-model]').count()) === 4, 'four models');
  const names = await page
    .locator('tr[data-model]')
    .evaluateAll((rows) => rows.map((row) => row.getAttribute('data-model')));
  expect(names).toEqual([...kept.slice().sort(), 'nets/broken.onnx'].sort());
  expect((await cellsOf('tiny-mlp.onnx')).at(-1)).toBe('not worked out yet');
  expect(await act().innerText()).toBe('Work out 4 models');
});

it('works out the figures that the command line has, and says why a broken model has none', async () => {
  await act().click();
  await bench.until(async () => (await act().innerText()) === 'All worked out', 'the end');
  for (const name of kept) {
    const report = await reportOf(join(bench.folder, name), '--chip', chips[0]!, '--chip', chips[1]!);
    const cells = await cellsOf(name);
    expect(cells[1]).toBe(format.count(report.model.parameters));
    const { total, memory } = report.chips[0]!;
    expect(cells.slice(2, 5)).toEqual([
      format.seconds(total.latencySeconds!.value!),
      `${format.bytes(memory.highWaterBytes!)} / ${format.bytes(memory.capacityBytes!)}`,
      memory.fits ? 'fits' : 'does not fit',
    ]);
    const onHailo = report.chips[1]!.total.latencySeconds;
    if (onHailo?.isLowerBound === false) expect(cells[5]).toBe(format.seconds(onHailo.value));
  }
  expect((await cellsOf('nets/broken.onnx')).at(-1)).toMatch(/ONNX|model/);
  await bench.picture('overview');
});

it('sorts by a column, finds by a path, and a press opens the listing', async () => {
  const names = () => page.locator('tr[data-model] th button').allInnerTexts();
  await page.getByRole('button', { name: 'Parameters' }).click();
  // 109 and 3.5 million, a handful, unknown.
  expect(await names()).toEqual(['bert-base.onnx', 'mobilenetv2.onnx', 'tiny-mlp.onnx', 'nets/broken.onnx']);
  await page.locator('input[type=search]').fill('mobile');
  await bench.until(async () => (await names()).length === 1, 'one model');
  await page.getByRole('button', { name: 'mobilenetv2.onnx' }).press('Enter');
  const shown = () => bench.inHost((api) => api.window.activeTextEditor?.document.uri.path ?? '');
  await bench.until(async () => (await shown()).endsWith('/mobilenetv2.onnx.onnxtxt'), 'its listing');
});

it('shows no figure of a model that changed, nor of other settings, and has the others after a reload', async () => {
  await utimes(join(bench.folder, 'tiny-mlp.onnx'), new Date(), new Date());
  await bench.command('siliconlens.showWorkspace');
  page = await bench.webview('.toolbar button');
  await page.locator('input[type=search]').fill('');
  const changed = 'changed since it was worked out';
  await bench.until(async () => (await cellsOf('tiny-mlp.onnx')).at(-1) === changed, 'a changed file');
  expect((await cellsOf('bert-base.onnx')).length).toBeGreaterThan(4);
  // It is the same model: its figures are taken up again.
  await act().click();
  await bench.until(async () => (await cellsOf('tiny-mlp.onnx')).length > 4, 'its figures');
  await bench.setting('siliconlens.precision', 'int8');
  await bench.until(async () => (await cellsOf('bert-base.onnx')).at(-1) === changed, 'other settings');
  await bench.inHost(async (api) => {
    const target = api.ConfigurationTarget.Workspace;
    await api.workspace.getConfiguration().update('siliconlens.precision', undefined, target);
  });
  await bench.until(async () => (await cellsOf('bert-base.onnx')).length > 4, 'the settings from before');
  await bench.reload();
  page = await bench.webview('tr[data-model]');
  await bench.until(async () => (await cellsOf('bert-base.onnx')).length > 4, 'figures after a reload');
});
