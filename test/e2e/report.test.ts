import type { FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatterOf } from '../../l10n/format';
import { costsOn, prepare } from '../../server/engine/analyse';
import { chipById } from '../../server/engine/chips/catalogue';
import { uninterrupted } from '../../server/engine/scheduler';
import { readFixture } from '../unit/inference/fixtures';
import { Workbench } from './workbench';

let bench: Workbench;
let report: FrameLocator;

beforeAll(async () => {
  bench = await Workbench.open('report');
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm', 'nvidia-l4', 'intel-xeon-8480']);
  await bench.openModel('bert-base.onnx');
  await bench.command('siliconlens.openReport');
  report = await bench.webview('.report canvas');
});
afterAll(() => bench?.close());

it('opens beside its listing', async () => {
  await bench.tabsBecome(['>bert-base.onnx.onnxtxt'], ['>bert-base.onnx — Report (webview)']);
  await bench.picture('report');
});

it('draws every chart', async () => {
  const canvases = report.locator('canvas');
  await bench.until(async () => (await canvases.count()) >= 4, 'four charts');
  for (let i = 0; i < (await canvases.count()); i++) {
    await canvases.nth(i).scrollIntoViewIfNeeded();
    await bench.page.waitForTimeout(300);
    const colours = await canvases.nth(i).evaluate((canvas: HTMLCanvasElement) => {
      const data = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
      const seen = new Set<number>();
      for (let at = 0; at < data.length; at += 4)
        if (data[at + 3]! > 0) seen.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
      return seen.size;
    });
    expect(colours).toBeGreaterThan(2);
  }
});

it('has a filled table for every chart, and a row for every chip', async () => {
  const tables = await report
    .locator('table')
    .evaluateAll((all) => all.map((table) => table.querySelectorAll('tbody tr').length));
  expect(tables.length).toBeGreaterThanOrEqual(5);
  expect(tables.filter((rows) => rows === 0)).toEqual([]);
  const text = await report.locator('body').innerText();
  for (const chip of ['H100', 'L4', 'Xeon']) expect(text).toContain(chip);
});

it('says how the time of a node, and of the run, was computed', async () => {
  const pages = () =>
    bench.inHost((api) =>
      api.workspace.textDocuments
        .filter(({ uri }) => uri.scheme === 'siliconlens-page')
        .map((page) => page.getText().split('\n')[0]!),
    );
  const time = report.locator('#nodes .row[data-node] button.figure').first();
  const said = await time.innerText();
  await time.click();
  await bench.until(
    async () => (await pages()).some((title) => title.startsWith(`# ${said}: MatMul `)),
    'a page',
  );
  await bench.page.waitForTimeout(1500);
  await bench.picture('derivation');
  await report.locator('.figures > button.link').click();
  await bench.until(async () => (await pages()).some((title) => / a run on H100 SXM5/.test(title)), 'a page');
  await bench.page.waitForTimeout(1500);
  await bench.picture('derivation-total');
  await bench.command('workbench.action.focusFirstEditorGroup');
  await bench.command('workbench.action.closeActiveEditor');
  await bench.tabsBecome(['>bert-base.onnx.onnxtxt'], ['>bert-base.onnx — Report (webview)']);
});

it('goes to the line of a row, and marks the node under the cursor', async () => {
  const row = report.locator('#nodes .row[data-node]').first();
  await row.scrollIntoViewIfNeeded();
  const node = await row.getAttribute('data-node');
  const name = await row.locator('button.link').innerText();
  await row.locator('button.link').click();
  const cursor = () => bench.inHost((api) => api.window.activeTextEditor?.selection.active.line ?? 0);
  await bench.until(async () => (await cursor()) > 0, 'the line');
  await bench.tabsBecome(['>bert-base.onnx.onnxtxt'], ['>bert-base.onnx — Report (webview)']);
  expect(await hoverText()).toContain(name);
  await bench.picture('report-row');

  const line = await cursor();
  await moveTo(line + 1);
  await bench.page.waitForTimeout(600);
  await moveTo(line);
  const marked = report.locator('#nodes .row.highlighted');
  await bench.until(
    async () => (await marked.count()) === 1 && (await marked.getAttribute('data-node')) === node,
    `a mark on node ${node}`,
  );
});

/** What the hover at the cursor says, without Markdown's escapes. */
async function hoverText(): Promise<string> {
  const raw = await bench.inHost(async (api) => {
    const editor = api.window.activeTextEditor!;
    const hovers = await api.commands.executeCommand<{ contents: { value: string }[] }[]>(
      'vscode.executeHoverProvider',
      editor.document.uri,
      editor.selection.active.translate(0, 4),
    );
    return hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join('\n');
  });
  return raw.replaceAll('\\', '');
}

function moveTo(line: number): Promise<unknown> {
  return bench.inHost((api, at) => {
    const editor = api.window.activeTextEditor!;
    const position = new api.Position(at, 6);
    editor.selection = new api.Selection(position, position);
  }, line);
}

it('fills the side panel', async () => {
  await bench.command('workbench.view.extension.siliconlens');
  const panel = await bench.webview('.panel .card');
  expect(await panel.locator('#own .line[data-chip]').count()).toBe(3);
  expect(await panel.locator('#costliest tbody tr').count()).toBe(10);
  // Chips and costliest nodes are in sight without scrolling.
  const last = (await panel.locator('#costliest tbody tr').last().boundingBox())!;
  expect(last.y + last.height).toBeLessThan(800);
  await bench.picture('panel');
});

it('is the same report when it is opened again', async () => {
  await bench.command('workbench.action.focusFirstEditorGroup');
  await bench.command('siliconlens.openReport');
  await bench.tabsBecome(['>bert-base.onnx.onnxtxt'], ['>bert-base.onnx — Report (webview)']);
});

it('answers another batch in place, as the settings then have it', async () => {
  const workload = {
    bindings: { batch: 8 },
    phase: 'inference',
    precision: 'as-stored',
    runtime: null,
  } as const;
  const prepared = await prepare(await readFixture('bert-base'), workload, uninterrupted);
  const { cost } = await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted);
  const wanted = formatterOf('en').seconds(cost.total.latencySeconds!.value!);
  const field = report.locator('#question-dimension-batch');
  const note = report.locator('.question label:has(#question-dimension-batch) .note');
  await field.scrollIntoViewIfNeeded();
  await field.fill('8');
  const answer = report.locator('#answer p').first();
  await bench.until(async () => (await answer.innerText()).includes(`a run takes ${wanted} (`), wanted);
  // The field keeps the focus over the new report.
  expect(await field.evaluate((one) => one === document.activeElement)).toBe(true);
  expect(await note.innerText()).toBe('');
  await bench.picture('report-batch-8');
  await field.fill('');
  await bench.until(async () => !(await answer.innerText()).includes(wanted), 'the default');
  expect(await field.inputValue()).toBe('1');
  expect(await note.innerText()).toBe('assumed');
});

it('draws the memory of the chosen chip, whose highest point its verdict is about', async () => {
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const prepared = await prepare(await readFixture('bert-base'), workload, uninterrupted);
  const { fit } = await costsOn(prepared, chipById('nvidia-h100-sxm')!, uninterrupted);
  const said = await report.locator('#memory-over-time').innerText();
  // BERT-base: 438 MB of weights, and activations of one sequence of 128 on top.
  expect(fit.highWaterBytes).toBeGreaterThan(438e6);
  expect(said).toContain(`At most ${formatterOf('en').bytes(fit.highWaterBytes!)}`);
});

it('tries other precisions and sizes, and a press makes one so', async () => {
  const workload = { bindings: { batch: 16 }, phase: 'inference', precision: 'fp16', runtime: null } as const;
  const prepared = await prepare(await readFixture('bert-base'), workload, uninterrupted);
  const { cost } = await costsOn(prepared, chipById('nvidia-l4')!, uninterrupted);
  const wanted = formatterOf('en').seconds(cost.total.latencySeconds!.value!);
  const whatIf = report.locator('#what-if');
  await whatIf.locator('summary').first().click();
  await bench.until(
    async () => (await whatIf.locator('tbody th').allInnerTexts()).includes('L4'),
    'the table',
  );
  const heads = await whatIf.locator('.scroll thead th').allInnerTexts();
  expect(heads.slice(2)).toEqual([1, 2, 4, 8, 16, 32, 64].map((size) => `batch ${size}`));
  const rows = await whatIf
    .locator('.scroll tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((one) => one.textContent ?? '')));
  const from = rows.findIndex(([chip]) => chip === 'L4');
  const at = rows.findIndex(([, precision], index) => index >= from && precision === 'fp16');
  const column = heads.indexOf('batch 16');
  expect(rows[at]![column]!.replace('★ ', '')).toBe(wanted);
  await whatIf.scrollIntoViewIfNeeded();
  await bench.picture('report-what-if');
  await whatIf
    .locator('.scroll tbody tr')
    .nth(at)
    .locator('td')
    .nth(column - 1)
    .locator('button')
    .click();
  const answer = report.locator('#answer p').first();
  await bench.until(async () => (await answer.innerText()).includes(`On L4 a run takes ${wanted} (`), wanted);
  expect(await report.locator('#question-precision').inputValue()).toBe('fp16');
  expect(await report.locator('#question-dimension-batch').inputValue()).toBe('16');
  await bench.picture('report-what-if-made');
});
