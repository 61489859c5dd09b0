import { afterAll, beforeAll, expect, it } from 'vitest';
import { seriousFaults } from './axe';
import { Workbench } from './workbench';

let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.open('looks', { viewport: { width: 1600, height: 1000 } });
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm', 'nvidia-l4', 'intel-xeon-8480']);
  await bench.openModel('resnet50.onnx');
  await bench.command('siliconlens.openReport');
  await bench.webview('.report canvas');
  await bench.command('siliconlens.findChip');
  await bench.webview('.finder table.ranking tr[data-chip]');
  await bench.command('workbench.view.extension.siliconlens');
  await bench.webview('.panel .card');
  await bench.inHost((api) => {
    const editor = api.window.visibleTextEditors[0]!;
    const line = editor.document
      .getText()
      .split('\n')
      .findIndex((text) => / = Conv /.test(text));
    editor.revealRange(new api.Range(line, 0, line, 0), api.TextEditorRevealType.AtTop);
  });
});
afterAll(() => bench?.close());

it.each([
  ['dark', 'Default Dark Modern'],
  ['light', 'Default Light Modern'],
  ['high-contrast', 'Default High Contrast'],
  ['high-contrast-light', 'Default High Contrast Light'],
])('is readable in %s', async (name, theme) => {
  await bench.setting('workbench.colorTheme', theme);
  await bench.page.waitForTimeout(2500);
  const report = await bench.webview('.report canvas');
  await report.locator('#glossary details').evaluate((one: HTMLDetailsElement) => (one.open = true));
  await report.locator('#chips button.term').first().focus();
  await report.getByRole('tooltip').waitFor();
  await bench.picture(`theme-${name}`);
  expect(await seriousFaults(report, 'editor')).toEqual([]);
  expect(await seriousFaults(await bench.webview('.finder table.ranking tr[data-chip]'), 'editor')).toEqual(
    [],
  );
  expect(await seriousFaults(await bench.webview('.panel .card'), 'sideBar')).toEqual([]);
});
