import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import '../setup';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { formatterOf } from '../../l10n/format';
import { reportOf } from '../unit/cli/commandLine';
import { written } from '../unit/lower/ggufFile';
import { publishedConfiguration } from '../unit/lower/published';
import { torch } from '../unit/lower/torch';
import { towers } from '../unit/lower/towers';
import { Workbench } from './workbench';

let bench: Workbench;

const fixture = (name: string): Uint8Array =>
  readFileSync(fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url)));
const packed = (name: string): Uint8Array => gunzipSync(fixture(`${name}.gz`));

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

/** The decoder of Stable Diffusion 1.5, as diffusers writes its configuration. */
const decoder = {
  _class_name: 'AutoencoderKL',
  block_out_channels: [128, 256, 512, 512],
  down_block_types: Array<string>(4).fill('DownEncoderBlock2D'),
  up_block_types: Array<string>(4).fill('UpDecoderBlock2D'),
  layers_per_block: 2,
  sample_size: 512,
};

/** A file of weights beside a configuration, which tells what the file does not hold. */
function safetensors(): Uint8Array {
  const head = JSON.stringify({
    'model.norm.weight': { dtype: 'BF16', shape: [4096], data_offsets: [0, 8192] },
  });
  const bytes = new Uint8Array(8 + head.length + 8192);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(head.length), true);
  bytes.set(new TextEncoder().encode(head), 8);
  return bytes;
}

const pointer =
  'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393\nsize 12345\n';

const files: Readonly<Record<string, () => string | Uint8Array>> = {
  'llama.gguf': () => written(torch.models['llama']!.gguf!),
  'mamba.gguf': () => written(towers.models['mamba']!.gguf!),
  'config.json': () => JSON.stringify(publishedConfiguration('Llama-3.1-8B')),
  'model.safetensors': safetensors,
  'resnet8.tflite': () => packed('tflite/resnet8.tflite'),
  'vit.pt2': () => packed('pt2/vit.pt2'),
  'cnn.pt': () => packed('torchscript/cnn.pt'),
  'branches.ort': () => fixture('ort/branches.ort'),
  'convnet.xml': () => packed('openvino/tiny-conv.xml'),
  'convnet.mlir': () => packed('stablehlo/convnet.mlir'),
  'mobilenet.mlmodel': () => packed('coreml/mobilenet.mlmodel'),
  'xception.keras': () => packed('keras/xception.keras'),
  'cut.keras': () => packed('keras/xception.keras').subarray(0, 5000),
  'pointer.keras': () => pointer,
};

beforeAll(async () => {
  bench = await Workbench.open('formats', {
    viewport: { width: 1400, height: 1100 },
    prepare: (folder) => {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content());
      const inside = join(folder, 'zipped.mlpackage', 'Data', 'com.apple.CoreML');
      mkdirSync(inside, { recursive: true });
      writeFileSync(join(inside, 'model.mlmodel'), packed('coreml/mobilenet.mlmodel'));
      writeFileSync(join(folder, 'zipped.mlpackage', 'Manifest.json'), JSON.stringify(manifest));
      mkdirSync(join(folder, 'vae'));
      writeFileSync(join(folder, 'vae', 'config.json'), JSON.stringify(decoder));
    },
  });
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm']);
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

/**
 * Waits for a line of the listing in front and for times in it; nothing in it may be called an error, and above it stands the time
 * that the command line has for the same file.
 */
async function costs(path: string, line: RegExp): Promise<void> {
  await bench.until(async () => line.test((await bench.activeText()) ?? ''), `a line like ${String(line)}`);
  await bench.until(async () => /\d [nµm]s (comp|mem|over)/.test(await hints()), 'a time');
  const errors = await bench.inHost((api) =>
    api.languages
      .getDiagnostics(api.window.activeTextEditor!.document.uri)
      .filter(({ severity }) => severity === api.DiagnosticSeverity.Error)
      .map(({ message }) => message),
  );
  expect(errors).toEqual([]);
  const report = await reportOf(join(bench.folder, path), '--chip', 'nvidia-h100-sxm');
  const seconds = formatterOf('en').seconds(report.chips[0]!.total.latencySeconds!.value!);
  const lens = (await bench.lenses()).join(' ').replaceAll('\u00a0', ' ');
  expect(lens).toContain(seconds.replaceAll('\u00a0', ' '));
}

/** The first line of the report of the listing in front, against what the command line has. */
async function figures(path: string): Promise<void> {
  const { model } = await reportOf(join(bench.folder, path), '--chip', 'nvidia-h100-sxm');
  await bench.command('siliconlens.openReport');
  const page = await bench.webview('header .summary');
  const text = (await page.locator('header .summary').innerText()).replaceAll('\u00a0', ' ');
  expect(text).toContain(`${model.parameters.toLocaleString('en')} parameters`);
}

it.each([
  ['llama.gguf', / = com\.microsoft\.FusedMatMul /],
  ['mamba.gguf', / = ggml\.SSM_SCAN /],
  ['model.safetensors', / = com\.microsoft\.FusedMatMul /],
  ['resnet8.tflite', / = tflite\.CONV_2D /],
  ['vit.pt2', / = aten\.linear /],
  ['branches.ort', / = If /],
  ['mobilenet.mlmodel', / = coreml\.conv </],
  ['xception.keras', / = keras\.SeparableConv2D|keras\.DepthwiseConv2D /],
] as const)('shows %s after a click', async (name, line) => {
  await bench.file(name).click();
  await bench.tabsBecome([`>~${name}.onnxtxt`]);
  await costs(name, line);
  await bench.picture(`format-${name}`);
  await figures(name);
});

it.each([
  ['convnet.mlir', / = stablehlo\.convolution /],
  ['cnn.pt', / = aten\.convolution /],
  ['convnet.xml', / = openvino\.Convolution /],
] as const)('shows %s by its menu, since other files end as it does', async (name, line) => {
  await bench.fileMenu(name, 'Open Listing');
  await costs(name, line);
  await bench.picture(`format-${name}`);
  await figures(name);
});

it('shows a configuration of transformers by its menu', async () => {
  await bench.fileMenu('config.json', 'Open Listing');
  await costs('config.json', / = com\.microsoft\.FusedMatMul /);
  await bench.picture('format-config.json');
  await figures('config.json');
});

it('shows the model of a Core ML package by the menu of its folder', async () => {
  await bench.fileMenu('zipped.mlpackage', 'Open Listing');
  await costs('zipped.mlpackage', / = coreml\.conv </);
  await bench.picture('format-mlpackage');
});

it('shows a model of diffusers in a folder of its own', async () => {
  await bench.file('vae').click();
  await bench.page
    .locator('.explorer-folders-view .monaco-list-row', { hasText: 'config.json' })
    .nth(1)
    .waitFor();
  // Folders stand before files.
  await bench.fileMenu('config.json', 'Open Listing');
  await costs(join('vae', 'config.json'), / = Conv /);
  await bench.picture('format-diffusers');
  await figures(join('vae', 'config.json'));
});

it.each([
  ['cut.keras', /breaks off|truncated|ends/i],
  ['pointer.keras', /Git LFS pointer/],
] as const)('says of %s what it is', async (name, words) => {
  await bench.file(name).click();
  await bench.until(async () => words.test((await bench.activeText()) ?? ''), `words like ${String(words)}`);
  await bench.picture(`format-${name}`);
});
