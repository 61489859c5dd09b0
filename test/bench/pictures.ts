/** Takes the README's pictures in the real VS Code: npm run pictures. */
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, it } from 'vitest';
import { Workbench } from '../e2e/workbench';

const folder = fileURLToPath(new URL('../../media/pictures', import.meta.url));
const chips = ['nvidia-h100-sxm', 'nvidia-l4', 'intel-xeon-8480', 'apple-m4-ane'];
let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.open('pictures');
  await bench.setting('siliconlens.chips', chips);
  await bench.setting('editor.minimap.enabled', false);
  await bench.openModel('vit-b16.onnx');
  await bench.until(
    async () => (await bench.linesOnScreen()).some((line) => /\d [mµn]s (comp|mem|over)/.test(line)),
    'cost hints',
  );
});
afterAll(() => bench?.close());

it('the listing with a hover', async () => {
  await bench.page.getByText('MatMul', { exact: true }).first().hover();
  await bench.page.locator('.monaco-hover table').first().waitFor();
  await bench.page.waitForTimeout(500);
  await bench.page.screenshot({ path: `${folder}/listing.png` });
});

it('the report', async () => {
  await bench.page.mouse.move(0, 0);
  await bench.command('workbench.action.closeSidebar');
  await bench.command('siliconlens.openReport');
  const page = await bench.webview('#roofline canvas');
  await page.locator('#bandwidth-by-node canvas').waitFor();
  await bench.page.waitForTimeout(1000);
  await bench.page.screenshot({ path: `${folder}/report.png` });
});
