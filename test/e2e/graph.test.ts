import type { FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;
let graph: FrameLocator;

beforeAll(async () => {
  bench = await Workbench.open('graph', { viewport: { width: 1600, height: 1000 } });
  await bench.setting('siliconlens.chips', ['nvidia-l4']);
  await bench.openModel('resnet50.onnx');
});
afterAll(() => bench?.close());

const goTo = (part: string): Promise<number> =>
  bench.inHost((api, wanted) => {
    const editor = api.window.visibleTextEditors[0]!;
    const line = editor.document
      .getText()
      .split('\n')
      .findIndex((text) => text.includes(wanted));
    editor.selection = new api.Selection(line, 0, line, 0);
    return line;
  }, part);
const line = (): Promise<number> =>
  bench.inHost((api) => api.window.visibleTextEditors[0]!.selection.active.line);

it('opens beside the listing around the node of the cursor, with the figures of the listing', async () => {
  await goTo('/layer2/layer2.0/Relu"]');
  await bench.command('siliconlens.showGraph');
  graph = await bench.webview('.graph .box');
  await graph.locator('.box.center[aria-label*="/layer2/layer2.0/Relu"]').waitFor();
  const boxes = await graph.locator('.box').count();
  expect(boxes).toBeGreaterThan(5);
  // The table says the same as the boxes.
  expect(await graph.locator('tbody tr').count()).toBe(boxes);
  const [time] = await graph.locator('tbody tr td:nth-child(3)').allInnerTexts();
  expect(await graph.locator('.box.center').getAttribute('aria-label')).toContain(`: ${time}, `);
  // The table may be wide; the page is not.
  expect(await graph.locator('body').evaluate((body) => body.scrollWidth <= body.clientWidth)).toBe(true);
  await bench.page.waitForTimeout(500);
  await bench.picture('graph-dark');
});

it('is walked by keys: along an arrow, to the line, and further', async () => {
  await graph.locator('.box.center').focus();
  const focused = () => graph.locator('.box:focus').getAttribute('aria-label');
  const before = await focused();
  await bench.page.keyboard.press('ArrowUp');
  const above = await focused();
  expect(above).not.toBe(before);
  const [, name] = /^\S+ (.*?): /.exec(above!)!;
  await bench.page.keyboard.press('Enter');
  const wanted = await bench.inHost(
    (api, part) =>
      api.window.visibleTextEditors[0]!.document.getText()
        .split('\n')
        .findIndex((text) => text.includes(`["${part}"]`)),
    name!,
  );
  await bench.until(async () => (await line()) === wanted, 'the cursor at the line of the box');
  const boxes = await graph.locator('.box').count();
  await graph.locator('.box.center').focus();
  await bench.page.keyboard.press('+');
  await bench.until(async () => (await graph.locator('.box').count()) > boxes, 'more boxes');
});

it('follows the cursor', async () => {
  await goTo('/layer3/layer3.1/conv2/conv2.0/Conv"]');
  await graph.locator('.box.center[aria-label*="/layer3/layer3.1/conv2/conv2.0/Conv"]').waitFor();
});

it.each([
  ['light', 'Default Light Modern'],
  ['high-contrast', 'Default High Contrast'],
])('looks right in %s', async (name, theme) => {
  await bench.setting('workbench.colorTheme', theme);
  await bench.page.waitForTimeout(2000);
  await bench.picture(`graph-${name}`);
  const look = await graph.locator('.box.center .frame').evaluate((frame) => getComputedStyle(frame).stroke);
  expect(look).not.toBe('none');
});
