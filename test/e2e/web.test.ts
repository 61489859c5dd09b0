import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type * as vscode from 'vscode';
import { type Host, startHost } from '../../scripts/vscode-host.mjs';
import { formatterOf } from '../../l10n/format';
import { settings } from './globalSetup';
import { Workbench } from './workbench';

let host: Host;
let bench: Workbench;
const chips = ['nvidia-h100-sxm', 'nvidia-l4'];
const format = formatterOf('en');
/** A byte more than is read whole. */
const tooLarge = 256e6 + 1;

/** What the tests read of the report that the command line prints as JSON. */
interface Figures {
  model: { path: string };
  nodes: { line: number | null; operator: string }[];
  chips: {
    name: string;
    total: { latencySeconds: { value: number } };
    nodes: { index: number; seconds: { value: number } | null; bound: string }[];
  }[];
}

beforeAll(async () => {
  const { data: suite, vsix } = inject('vscode');
  const data = join(suite, 'web-host');
  // The extension is to run where the window is, which is a browser, and not on code-server's machine.
  const inBrowser = { ...settings, 'remote.extensionKind': { 'siliconlens.siliconlens': ['ui'] } };
  host = await startHost({ folder: data, data, vsix, settings: inBrowser });
  bench = await Workbench.open('web', {
    port: host.port,
    prepare: async (folder) => {
      const file = await open(join(folder, 'large.onnx'), 'w');
      await file.truncate(tooLarge);
      await file.close();
      // Weights are looked at, not read: those of BERT have 437,928,960 bytes.
      const weights = await open(join(folder, 'bert-base.data'), 'w');
      await weights.truncate(437_928_960);
      await weights.close();
    },
  });
  await bench.setting('siliconlens.chips', chips);
  await bench.openModel('bert-base.onnx');
  await bench.until(() => bench.hasHints(), 'hints');
});
afterAll(async () => {
  await bench?.close();
  await host?.stop();
});

/** The report of the command line, which runs in Node. */
function figures(model: string, ids = chips): Figures {
  const args = ['dist/cli.js', 'analyze', join(bench.folder, model), '--format', 'json'];
  for (const id of ids) args.push('--chip', id);
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8', maxBuffer: 1e9 })) as Figures;
}

/** Hints of the active text by line, counted from 1. */
async function hintsByLine(): Promise<Map<number, string>> {
  const hints = await bench.inHost(async (api) => {
    const { uri, lineCount } = api.window.activeTextEditor!.document;
    const found = await api.commands.executeCommand<vscode.InlayHint[]>(
      'vscode.executeInlayHintProvider',
      uri,
      new api.Range(0, 0, lineCount, 0),
    );
    return found.map(({ position, label }) => ({
      line: position.line + 1,
      text: typeof label === 'string' ? label : label.map(({ value }) => value).join(''),
    }));
  });
  const lines = new Map<number, string>();
  for (const { line, text } of hints) lines.set(line, `${lines.get(line) ?? ''} ${plain(text)}`);
  return lines;
}

/** Commands of lenses do not come through to another extension host, so these are read from the screen. */
async function lensesOnScreen(): Promise<string> {
  const lenses = await bench.page.locator('.codelens-decoration').allInnerTexts();
  return plain(lenses.join(' | '));
}

/** Hints are padded with spaces that do not break, of several widths. */
const plain = (text: string): string => text.replaceAll(/\s+/g, ' ');

function hoverAt(line: number): Promise<string> {
  return bench.inHost(async (api, at) => {
    const { document } = api.window.activeTextEditor!;
    const place = new api.Position(at - 1, document.lineAt(at - 1).text.search(/\S/));
    const hovers = await api.commands.executeCommand<vscode.Hover[]>(
      'vscode.executeHoverProvider',
      document.uri,
      place,
    );
    const texts = hovers.flatMap(({ contents }) => contents);
    return texts.map((text) => (typeof text === 'string' ? text : text.value)).join('\n');
  }, line);
}

it('runs in a worker of the browser, its server in another, and neither knows Node', async () => {
  const workers = new Map<string, string>();
  for (const worker of bench.page.workers()) {
    const [name, process] = await worker.evaluate(() => [self.name, typeof globalThis.process]);
    workers.set(name, process);
  }
  expect(workers.get('ExtensionHostWorker')).toBe('undefined');
  expect(workers.get('ExtensionHostWorker -> siliconlens')).toBe('undefined');
  // The host on code-server's machine has neither the extension nor a server process.
  const isThere = await bench.inHost((api) => !!api.extensions.getExtension('siliconlens.siliconlens'));
  expect([isThere, await bench.serverProcess()]).toEqual([false, null]);
});

it('has the totals, hints and hovers of the command line', async () => {
  const { nodes, chips: costs } = figures('bert-base.onnx');
  const lenses = await lensesOnScreen();
  for (const { name, total } of costs)
    expect(lenses).toContain(`${name} ${plain(format.seconds(total.latencySeconds.value))}`);
  const [first] = costs;
  const hints = await hintsByLine();
  const timed = first!.nodes.filter(({ seconds }) => seconds !== null && seconds.value >= 1e-9);
  // The others are constants, shapes, and what adds nothing to the kernel that it is part of.
  expect(timed.length).toBeGreaterThan(100);
  for (const { index, seconds } of timed) {
    const { line } = nodes[index]!;
    expect([line, hints.get(line!)]).toEqual([
      line,
      expect.stringContaining(plain(format.seconds(seconds!.value))),
    ]);
  }
  const costliest = timed.reduce((a, b) => (b.seconds!.value > a.seconds!.value ? b : a));
  const hover = await hoverAt(nodes[costliest.index]!.line!);
  expect(hover).toContain(`**${nodes[costliest.index]!.operator}**`);
  expect(plain(hover)).toContain(plain(format.seconds(costliest.seconds!.value)));
  await bench.picture('web-listing');
});

it('shows the report, and exports the figures of the command line, every one', async () => {
  await bench.command('siliconlens.openReport');
  const report = await bench.webview('.report canvas');
  const text = plain(await report.locator('body').innerText());
  const wanted = figures('bert-base.onnx');
  for (const { name, total } of wanted.chips) {
    expect(text).toContain(name);
    expect(text).toContain(plain(format.seconds(total.latencySeconds.value)));
  }
  await bench.picture('web-report');
  const exporting = bench.command('siliconlens.exportReport');
  await bench.page
    .locator('.quick-input-list .monaco-list-row', { hasText: /\*\.json/ })
    .first()
    .click();
  const path = join(bench.folder, 'exported.json');
  const box = bench.page.locator('.quick-input-box input');
  await bench.until(async () => (await box.inputValue()).includes('bert-base'), 'the dialog to save');
  await bench.picture('web-save');
  await box.fill(path);
  await box.press('Enter');
  await bench.page.locator('.notification-toast', { hasText: 'exported.json' }).waitFor();
  await bench.command('notifications.clearAll');
  await exporting;
  const made = JSON.parse(readFileSync(path, 'utf8')) as Figures;
  // Files that VS Code reads have a name here and no path.
  expect(made.model.path).toBe('bert-base.onnx');
  made.model.path = wanted.model.path;
  expect(differences(made, wanted)).toEqual([]);
});

/** Where two values differ; the last digits of a number may, since engines add up in ways of their own. */
function differences(a: unknown, b: unknown, path = ''): string[] {
  if (typeof a === 'number' && typeof b === 'number')
    return Math.abs(a - b) <= 1e-12 * Math.abs(b) ? [] : [`${path}: ${a}, not ${b}`];
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null)
    return a === b ? [] : [`${path}: ${String(a)}, not ${String(b)}`];
  const [one, other] = [
    new Map<string, unknown>(Object.entries(a)),
    new Map<string, unknown>(Object.entries(b)),
  ];
  return [...new Set([...one.keys(), ...other.keys()])].flatMap((key) =>
    differences(one.get(key), other.get(key), `${path}/${key}`),
  );
}

it('says what is too large to be read whole', async () => {
  await bench.closeEditors();
  await bench.openModel('large.onnx');
  const text = async (): Promise<string> => (await bench.activeText()) ?? '';
  await bench.until(async () => (await text()).includes('0.256 GB'), 'the reason');
  expect(await text()).toContain('read whole');
  await bench.picture('web-too-large');
});

it('takes the chips of the folder, and what is changed about them', async () => {
  await bench.closeEditors();
  const folder = join(bench.folder, '.siliconlens', 'chips');
  await mkdir(folder, { recursive: true });
  const write = (name: string): Promise<void> =>
    writeFile(
      join(folder, 'mine.json'),
      JSON.stringify({ id: 'mine', extends: 'nvidia-l4', name, aliases: [name] }),
    );
  await write('Mine');
  await bench.setting('siliconlens.chips', ['mine']);
  await bench.openModel('tiny-conv.onnx');
  const says = (name: string): Promise<void> =>
    bench.until(async () => (await lensesOnScreen()).includes(name), `the chip ${name}`);
  await says('Mine');
  await write('Other');
  await says('Other');
  await bench.setting('siliconlens.chips', chips);
});

it('follows a model that is written anew, and has its server restarted', async () => {
  await bench.closeEditors();
  const model = (name: string): Buffer => readFileSync(join(bench.folder, name));
  await writeFile(join(bench.folder, 'changing.onnx'), model('tiny-mlp.onnx'));
  await bench.openModel('changing.onnx');
  await bench.until(async () => ((await bench.activeText()) ?? '').includes('Gemm'), 'the first model');
  await writeFile(join(bench.folder, 'changing.onnx'), model('tiny-conv.onnx'));
  await bench.until(async () => ((await bench.activeText()) ?? '').includes('Conv'), 'the second model');
  const servers = (): number => bench.page.workers().length;
  const before = servers();
  await bench.command('siliconlens.restartServer');
  await bench.until(() => bench.hasHints(), 'hints of another server');
  expect(servers()).toBe(before);
});

it('helps with a hand-written text', async () => {
  await bench.closeEditors();
  const text =
    '<ir_version: 8, opset_import: ["" : 17]>\ng (float[64, 64] x) => (float[64, 64] y) {\n  y = MatMul (x, x)\n}\n';
  await writeFile(join(bench.folder, 'written.onnxtxt'), text);
  await bench.file('written.onnxtxt').dblclick();
  await bench.until(() => bench.hasHints(), 'hints');
  expect(await hoverAt(3)).toContain('**MatMul**');
});
