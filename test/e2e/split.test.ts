import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { formatterOf } from '../../l10n/format';
import type { SplitReport } from '../../server/engine/report/splitReport';
import { copySplitModel, pickSplit, splitModel } from './splitPicks';
import { Workbench } from './workbench';

let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.open('split', {
    viewport: { width: 1600, height: 1000 },
    prepare: copySplitModel,
  });
  await bench.setting('siliconlens.chips', ['google-coral-edge-tpu']);
});
afterAll(() => bench?.close());

/** What the command line says of the same split. */
async function split(): Promise<SplitReport> {
  const places = ['--device', 'raspberry-pi-coral', '--cloud', 'nvidia-l4', '--network', 'lte'];
  const asked = ['dist/cli.js', 'split', join(bench.folder, splitModel), ...places, '--format', 'json'];
  const { stdout } = await promisify(execFile)(process.execPath, asked, { maxBuffer: 1e8 });
  return JSON.parse(stdout) as SplitReport;
}

it('the best cut is shown as a page and stands over its node, with the time of the command line', async () => {
  await bench.file(splitModel).dblclick();
  await bench.until(() => bench.hasHints(), 'hints');
  await pickSplit(bench, ['raspberry-pi-coral', 'nvidia-l4', 'lte']);
  const page = await bench.webview('table td:text-is("b")');
  expect(await page.locator('body').innerText()).toContain(
    'Cut behind b: raspberry-pi-coral runs what comes',
  );
  await bench.picture('split-page');
  const { cuts, best } = await split();
  const time = formatterOf('en').seconds(cuts[best!]!.seconds!.value);
  await bench.command('workbench.action.closeActiveEditor');
  const lens = bench.page.locator('.codelens-decoration', { hasText: 'Cut behind this node' });
  await lens.waitFor();
  expect(await lens.innerText()).toContain(`64 B over LTE to nvidia-l4 · ${time}`);
  // The lens is right above its line.
  const below = await lens.evaluate((element) => {
    const { bottom } = element.getBoundingClientRect();
    const lines = [...document.querySelectorAll('.view-line')];
    const next = lines.find((line) => line.getBoundingClientRect().top >= bottom - 4);
    return next?.textContent ?? '';
  });
  expect(below).toContain('GlobalAveragePool');
  await bench.picture('split-lens');
  await bench.setting('siliconlens.precision', 'fp16');
  await lens.waitFor({ state: 'detached' });
});
