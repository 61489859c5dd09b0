import { afterAll, beforeAll, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;

beforeAll(async () => {
  bench = await Workbench.open('suggestions', { viewport: { width: 1600, height: 1000 } });
  await bench.setting('siliconlens.chips', ['nvidia-jetson-agx-orin-64gb']);
});
afterAll(() => bench?.close());

/** Codes of what the server says of the open file. */
function codes(): Promise<string[]> {
  return bench.inHost((api) =>
    api.languages
      .getDiagnostics(api.window.visibleTextEditors[0]!.document.uri)
      .map(({ code }) => String(typeof code === 'object' ? code.value : code)),
  );
}

/** Hints of the whole file in one text. */
function hints(): Promise<string> {
  return bench.inHost(async (api) => {
    const { document } = api.window.visibleTextEditors[0]!;
    const whole = new api.Range(0, 0, document.lineCount, 0);
    const found = await api.commands.executeCommand<{ label: string | { value: string }[] }[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      whole,
    );
    return found
      .map(({ label }) => (typeof label === 'string' ? label : label.map(({ value }) => value).join('')))
      .join('\n');
  });
}

it('a suggestion is made by a command, and hints and totals follow', async () => {
  await bench.openModel('bert-base.onnx');
  await bench.until(async () => (await codes()).includes('int8-gains'), 'the suggestion');
  await bench.command('workbench.view.extension.siliconlens');
  const panel = await bench.webview('.panel .card');
  await bench.until(
    async () => /compute in int8/.test(await panel.locator('.suggestions').innerText()),
    'the panel',
  );
  await bench.picture('suggestions-before');
  const before = await hints();
  await bench.inHost((api) =>
    api.commands.executeCommand(
      'siliconlens.applySuggestion',
      api.window.visibleTextEditors[0]!.document.uri,
      'int8-gains',
    ),
  );
  await bench.until(async () => !(await codes()).includes('int8-gains'), 'the suggestion is made');
  await bench.until(async () => (await hints()) !== before, 'other hints');
  // 7 ms in fp32, 1.2 ms in int8.
  await bench.until(
    async () => /1\.\d+ ms/.test(await panel.locator('#own .line[data-chip]').first().innerText()),
    'the total',
  );
  // What is on the screen follows, too, not only what the provider answers.
  await bench.page
    .locator('.codelens-decoration', { hasText: /Jetson AGX Orin 64GB 1\.\d+ ms/ })
    .first()
    .waitFor();
  await bench.picture('suggestions-after');
  expect(await codes()).not.toContain('int8-gains');
});
