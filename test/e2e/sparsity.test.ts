import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.open('sparsity');
  await bench.setting('siliconlens.chips', ['nvidia-l4']);
  await bench.setting('siliconlens.carbonIntensity', 400);
  await bench.openModel('tiny-mlp.onnx');
});
afterAll(() => bench?.close());

it('shows the zeros of the weights as a page', async () => {
  await bench.command('siliconlens.checkSparsity');
  await bench.until(
    async () => (await bench.tabs()).flat().some(({ label }) => label.includes('Sparsity of tiny-mlp.onnx')),
    'the page',
  );
  const page = await bench.webview('table');
  expect(await page.locator('body').innerText()).toContain('fc1.weight');
  await bench.picture('sparsity');
});

it('shows energy, and carbon at the intensity that was set, in the report', async () => {
  await bench.openModel('tiny-mlp.onnx');
  await bench.command('siliconlens.openReport');
  const report = await bench.webview('#energy');
  const text = await report.locator('#energy').innerText();
  expect(text).toContain('Carbon at 400 g CO2e/kWh');
  expect(text).toMatch(/OP\/s\/W/);
  await bench.picture('energy');
});
