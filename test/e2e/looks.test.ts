import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.open('looks', { viewport: { width: 1600, height: 1000 } });
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm', 'nvidia-l4', 'intel-xeon-8480']);
  await bench.openModel('resnet50.onnx');
  await bench.command('siliconlens.openReport');
  await bench.webview('.report canvas');
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
  await bench.picture(`theme-${name}`);
  const report = await bench.webview('.report canvas');
  const low = await report.locator('.report').evaluate((root) => {
    const channels = (colour: string) => (colour.match(/[\d.]+/g) ?? []).map(Number);
    const light = (colour: string) => {
      const [r, g, b] = channels(colour).map((value) => {
        const part = value / 255;
        return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0);
    };
    const ground = (element: Element | null): string => {
      for (let at = element; at; at = at.parentElement) {
        const colour = getComputedStyle(at).backgroundColor;
        if (channels(colour)[3] !== 0) return colour;
      }
      return getComputedStyle(document.documentElement).getPropertyValue('--vscode-editor-background');
    };
    const hex = (colour: string) =>
      colour.startsWith('#')
        ? `rgb(${[1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16)).join(',')})`
        : colour;
    return [...root.querySelectorAll('h1, h2, p, td, th, button')]
      .filter((element) => element.textContent?.trim() && element.getClientRects().length > 0)
      .map((element) => {
        const [a, b] = [light(getComputedStyle(element).color), light(hex(ground(element)))];
        return { text: element.textContent, ratio: (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) };
      })
      .filter(({ ratio }) => ratio < (document.body.className.includes('high-contrast') ? 4.5 : 3));
  });
  expect(low).toEqual([]);
});
