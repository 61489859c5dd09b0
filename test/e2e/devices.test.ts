import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import '../setup';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatterOf } from '../../l10n/format';
import type { Report } from '../../server/engine/report/types';
import { siliconlens, reportOf } from '../unit/cli/commandLine';
import { publishedConfiguration } from '../unit/lower/published';
import type { ParallelReport } from '../../server/engine/report/parallelReport';
import { Workbench } from './workbench';

let bench: Workbench;
const { seconds, bytes, count } = formatterOf('en');
const plain = (text: string): string => text.replaceAll('\u00a0', ' ');
/** Decoding of 32 sequences behind 2,048 tokens, for the command line and for the settings. */
const sizes = { batch: 32, past: 2048 };
const decode = ['--phase', 'decode', '--bind', 'batch=32', '--bind', 'past=2048'];

beforeAll(async () => {
  bench = await Workbench.open('devices', {
    viewport: { width: 1600, height: 1200 },
    prepare: (folder) => {
      writeFileSync(join(folder, 'config.json'), JSON.stringify(publishedConfiguration('Llama-3.1-70B')));
      const own = join(folder, '.siliconlens', 'mappings');
      mkdirSync(own, { recursive: true });
      const stages = { schemaVersion: 1, system: 'nvidia-dgx-h100', split: { tp: 4, pp: 2 } };
      writeFileSync(join(own, 'stages.json'), JSON.stringify(stages));
    },
  });
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm']);
});
afterAll(() => bench?.close());

const pinned = (mapping: string | undefined): Promise<void> =>
  bench.setting('siliconlens.models', {
    'config.json': { phase: 'decode', dimensions: sizes, ...(mapping !== undefined && { mapping }) },
  });

const lenses = async (): Promise<string> => plain((await bench.lenses()).join('\n'));

/** What the command line says of a mapping of the workspace. */
async function analysed(mapping: string): Promise<Report['chips'][number]> {
  const file = join(bench.folder, '.siliconlens', 'mappings', `${mapping}.json`);
  const report = await reportOf(join(bench.folder, 'config.json'), '--mapping', file, ...decode);
  return report.chips[0]!;
}

/** Lens, hint, hover, panel and report have the figures of the command line. */
async function follow({ total, spread, memory, nodes }: Report['chips'][number]): Promise<void> {
  const time = plain(seconds(total.latencySeconds!.value!));
  await bench.until(
    async () => (await lenses()).includes(`· ${spread!.label} ${time}`),
    'the devices in a lens',
  );
  const filled = `${bytes(memory.highWaterBytes!)} of ${bytes(memory.capacityBytes!)} on each device`;
  expect(await lenses()).toContain(plain(`${count(Math.round(spread!.perSecond))} tokens/s, ${filled}`));
  await bench.until(
    async () => plain(await bench.page.locator('.statusbar').innerText()).includes(spread!.label),
    'the devices in the status bar',
  );
  await bench.command('siliconlens.openReport');
  const page = await bench.webview('#spread');
  const text = plain(await page.locator('#spread').innerText());
  expect(text).toContain(plain(seconds(spread!.seconds.value)));
  const rows = await page.locator('#spread table').first().locator('tbody tr').allInnerTexts();
  const cells = rows.map((row) => plain(row).split('\t'));
  expect(cells.map((row) => row.slice(-2)[0])).toEqual(spread!.stages.map((one) => plain(bytes(one.bytes))));
  expect(cells.map(([devices]) => devices)).toEqual(spread!.stages.map((one) => one.devices.join('–')));
  // The costliest node's time, among all nodes of the page.
  const costliest = nodes.reduce((most, { seconds: own }) => Math.max(most, own?.value ?? 0), 0);
  await bench.until(
    async () => plain(await page.locator('#nodes').innerText()).includes(plain(seconds(costliest))),
    'the costliest node of the command line',
  );
}

it('finds the best way to share a 70B model among eight devices, pins it, and everything follows', async () => {
  await pinned(undefined);
  await bench.fileMenu('config.json', 'Open Listing');
  await bench.until(async () => ((await bench.activeText()) ?? '').includes('FusedMatMul'), 'the listing');
  await bench.until(async () => /does not fit/.test(await lenses()), 'one device, which is too small');
  void bench.command('siliconlens.pinMapping');
  const list = bench.page.locator('.quick-input-list');
  await list.locator('.monaco-list-row', { hasText: 'Least time on a system' }).first().click();
  await bench.page.locator('.quick-input-title', { hasText: 'Least time on a system' }).waitFor();
  await bench.page.keyboard.type('dgx-h100');
  await list.locator('.monaco-list-row', { hasText: 'DGX H100' }).first().click();
  const dialog = bench.page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  const map = await siliconlens(
    'map',
    join(bench.folder, 'config.json'),
    '--system',
    'dgx-h100',
    ...decode,
    '--format',
    'json',
  );
  const [best, next] = (JSON.parse(map.out) as ParallelReport).splits;
  const said = plain(await dialog.innerText());
  expect(said).toContain(plain(`as ${best!.label}: ${seconds(best!.seconds.value)} for a step`));
  expect(said).toContain(plain(`Next is ${next!.label} with ${seconds(next!.seconds.value)}`));
  await bench.picture('devices-made');
  await dialog.getByText('Write and Pin').click();
  const name = 'config-nvidia-dgx-h100';
  await bench.until(async () => (await lenses()).includes(best!.label), 'the split');
  const one = await analysed(name);
  expect(one.total.latencySeconds!.value).toBeCloseTo(best!.seconds.value, 12);
  await follow(one);
  await bench.picture('devices-report');
  const page = await bench.webview('#spread');
  await page.locator('#step').scrollIntoViewIfNeeded();
  await bench.picture('devices-lanes');
});

it('shows two stages with what devices exchange behind a node', async () => {
  await pinned('stages');
  const stages = await analysed('stages');
  await follow(stages);
  expect(stages.spread!.stages.map(({ devices }) => devices)).toEqual([
    [0, 3],
    [4, 7],
  ]);
  const page = await bench.webview('#spread');
  await page.locator('#step').scrollIntoViewIfNeeded();
  await bench.picture('devices-stages');
  const hover = await bench.inHost(async (api) => {
    const editor = api.window.visibleTextEditors.find(({ document }) =>
      document.uri.path.includes('config.json'),
    )!;
    const { document } = editor;
    const line = document
      .getText()
      .split('\n')
      .findIndex((one) => one.includes('layers.0/mlp/down/FusedMatMul'));
    const at = new api.Position(line, document.lineAt(line).text.indexOf('microsoft.FusedMatMul') + 12);
    const found = await api.commands.executeCommand<{ contents: { value: string }[] }[]>(
      'vscode.executeHoverProvider',
      document.uri,
      at,
    );
    return found.flatMap(({ contents }) => contents.map(({ value }) => value)).join('\n');
  });
  expect(hover).toContain('devices 0–3 run it, stage 1 of 2');
  // 16 sequences of a micro-batch x 8,192 numbers of two bytes.
  expect(plain(hover)).toMatch(/4 devices exchange 262 kB each time \(all-reduce\)/);
  await bench.command('workbench.view.extension.siliconlens');
  const panel = await bench.panelFigures();
  await bench.until(async () => /tp 4 pp 2/.test(await panel.locator('.card').innerText()), 'the panel');
  await bench.picture('devices-panel');
});
