import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;

const packed = (name: string): Uint8Array =>
  gunzipSync(readFileSync(fileURLToPath(new URL(`../fixtures/${name}.gz`, import.meta.url))));

/** As coremltools writes it: a folder whose manifest names the model in it. */
const manifest = {
  fileFormatVersion: '1.0.0',
  itemInfoEntries: {
    A: {
      author: 'com.apple.CoreML',
      description: 'CoreML Model Specification',
      name: 'model.mlmodel',
      path: 'com.apple.CoreML/model.mlmodel',
    },
  },
  rootModelIdentifier: 'A',
};

beforeAll(async () => {
  bench = await Workbench.open('formats', {
    prepare: (folder) => {
      writeFileSync(join(folder, 'cnn.pt'), packed('torchscript/cnn.pt'));
      writeFileSync(join(folder, 'convnet.mlir'), packed('stablehlo/convnet.mlir'));
      writeFileSync(join(folder, 'mobilenet.mlmodel'), packed('coreml/mobilenet.mlmodel'));
      const inside = join(folder, 'zipped.mlpackage', 'Data', 'com.apple.CoreML');
      mkdirSync(inside, { recursive: true });
      writeFileSync(join(inside, 'model.mlmodel'), packed('coreml/mobilenet.mlmodel'));
      writeFileSync(join(folder, 'zipped.mlpackage', 'Manifest.json'), JSON.stringify(manifest));
    },
  });
});
afterAll(() => bench?.close());
beforeEach(async () => {
  await bench.command('workbench.view.explorer');
  await bench.closeEditors();
});

/** Hints of the listing in front, a line each, with ordinary spaces. */
function hints(): Promise<string> {
  return bench.inHost(async (api) => {
    const { document } = api.window.activeTextEditor!;
    const found = await api.commands.executeCommand<{ label: string | { value: string }[] }[]>(
      'vscode.executeInlayHintProvider',
      document.uri,
      new api.Range(0, 0, document.lineCount, 0),
    );
    return found
      .map(({ label }) => (typeof label === 'string' ? label : label.map(({ value }) => value).join('')))
      .join('\n')
      .replaceAll('\u00a0', ' ');
  });
}

/** Waits for the text of the listing in front and for the time of a line of it; nothing in it may be called an error. */
async function costs(line: RegExp): Promise<void> {
  await bench.until(async () => line.test((await bench.activeText()) ?? ''), `a line like ${String(line)}`);
  await bench.until(async () => /\d [nµm]s (comp|mem|over)/.test(await hints()), 'a time');
  const errors = await bench.inHost((api) =>
    api.languages
      .getDiagnostics(api.window.activeTextEditor!.document.uri)
      .filter(({ severity }) => severity === api.DiagnosticSeverity.Error)
      .map(({ message }) => message),
  );
  expect(errors).toEqual([]);
}

it('shows a Core ML model after a click', async () => {
  await bench.file('mobilenet.mlmodel').click();
  await bench.tabsBecome(['>~mobilenet.mlmodel.onnxtxt']);
  await costs(/ = coreml\.conv </);
  await bench.picture('format-coreml');
});

it('shows the model of a Core ML package by the menu of its folder', async () => {
  await bench.fileMenu('zipped.mlpackage', 'Open Listing');
  await costs(/ = coreml\.conv </);
});

it.each([
  ['convnet.mlir', / = stablehlo\.convolution /],
  ['cnn.pt', / = aten\.convolution /],
] as const)('shows %s by its menu, since other files end as it does', async (name, line) => {
  await bench.fileMenu(name, 'Open Listing');
  await costs(line);
  await bench.picture(`format-${name}`);
});
