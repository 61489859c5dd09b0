import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Locator } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatterOf } from '../../l10n/format';
import type { Report } from '../../server/engine/report/types';
import { Workbench } from './workbench';

let bench: Workbench;
let report: Report;
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const chips = ['nvidia-t4', 'nvidia-l4', 'intel-xeon-8480'];
const format = formatterOf('en');

beforeAll(async () => {
  bench = await Workbench.open('trees', {
    prepare: async (folder) => {
      const file = join(folder, '.siliconlens/chips/mine.json');
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, '{ "id": "mine", "extends": "nvidia-l4", "name": "Mine" }');
    },
    viewport: { width: 1400, height: 1000 },
  });
  await bench.setting('siliconlens.chips', chips);
  const asked = [
    'analyze',
    join(bench.folder, 'bert-base.onnx'),
    ...chips.flatMap((chip) => ['--chip', chip]),
  ];
  const printed = await promisify(execFile)(process.execPath, [cli, ...asked, '--format', 'json'], {
    maxBuffer: 1e9,
  });
  report = JSON.parse(printed.stdout) as Report;
  // They are folded at first: the panel needs the height.
  for (const view of ['layers', 'chips']) await bench.command(`siliconlens.${view}.focus`);
});
afterAll(() => bench?.close());

const rows = (view: string): Locator =>
  bench.page
    .locator('.pane', { has: bench.page.locator(`.pane-header[aria-label^="${view}"]`) })
    .locator('.monaco-list-row');
const texts = async (view: string): Promise<string[]> =>
  await rows(view).evaluateAll((all) => all.map((row) => row.getAttribute('aria-label') ?? ''));
const cursorLine = (): Promise<number> =>
  bench.inHost((api) => (api.window.activeTextEditor?.selection.active.line ?? -1) + 1);

it('welcomes who has no model open', async () => {
  const welcome = bench.page.locator('.welcome-view:visible', { hasText: 'modules and nodes' });
  await welcome.waitFor();
  await bench.picture('trees-welcome');
});

it('lists the chosen chips with the times of the report, and own files below', async () => {
  await bench.command('workbench.view.explorer');
  await bench.openModel('bert-base.onnx');
  await bench.command('workbench.view.extension.siliconlens');
  await bench.until(async () => (await texts('Chips')).length === 5, 'five rows');
  const shown = await texts('Chips');
  report.chips.forEach(({ name, total }, at) =>
    expect(shown[at]).toContain(`${name}: ${format.seconds(total.latencySeconds!.value!)} · fits`),
  );
  expect(shown[0]).toContain('leads the hints');
  expect(shown[4]).toContain('Mine: ');
});

it('has the modules of the model with shares of the report', async () => {
  await bench.until(async () => (await texts('Layers')).length > 0, 'modules');
  const [chip] = report.chips;
  const total = chip!.total.latencySeconds!.value!;
  const rowOf = (scope: string): string => {
    const own = report.nodes.filter((node) => `${node.scope}.`.startsWith(`${scope}.`));
    const seconds = own.reduce((sum, { index }) => sum + chip!.nodes[index]!.seconds!.value, 0);
    const [name] = scope.split('.').slice(-1);
    return `Module ${name}, ${format.seconds(seconds)}, ${format.percent(seconds / total)} of the run`;
  };
  const has = (scope: string): Promise<void> => {
    const wanted = rowOf(scope);
    return bench.until(async () => (await texts('Layers')).includes(wanted), wanted);
  };
  await has('bert');
  // A press on the name goes to the line; the arrow opens.
  await rows('Layers').first().locator('.monaco-tl-twistie').click();
  // The encoder stands near the end of the list, of which only rows in view exist.
  await bench.until(async () => (await texts('Layers')).length > 5, 'what is in it');
  await bench.page.keyboard.press('End');
  await has('bert.encoder');
});

it('follows the cursor, and a click goes to the line', async () => {
  const node = report.nodes.find(({ name }) => name.includes('layer.7') && name.endsWith('MatMul'))!;
  await bench.inHost((api, line) => {
    const editor = api.window.activeTextEditor!;
    const place = new api.Position(line - 1, 0);
    editor.selection = new api.Selection(place, place);
    editor.revealRange(new api.Range(place, place));
  }, node.line!);
  const selected = (): Promise<string[]> =>
    rows('Layers').evaluateAll((all) =>
      all
        .filter((row) => row.classList.contains('selected'))
        .map((row) => row.getAttribute('aria-label') ?? ''),
    );
  await bench.until(async () => (await selected())[0]?.includes(node.name) === true, 'the node in the tree');
  const shares = format.percent(
    report.chips[0]!.nodes[node.index]!.seconds!.value / report.chips[0]!.total.latencySeconds!.value!,
  );
  expect((await selected())[0]).toContain(shares);
  // Its picture comes late while the window is busy.
  await bench.webview('.panel .card');
  await bench.picture('trees');
  const other = report.nodes.find(({ scope, operator }) => scope === node.scope && operator !== 'MatMul')!;
  // The tree may be filled anew between the press on a row and the keys.
  await bench.until(async () => {
    if ((await cursorLine()) === other.line) return true;
    await rows('Layers').filter({ hasText: node.name }).click();
    await bench.page.keyboard.press('ArrowDown');
    await bench.page.keyboard.press('Enter');
    await bench.page.waitForTimeout(1000);
    return false;
  }, 'the cursor at the line of the node');
});

it('changes the chosen chips by menu and key', async () => {
  const chosen = async (): Promise<string> => {
    const ids: unknown = await bench.inHost((api) =>
      api.workspace.getConfiguration('siliconlens').get('chips'),
    );
    return (ids as string[]).join();
  };
  // The tree may be filled anew between the press on a row and the key.
  const press = (key: string, done: () => Promise<boolean>): Promise<void> =>
    bench.until(async () => {
      if (await done()) return true;
      const row = rows('Chips').filter({ hasText: 'Tesla T4' });
      if ((await row.count()) === 0) return false;
      await row.click();
      await bench.page.keyboard.press(key);
      await bench.page.waitForTimeout(1000);
      return false;
    }, key);
  const row = rows('Chips').nth(2);
  await row.click({ button: 'right' });
  const entry = bench.page.getByRole('menuitem', { name: 'Lead with This Chip' });
  await entry.waitFor();
  await bench.page.waitForTimeout(600);
  await entry.click();
  await bench.until(async () => (await chosen()) === 'intel-xeon-8480,nvidia-t4,nvidia-l4', 'other chips');
  await bench.until(async () => (await texts('Chips'))[0]!.includes('Xeon'), 'the chip in front');
  // Once it is last, the key moves it no further.
  await press('Alt+ArrowDown', async () => (await chosen()) === 'intel-xeon-8480,nvidia-l4,nvidia-t4');
  await bench.until(async () => (await texts('Chips'))[2]!.includes('T4'), 'the chip behind');
  await press('Delete', async () => (await chosen()) === 'intel-xeon-8480,nvidia-l4');
});

it.each([
  ['light', 'Default Light Modern'],
  ['high-contrast', 'Default High Contrast'],
])('looks right in %s', async (name, theme) => {
  await bench.setting('workbench.colorTheme', theme);
  await bench.page.waitForTimeout(1500);
  await bench.picture(`trees-${name}`);
  expect(await rows('Layers').count()).toBeGreaterThan(3);
});
