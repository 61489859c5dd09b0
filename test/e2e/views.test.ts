import { afterAll, beforeAll, expect, it } from 'vitest';
import type { RowsParams, Summary } from '../../server/protocol';
import {
  chipOf,
  estimateOf,
  measuredOf,
  measuredPointOf,
  memoryPointOf,
  pointOf,
  rowOf,
  summaryOf,
} from '../unit/webview/made';
import { ViewPage } from './viewPage';

/** What needs a browser: layout, scrolling, a canvas, focus. The content of the pages is tested in test/unit/webview. */
let view: ViewPage;

const nodes = 1000;

/** 1,000 nodes, of which each costs more than the one before. */
function rows({ sort, descending, filter }: Omit<RowsParams, 'uri'>) {
  const all = Array.from({ length: nodes }, (_, node) =>
    rowOf(node, { name: `node-${node}`, seconds: estimateOf((node + 1) * 1e-6), share: 0.001 }),
  ).filter(({ name }) => name.includes(filter));
  return (sort === 'seconds' || sort === 'index') && descending ? all.reverse() : all;
}

const summary: Summary = summaryOf({
  chips: [
    chipOf({
      points: [pointOf(1, 2e9, 1e6, 0.001, 'compute'), pointOf(2, 1e6, 1e9, 0.002, 'memory')],
      memory: {
        points: [memoryPointOf(1, 1e9), memoryPointOf(2, 5e8)],
      },
      measured: measuredOf({ points: [measuredPointOf(1, 0.003, estimateOf(0.001))] }),
    }),
    chipOf({ id: 'b', name: 'Chip B' }),
  ],
});

beforeAll(async () => {
  view = await ViewPage.open('report', rows);
  await view.tell({ type: 'summary', summary });
  await view.page.locator('#bandwidth-by-node').waitFor();
});
afterAll(() => view?.close());

const names = () => view.page.locator('#nodes .row button.link').allInnerTexts();

it('draws every canvas: each has the colours of what is in it', async () => {
  const canvases = view.page.locator('canvas');
  // Roofline, memory, residuals, time and bandwidth.
  expect(await canvases.count()).toBe(5);
  const inks = await canvases.evaluateAll((all) =>
    all.map((canvas) => {
      const { width, height } = canvas as HTMLCanvasElement;
      const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      const near = (at: number, [r, g, b]: readonly number[]) =>
        data[at + 3]! > 80 &&
        Math.abs(data[at]! - r!) + Math.abs(data[at + 1]! - g!) + Math.abs(data[at + 2]! - b!) < 12;
      const colors = {
        blue: [55, 148, 255],
        orange: [209, 134, 22],
        red: [241, 76, 76],
        green: [137, 209, 133],
      };
      return Object.entries(colors)
        .filter(([, color]) => {
          for (let at = 0; at < data.length; at += 4) if (near(at, color)) return true;
          return false;
        })
        .map(([name]) => name);
    }),
  );
  // Dots of both bounds; weights and activations; a dot that is slower than its range, which ends at 2 ms; bars bound by
  // compute; bars of bandwidth.
  expect(inks).toEqual([['blue', 'orange'], ['blue', 'orange'], ['red'], ['blue'], ['green']]);
});

it('has as many rows in the page as are in view, and those of the place that is scrolled to', async () => {
  const viewport = view.page.locator('#nodes .viewport');
  expect(await viewport.evaluate((box) => [box.clientHeight, box.scrollHeight])).toEqual([480, 24_000]);
  // 480 px hold 20 rows of 24 px, and two more are begun.
  expect(await view.page.locator('#nodes .viewport .row').count()).toBe(22);
  await viewport.evaluate((box) => (box.scrollTop = 12_000));
  // Row 500 from the top, which costs most, node 999.
  await view.page.locator('#nodes .row[data-node="499"]').waitFor();
  expect(await view.page.locator('#nodes .viewport .row').count()).toBe(22);
  const tops = await view.page.locator('#nodes .viewport').evaluate((box) => {
    const first = box.querySelector('.row')!.getBoundingClientRect();
    return [first.top - box.getBoundingClientRect().top, first.height];
  });
  expect(tops).toEqual([0, 24]);
});

it('reaches the last row', async () => {
  await view.page.locator('#nodes .viewport').evaluate((box) => (box.scrollTop = box.scrollHeight));
  const last = view.page.locator('#nodes .row[data-node="0"]');
  await last.waitFor();
  const [row, box] = [await last.boundingBox(), await view.page.locator('#nodes .viewport').boundingBox()];
  expect(row!.y + row!.height).toBe(box!.y + box!.height);
});

it('begins at the top again when it is sorted otherwise, and says so', async () => {
  const header = view.page.locator('#nodes .header button.link', { hasText: 'Name' });
  await header.click();
  await view.page.locator('#nodes .row[data-node="0"]').waitFor();
  expect(await view.page.locator('#nodes .viewport').evaluate((box) => box.scrollTop)).toBe(0);
  expect((await names()).slice(0, 10)).toContain('Name ▲');
  const sorted = view.page.locator('#nodes [aria-sort]:not([aria-sort="none"])');
  expect(await sorted.innerText()).toBe('Name ▲');
});

it('filters after a pause in the typing', async () => {
  await view.page.locator('#nodes input').pressSequentially('node-99');
  // node-99 and node-990 to node-999.
  await view.page.locator('#nodes .status', { hasText: '11 nodes' }).waitFor();
  expect(await view.page.locator('#nodes .viewport .row').count()).toBe(11);
  const filters = (await view.sent()).flatMap((said) => (said.type === 'rows' ? [said.params.filter] : []));
  const asked = filters.filter((filter) => filter !== '');
  expect(asked.at(-1)).toBe('node-99');
  // Not for each of the seven letters; a machine with much to do may pause between two of them itself.
  expect(asked.length).toBeLessThan(7);
});

it('goes by keyboard from the filter to a header and a row, which leads to its node', async () => {
  await view.page.locator('#nodes input').focus();
  const focused = () => view.page.evaluate(() => document.activeElement?.textContent ?? '');
  await view.page.keyboard.press('Tab');
  expect(await focused()).toBe('#');
  // Six columns to sort by at this width, with measured times, one that only explains itself, and the list, which scrolls
  // by keys.
  for (let i = 0; i < 7; i++) await view.page.keyboard.press('Tab');
  expect(await view.page.evaluate(() => document.activeElement?.className)).toBe('viewport');
  await view.page.keyboard.press('Tab');
  expect(await focused()).toBe('node-99');
  await view.page.keyboard.press('Enter');
  expect((await view.sent()).at(-1)).toEqual({ type: 'reveal', node: 99 });
});

it('explains a name that has the focus until Escape or the focus leaves it', async () => {
  const tip = view.page.getByRole('tooltip');
  const latency = view.page.locator('#chips button.term', { hasText: 'Latency' });
  expect(await tip.count()).toBe(0);
  await latency.focus();
  expect(await tip.innerText()).toMatch(
    /^Latency\n+The time of one run .*\n+Why it matters: .*\n+Example: /s,
  );
  expect(
    await latency.evaluate((one) => document.getElementById(one.getAttribute('aria-describedby')!)?.role),
  ).toBe('tooltip');
  const [name, box] = [await latency.boundingBox(), await tip.boundingBox()];
  expect(box!.y).toBeGreaterThanOrEqual(name!.y + name!.height);
  await view.page.keyboard.press('Escape');
  expect([await tip.count(), await latency.getAttribute('aria-describedby')]).toEqual([0, null]);
  await view.page.keyboard.press('Enter');
  expect(await tip.innerText()).toContain('Latency');
  await view.page.keyboard.press('Tab');
  expect(await tip.innerText()).not.toContain('The time of one run');
  await view.page.keyboard.press('Escape');
});

it('explains a name under the pointer, which may move onto the tip, and stays in the page', async () => {
  const tip = view.page.getByRole('tooltip');
  await view.page.locator('h1').hover();
  await view.page.locator('#roofline h2 button.term').hover();
  await tip.waitFor();
  await tip.hover();
  await view.page.waitForTimeout(500);
  const box = (await tip.boundingBox())!;
  const { width, height } = view.page.viewportSize()!;
  expect(
    Math.min(box.x, box.y, width - box.x - box.width, height - box.y - box.height),
  ).toBeGreaterThanOrEqual(0);
  await view.page.locator('#roofline .summary').hover();
  await tip.waitFor({ state: 'hidden' });
});

it('marks the node under the cursor in the table', async () => {
  await view.tell({ type: 'highlight', node: 990 });
  await view.page.locator('#nodes .row.highlighted[data-node="990"][aria-selected="true"]').waitFor();
  expect(await view.page.locator('#nodes .row.highlighted').count()).toBe(1);
});

it('goes to the node of a bar that is clicked', async () => {
  const canvas = view.page.locator('#time-by-node canvas');
  const box = (await canvas.boundingBox())!;
  // 600 px hold 30 bars of 18 px and the axis below them: the first bar, of the node that costs most, is in the first 30 px.
  await canvas.click({ position: { x: box.width / 2, y: 22 } });
  // Charts take events in the next frame.
  await expect.poll(async () => (await view.sent()).at(-1)).toEqual({ type: 'reveal', node: 999 });
});

it('saves a chart as a picture of its size', async () => {
  await view.page.locator('#roofline button', { hasText: 'Save picture…' }).click();
  const last = () =>
    view.page.evaluate(() => {
      const said = window.host.sent.at(-1);
      if (said?.type !== 'savePicture') return null;
      const { width, height } = document.querySelector<HTMLCanvasElement>('#roofline canvas')!;
      const view = new DataView(said.png.buffer, said.png.byteOffset);
      // Behind the signature and the head of its first chunk a PNG has its width and height.
      return [said.name, view.getUint32(16) === width, view.getUint32(20) === height];
    });
  await expect.poll(last).toEqual(['roofline', true, true]);
});

it('shows another chip on a press, and remembers it', async () => {
  await view.page.locator('#chips button', { hasText: 'Chip B' }).click();
  await view.page.locator('h2.chosen', { hasText: 'On Chip B' }).waitFor();
  expect(await view.page.evaluate(() => window.host.state)).toMatchObject({ chip: 'b' });
});

it('says that a report is old above it, and why there is none in its place', async () => {
  const banner = view.page.locator('.banner');
  await view.tell({
    type: 'state',
    state: { kind: 'stale', message: 'It changed.', actions: ['analyseAgain'] },
  });
  await banner.locator('p.stale', { hasText: 'It changed.' }).waitFor();
  expect(await view.page.locator('#chips').count()).toBe(1);
  await banner.locator('button', { hasText: 'Analyse Again' }).click();
  expect((await view.sent()).at(-1)).toEqual({ type: 'command', command: 'analyseAgain' });
  await view.tell({ type: 'state', state: { kind: 'error', message: 'It broke.', actions: [] } });
  await banner.locator('p.error', { hasText: 'It broke.' }).waitFor();
  expect(await view.page.locator('#chips').count()).toBe(0);
  await view.tell({ type: 'summary', summary });
  await view.page.locator('#chips').waitFor();
  expect(await banner.innerText()).toBe('');
});

it('shows in the panel a bar of memory and the costliest nodes, and marks the one under the cursor', async () => {
  const panel = await ViewPage.open('panel');
  try {
    const costliest = [rowOf(3, { name: 'dear' }), rowOf(8, { name: 'cheap' })];
    await panel.tell({ type: 'summary', summary: summaryOf({ chips: [chipOf({ costliest })] }) });
    await panel.page.locator('.card summary').click();
    const meter = panel.page.locator('.card meter');
    // 4 GB of the 8 GB that the runtime leaves.
    expect(await meter.evaluate((bar: HTMLMeterElement) => [bar.value, bar.max])).toEqual([0.5, 1]);
    expect((await meter.boundingBox())!.width).toBeGreaterThan(100);
    await panel.tell({ type: 'highlight', node: 8 });
    const marked = panel.page.locator('#costliest tr.highlighted');
    await marked.waitFor();
    expect(await marked.allInnerTexts()).toEqual(['cheap\t1 ms\t25%\tcompute']);
    await panel.page.locator('#costliest button', { hasText: 'dear' }).click();
    await panel.page.locator('button', { hasText: 'Open report' }).click();
    expect((await panel.sent()).slice(-2)).toEqual([
      { type: 'reveal', node: 3 },
      { type: 'command', command: 'openReport' },
    ]);
  } finally {
    await panel.close();
  }
});
