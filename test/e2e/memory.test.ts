import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.open('memory', { viewport: { width: 1600, height: 1000 } });
  await bench.setting('siliconlens.chips', ['nvidia-t4']);
});
afterAll(() => bench?.close());

/** What the server says of the open file. */
function problems(): Promise<string[]> {
  return bench.inHost((api) =>
    api.languages
      .getDiagnostics(api.window.visibleTextEditors[0]!.document.uri)
      .map(({ code }) => String(typeof code === 'object' ? code.value : code)),
  );
}

const isTooLarge = async (): Promise<boolean> => (await problems()).includes('memory-too-small-training');

it('tells that a model is too large to be trained, until a setting makes it fit', async () => {
  await bench.setting('siliconlens.phase', 'training');
  await bench.openModel('llama-1b.onnx');
  await bench.command('workbench.view.extension.siliconlens');
  await bench.until(isTooLarge, 'the problem');
  const panel = await bench.panelFigures();
  const card = panel.locator('.card').first();
  // 1,235,814,400 parameters in fp16: 2 bytes of weights, 2 of gradients, 4 of the copy in 32 bits, 8 of Adam.
  await bench.until(async () => /19\.8 GB/.test(await card.innerText()), 'what Adam needs');
  expect(await card.innerText()).toContain('adam');
  await bench.picture('training-too-large');
  await bench.setting('siliconlens.training.optimizer', 'sgd');
  await bench.until(async () => !(await isTooLarge()), 'no problem');
  // Without the two states of Adam 8 bytes are left.
  await bench.until(async () => /9\.8\d GB/.test(await card.innerText()), 'what SGD needs');
  await bench.picture('training-fits');
});

it('says where memory is highest, and what is alive at each point', async () => {
  await bench.setting('siliconlens.phase', undefined);
  await bench.command('workbench.view.explorer');
  await bench.openModel('tiny-conv.onnx');
  const hovers = await bench.inHost(async (api) => {
    const { document } = api.window.visibleTextEditors[0]!;
    const found: string[] = [];
    for (let line = 0; line < document.lineCount; line++) {
      const at = document.lineAt(line).text.search(/ = \w+ /);
      if (at === -1) continue;
      const shown = await api.commands.executeCommand<{ contents: { value: string }[] }[]>(
        'vscode.executeHoverProvider',
        document.uri,
        new api.Position(line, at + 4),
      );
      found.push(shown.flatMap(({ contents }) => contents.map(({ value }) => value)).join('\n'));
    }
    return found;
  });
  const peaks = hovers.filter((text) => text.includes('Memory is highest here on'));
  expect(peaks).toHaveLength(1);
  expect(peaks[0]).toMatch(/of which weights [\d.]+ kB\. Alive besides: `/);
  await bench.command('siliconlens.openReport');
  const report = await bench.webview('.report canvas');
  await report.locator('#memory-over-time').first().scrollIntoViewIfNeeded();
  await bench.page.waitForTimeout(1000);
  await bench.picture('memory-over-time');
});
