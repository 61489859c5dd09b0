import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { type Host, startHost } from '../../scripts/vscode-host.mjs';
import type * as vscode from 'vscode';
import { transformer } from '../bench/models';
import { publishedConfiguration } from '../unit/lower/published';
import { settings } from './globalSetup';
import { copySplitModel, pickSplit, splitModel } from './splitPicks';
import { Workbench } from './workbench';

let host: Host;
let bench: Workbench;
const hangul = /[가-힣]/;

beforeAll(async () => {
  const { data: suite, vsix } = inject('vscode');
  const data = join(suite, 'korean-host');
  await offerKorean(join(data, 'user'));
  host = await startHost({ folder: data, data, vsix, settings, locale: 'ko' });
  bench = await Workbench.open('korean', { port: host.port });
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm', 'nvidia-l4']);
  await bench.openModel('bert-base.onnx');
});
afterAll(async () => {
  await bench?.close();
  await host?.stop();
});

/**
 * Makes VS Code take Korean for a display language it has: a language pack without a single text of its own, so the
 * extension's Korean texts stand among VS Code's English ones.
 */
async function offerKorean(userData: string): Promise<void> {
  await mkdir(userData, { recursive: true });
  const translations = join(userData, 'korean.json');
  await writeFile(translations, JSON.stringify({ version: '1.0.0', contents: {} }));
  const extensions = [{ extensionIdentifier: { id: 'siliconlens.korean' }, version: '0.0.1' }];
  const pack = { hash: 'korean', label: '한국어', extensions, translations: { vscode: translations } };
  await writeFile(join(userData, 'languagepacks.json'), JSON.stringify({ ko: pack }));
}

it('shows commands and settings in Korean', async () => {
  expect(await bench.inHost((api) => api.env.language)).toBe('ko');
  const titles = await bench.inHost((api) => {
    const manifest = api.extensions.getExtension('siliconlens.siliconlens')!.packageJSON as {
      contributes: { commands: { title: string | { value: string } }[] };
    };
    return manifest.contributes.commands.map(({ title }) =>
      typeof title === 'string' ? title : title.value,
    );
  });
  expect(titles.filter((title) => !hangul.test(title))).toEqual([]);
});

it('explains chip files in Korean', async () => {
  const file = join(bench.folder, '.siliconlens', 'chips', 'mine.json');
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, '{ "id": "mine", "extends": "nvidia-l4", "name": "Mine" }');
  const explained = (): Promise<string> =>
    bench.inHost(async (api, path) => {
      const uri = api.Uri.file(path);
      await api.workspace.openTextDocument(uri);
      const place = new api.Position(0, 4);
      const hovers = await api.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        uri,
        place,
      );
      const texts = hovers.flatMap(({ contents }) => contents);
      return texts.map((text) => (typeof text === 'string' ? text : text.value)).join('\n');
    }, file);
  await bench.until(async () => hangul.test(await explained()), 'a Korean explanation');
  expect(await explained()).toContain('고유한 id');
});

it('shows hover, report and side panel in Korean', async () => {
  await bench.command('siliconlens.openReport');
  const report = await bench.webview('.report canvas');
  const headings = await report.locator('h2').allInnerTexts();
  expect(headings.filter((heading) => !hangul.test(heading))).toEqual([]);
  await bench.command('workbench.view.extension.siliconlens');
  const panel = await bench.panelFigures();
  const terms = await panel.locator('dt').allInnerTexts();
  expect(terms.filter((term) => !hangul.test(term))).toEqual([]);
  await bench.command('workbench.action.focusFirstEditorGroup');
  const hover = await bench.inHost(async (api) => {
    const { document } = api.window.activeTextEditor!;
    const lines = document.getText().split('\n');
    const line = lines.findIndex((text) => / = MatMul /.test(text));
    const hovers = await api.commands.executeCommand<{ contents: { value: string }[] }[]>(
      'vscode.executeHoverProvider',
      document.uri,
      new api.Position(line, lines[line]!.indexOf('MatMul ')),
    );
    return hovers.flatMap(({ contents }) => contents.map(({ value }) => value)).join('\n');
  });
  expect(hover).toMatch(hangul);
  await report.locator('#chips button.term').first().focus();
  expect(await report.getByRole('tooltip').innerText()).toContain('왜 중요한가: ');
  await bench.picture('korean');
});

it('lists the models of the workspace in Korean', async () => {
  await bench.command('siliconlens.showWorkspace');
  const page = await bench.webview('table.models tr[data-model]');
  const texts = await page.locator('h1, .note, .toolbar button, .toolbar .status, thead th').allInnerTexts();
  expect(texts.filter((text) => !hangul.test(text))).toEqual([]);
  await bench.picture('korean-overview');
  await bench.command('workbench.action.closeActiveEditor');
});

it('finds a chip in Korean', async () => {
  await bench.command('siliconlens.findChip');
  const finder = await bench.webview('.finder table.ranking tr[data-chip]');
  const texts = await finder
    .locator(
      'h2, legend, .fields label > span, .verdict, .note, th button, tr.group span, .checks > div .check',
    )
    .allInnerTexts();
  expect(texts.filter((text) => !hangul.test(text))).toEqual([]);
  // Of the vendor's country, by name.
  expect(await finder.locator('#finder-country').innerText()).toContain('대한민국');
  await bench.picture('korean-find-chip');
  await bench.command('workbench.action.closeActiveEditor');
});

it('lays measured times beside the estimates in Korean', async () => {
  const run = fileURLToPath(new URL('../fixtures/profiles/tiny-conv.onnxruntime.json', import.meta.url));
  await bench.command('workbench.view.explorer');
  await bench.openModel('tiny-conv.onnx');
  await bench.inHost((api, path) => {
    const profile = api.Uri.file(path);
    const { uri } = api.window.activeTextEditor!.document;
    // It ends when its message is answered.
    void api.commands.executeCommand('siliconlens.importProfile', uri, { profile, chip: 'nvidia-l4' });
    return null;
  }, run);
  const told = bench.page.locator('.notification-toast', { hasText: '추정 오차' });
  await told.waitFor({ timeout: 60_000 });
  await told.getByRole('button', { name: '보고서 열기' }).click();
  const report = await bench.webview('button:text-is("L4")');
  await report.locator('button.link', { hasText: /^L4$/ }).first().click();
  await report.locator('#residuals canvas').waitFor();
  const texts = await report
    .locator(
      '#measured h2, #measured dt, #measured p, #measured summary, #measured button:not(.link):not(.term)',
    )
    .allInnerTexts();
  expect(texts.filter((text) => !hangul.test(text))).toEqual([]);
  // A trace of ONNX Runtime beside estimates for TensorRT: that is said.
  expect(texts.join('\n')).toContain('같은 런타임');
  await report.locator('#measured').scrollIntoViewIfNeeded();
  await bench.picture('korean-profile');
});

it('says in Korean where a model is best cut', async () => {
  await copySplitModel(bench.folder);
  await bench.closeEditors();
  await bench.command('workbench.view.explorer');
  await bench.file(splitModel).dblclick();
  await bench.until(() => bench.hasHints(), 'hints');
  await pickSplit(bench, ['raspberry-pi-coral', 'nvidia-l4', 'lte']);
  const page = await bench.webview('table td:text-is("b")');
  expect(await page.locator('h2').allInnerTexts()).not.toContain('Places');
  await bench.picture('korean-split-page');
  await bench.command('workbench.action.closeActiveEditor');
  const lens = bench.page.locator('.codelens-decoration', { hasText: '이 노드 뒤에서 분할' });
  await lens.waitFor();
  await bench.picture('korean-split-lens');
});

it('tells in Korean how devices share a model', async () => {
  await writeFile(join(bench.folder, 'config.json'), JSON.stringify(publishedConfiguration('Llama-3.1-70B')));
  const own = join(bench.folder, '.siliconlens', 'mappings');
  await mkdir(own, { recursive: true });
  const split = { schemaVersion: 1, system: 'nvidia-dgx-h100', split: { tp: 4, pp: 2 } };
  await writeFile(join(own, 'stages.json'), JSON.stringify(split));
  const sizes = { batch: 32, past: 2048 };
  await bench.setting('siliconlens.models', {
    'config.json': { phase: 'decode', dimensions: sizes, mapping: 'stages' },
  });
  await bench.command('workbench.view.explorer');
  await bench.closeEditors();
  await bench.fileMenu('config.json', '목록 열기');
  const lens = bench.page.locator('.codelens-decoration');
  await lens.filter({ hasText: '토큰/s, 장치마다' }).first().waitFor();
  await bench.command('siliconlens.openReport');
  const report = await bench.webview('#spread');
  const texts = await report.locator('#spread h2, #spread p, #spread caption, #spread th').allInnerTexts();
  expect(texts.filter((one) => !hangul.test(one))).toEqual([]);
  await report.locator('#spread h2').first().scrollIntoViewIfNeeded();
  await bench.picture('korean-devices');
});

it('says in Korean that the server stopped, and which model it stopped over', async () => {
  await writeFile(join(bench.folder, 'large.onnx'), transformer(12_000));
  await bench.setting('workbench.colorTheme', 'Default Light Modern');
  await bench.command('workbench.view.explorer');
  await bench.closeEditors();
  await bench.openModel('large.onnx');
  await bench.signalServer('SIGKILL');
  const lens = bench.page.locator('.codelens-decoration');
  await lens.filter({ hasText: 'large.onnx 분석 중에' }).waitFor();
  expect(await lens.first().innerText()).toContain('다시 분석');
  await bench.command('workbench.view.extension.siliconlens');
  const panel = await bench.webview('.banner .error button');
  expect(await panel.locator('.banner button').allInnerTexts()).toEqual(['다시 분석', '로그 보기']);
  await bench.picture('korean-left-alone');
  for (let time = 2; time <= 5; time++) {
    let before: number | null = null;
    await bench.until(async () => (before = await bench.serverProcess()) !== null, 'a server');
    await bench.signalServer('SIGKILL');
    await bench.until(async () => (await bench.serverProcess()) !== before, 'the end of the server');
  }
  const toast = bench.page.locator('.notification-toast', { hasText: '언어 서버' });
  await toast.waitFor();
  await lens.filter({ hasText: '5번 멈춰' }).waitFor();
  await panel.locator('.banner', { hasText: '5번 멈춰' }).waitFor();
  await bench.picture('korean-server-stopped');
  await toast.getByRole('button', { name: '서버 다시 시작' }).click();
  // The kills in a row may have met it while it was read.
  await lens.filter({ hasText: /large\.onnx (분석|파일을 읽는) 중에/ }).waitFor();
  await lens.locator('a', { hasText: '다시 분석' }).first().click();
  await bench.until(() => bench.hasHints(), 'hints');
});
