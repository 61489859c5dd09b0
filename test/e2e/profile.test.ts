import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import type { FrameLocator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;
let report: FrameLocator;
const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

beforeAll(async () => {
  bench = await Workbench.open('profile', {
    viewport: { width: 1600, height: 1000 },
    prepare: async (folder) => {
      const trace = await readFile(here('../fixtures/profiles/mobilenetv2.onnxruntime.json.gz'));
      await writeFile(join(folder, 'run.json'), gunzipSync(trace));
      const chips = join(folder, '.siliconlens', 'chips');
      await mkdir(chips, { recursive: true });
      const chip = await readFile(here('../accuracy/machines/amd-epyc-genoa-2vcpu.json'));
      await writeFile(join(chips, 'amd-epyc-genoa-2vcpu.json'), chip);
    },
  });
  await bench.setting('siliconlens.chips', ['amd-epyc-genoa-2vcpu', 'nvidia-l4']);
  await bench.openModel('mobilenetv2.onnx');
});
afterAll(() => bench?.close());

it('asks for the file and the chip, and says how well they fit', async () => {
  const importing = bench.command('siliconlens.importProfile').catch(() => undefined);
  const dialog = bench.page.locator('.quick-input-widget');
  // The dialog takes no key while it still reads its folder.
  await dialog.locator('.monaco-list-row', { hasText: 'run.json' }).waitFor({ timeout: 60_000 });
  await dialog.locator('input[type="text"]').fill(join(bench.folder, 'run.json'));
  await bench.page.waitForTimeout(1500);
  await bench.page.keyboard.press('Enter');
  const chips = dialog.filter({ hasText: 'which chip was it measured on' });
  await chips.locator('.monaco-list-row', { hasText: 'Two virtual cores' }).waitFor({ timeout: 60_000 });
  await bench.picture('profile-chips');
  // The chip that leads the hints is the first.
  await bench.page.keyboard.press('Enter');
  const told = bench.page.locator('.notification-toast', {
    hasText: 'rows match kernels of mobilenetv2.onnx',
  });
  await told.waitFor({ timeout: 60_000 });
  await told.getByRole('button', { name: 'Open Report' }).click();
  await importing;
  report = await bench.webview('#residuals canvas');
});

it('lays the measured times beside the estimates of the report', async () => {
  const facts = await report.locator('#measured .facts').innerText();
  expect(facts).toContain('run.json');
  expect(facts).toMatch(/Kernels with a measured time\s*\d+ of \d+/);
  expect(facts).toMatch(/Error, median\s*\d+/);
  const cells = report.locator('#nodes .row[data-node] > div:nth-child(7)');
  await report.locator('#nodes').scrollIntoViewIfNeeded();
  await bench.until(async () => /\d.*×/.test((await cells.allInnerTexts()).join()), 'a measured time');
  await bench.picture('profile-nodes');
  await report.locator('#nodes .header button', { hasText: 'Measured' }).click();
  await bench.until(async () => /^[^#]*\d.*×/.test(await cells.first().innerText()), 'the longest first');
});

it('draws the residuals; a dot leads to its node, and so does its row in the table', async () => {
  const canvas = report.locator('#residuals canvas');
  await canvas.scrollIntoViewIfNeeded();
  await bench.page.waitForTimeout(500);
  await bench.picture('profile-residuals');
  const dot = await canvas.evaluate((element: HTMLCanvasElement) => {
    const { width, height } = element;
    const { data } = element.getContext('2d')!.getImageData(0, 0, width, height);
    const rows: [number, number][] = [];
    for (let at = 0; at < data.length; at += 4) {
      const [r, g, b, a] = [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!];
      // Axes, lines and words are grey; dots are not.
      if (a > 120 && Math.max(r, g, b) - Math.min(r, g, b) > 60)
        rows.push([(at / 4) % width, Math.floor(at / 4 / width)]);
    }
    // The last row of pixels that is coloured belongs to one dot.
    const last = rows.at(-1)!;
    const box = element.getBoundingClientRect();
    return { x: (last[0] * box.width) / width, y: ((last[1] - 2) * box.height) / height, count: rows.length };
  });
  expect(dot.count).toBeGreaterThan(200);
  const line = () => bench.inHost((api) => api.window.visibleTextEditors[0]?.selection.active.line ?? 0);
  expect(await line()).toBe(0);
  await canvas.click({ position: { x: dot.x, y: dot.y } });
  await bench.until(async () => (await line()) > 0, 'the line of a dot');

  const twin = report.locator('#residuals details');
  await twin.locator('summary').press('Enter');
  const before = await line();
  const rows = twin.locator('tbody tr');
  expect(await rows.count()).toBeGreaterThan(40);
  for (const row of [0, 1]) {
    await rows.nth(row).locator('button').press('Enter');
    await bench.page.waitForTimeout(500);
  }
  await bench.until(async () => (await line()) !== before, 'the line of a row');
  expect(await rows.first().innerText()).toMatch(/×[\d.]+/);
  await twin.locator('summary').press('Enter');
});

it('says it in the hover, whose kernel it is, and what lies outside the range', async () => {
  const text = await hoverText();
  expect(text).toMatch(/Measured on Two virtual cores[^:]*: \*\*[\d.]+ [mµ]s\*\*, [\d.]+ × the estimate/);
  expect(text).toMatch(/(slower|faster) than its range|inside its range/);
});

it('adds the measured time of the run to the line over the model', async () => {
  // VS Code asks for lenses anew while their editor has the focus.
  await bench.command('workbench.action.focusFirstEditorGroup');
  await bench.inHost((api) => {
    api.window.activeTextEditor!.revealRange(new api.Range(0, 0, 0, 0), api.TextEditorRevealType.AtTop);
  });
  const lenses = bench.page.locator('.contentWidgets .codelens-decoration').first();
  let seen = '';
  await lenses.waitFor();
  await bench.until(
    async () => /\(measured [\d.]+ ms\)/.test((seen = await lenses.innerText())),
    () => `a measured time in: ${seen}`,
  );
});

it.each([
  ['dark', 'Default Dark Modern'],
  ['high-contrast', 'Default High Contrast'],
  ['light', 'Default Light Modern'],
])('is drawn in %s', async (name, theme) => {
  await bench.setting('workbench.colorTheme', theme);
  await bench.page.waitForTimeout(2500);
  await report.locator('#measured').scrollIntoViewIfNeeded();
  await report.locator('#residuals canvas').scrollIntoViewIfNeeded();
  await bench.page.waitForTimeout(500);
  await bench.picture(`profile-${name}`);
  const colours = await report.locator('#residuals canvas').evaluate((canvas: HTMLCanvasElement) => {
    const data = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height).data;
    const seen = new Set<number>();
    for (let at = 0; at < data.length; at += 4)
      if (data[at + 3]! > 200) seen.add((data[at]! << 16) | (data[at + 1]! << 8) | data[at + 2]!);
    return seen.size;
  });
  expect(colours).toBeGreaterThan(2);
});

it('survives a reload of the window, and goes when it is removed', async () => {
  await bench.setting('workbench.colorTheme', 'Default Dark Modern');
  await bench.reload();
  report = await bench.webview('#residuals canvas');
  await bench.command('siliconlens.removeProfile', await listing());
  await bench.until(async () => (await report.locator('#measured').count()) === 0, 'a report without it');
  expect(await report.locator('#nodes .header').innerText()).not.toContain('Measured');
});

/** The address of the listing that a tab shows. */
async function listing(): Promise<unknown> {
  const tabs = (await bench.tabs()).flat();
  return tabs.find(({ kind }) => kind === 'text')?.uri;
}

/** The hover of the first convolution. */
function hoverText(): Promise<string> {
  return bench.inHost(async (api) => {
    const { document } = api.window.visibleTextEditors[0]!;
    const at = document.positionAt(document.getText().indexOf('= Conv ') + 3);
    const hovers = await api.commands.executeCommand<{ contents: { value: string }[] }[]>(
      'vscode.executeHoverProvider',
      document.uri,
      at,
    );
    return hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join('\n');
  });
}
