import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type * as vscode from 'vscode';
import { transformer } from '../bench/models';
import { Workbench } from './workbench';

let bench: Workbench;
/** Large enough that its analysis takes some seconds. */
const large = transformer(12_000);

beforeAll(async () => {
  bench = await Workbench.open('supervision', {
    prepare: async (folder) => {
      await writeFile(join(folder, 'large.onnx'), large);
      await writeFile(join(folder, 'changing.onnx'), large);
    },
  });
});
afterAll(() => bench?.close());
beforeEach(async () => {
  await bench.command('workbench.view.explorer');
  await bench.command('workbench.action.revertAndCloseActiveEditor');
  await bench.closeEditors();
  await bench.command('notifications.clearAll');
  // What other tests did to the server is forgotten.
  await bench.command('siliconlens.restartServer');
});

const toasts = () => bench.page.locator('.notification-toast', { hasText: 'Siliconlens' });
const statusBar = () => bench.page.locator('[id="siliconlens.siliconlens.siliconlens.choices"]');
const lens = (text: string | RegExp) => bench.page.locator('.codelens-decoration', { hasText: text });
const marks = () => bench.page.locator('.monaco-editor .glyph-margin-widgets > div').count();
const until = (check: () => Promise<boolean>, what: string) => bench.until(check, what);
const hints = (what: string) => until(() => bench.hasHints(), what);

/** How many hints and lenses the active text has. */
function answers(): Promise<string> {
  return bench.inHost(async (api) => {
    const { uri, lineCount } = api.window.activeTextEditor!.document;
    const ask = async (name: string, ...rest: unknown[]) =>
      (await api.commands.executeCommand<unknown[]>(name, uri, ...rest)).length;
    const range = new api.Range(0, 0, lineCount, 0);
    const hinted = await ask('vscode.executeInlayHintProvider', range);
    return `${hinted} hints, ${await ask('vscode.executeCodeLensProvider')} lenses`;
  });
}

/** A server that is killed over its last work leaves that model alone: this waits for its end. */
const quiet = () => bench.page.waitForTimeout(1000);

/** Kills the server and waits for the next one. */
async function kill(): Promise<void> {
  const pid = await bench.signalServer('SIGKILL');
  await until(async () => ![pid, null].includes(await bench.serverProcess()), 'another server');
}

/** Kills the server while it analyses a model. How long it takes to begin depends on the machine, so several moments are tried. */
async function killOver(model: string): Promise<void> {
  for (const milliseconds of [500, 1000, 2000, 4000, 250]) {
    await bench.openModel(model);
    await bench.page.waitForTimeout(milliseconds);
    await kill();
    const told = lens(`stopped while it analysed ${model}`).waitFor({ timeout: 10_000 });
    if (
      await told.then(
        () => true,
        () => false,
      )
    )
      return;
    await bench.closeEditors();
    await bench.command('siliconlens.restartServer');
  }
  throw new Error(`The server never ended over ${model}`);
}

it('recovers from a server that hangs, by itself and without a word', async () => {
  await bench.openModel('tiny-conv.onnx');
  await hints('hints');
  await quiet();
  const pid = await bench.signalServer('SIGSTOP');
  // Somebody waits for it: another model.
  await bench.openModel('tiny-mlp.onnx');
  expect(await bench.activeText()).toContain('Gemm');
  await hints('hints of the model that was opened meanwhile');
  expect(await bench.serverProcess()).not.toBe(pid);
  await bench.page.getByRole('tab', { name: 'tiny-conv.onnx.onnxtxt' }).click();
  await hints('hints of the model that was open before');
  expect(await toasts().count()).toBe(0);
});

it('is replaced at once when a user restarts a server that hangs', async () => {
  await bench.openModel('tiny-conv.onnx');
  await hints('hints');
  await quiet();
  const pid = await bench.signalServer('SIGSTOP');
  await bench.command('siliconlens.restartServer');
  await hints('hints after the restart');
  expect(await bench.serverProcess()).not.toBe(pid);
  expect(() => process.kill(pid, 0)).toThrow();
  expect(await toasts().count()).toBe(0);
});

it('recovers from four kills and says so after the fifth; a restart brings all back', async () => {
  await bench.setting('siliconlens.chips', ['nvidia-h100-sxm']);
  await bench.openModel('tiny-conv.onnx');
  await bench.command('siliconlens.openReport');
  const report = await bench.webview('.report canvas');
  await bench.command('workbench.action.focusFirstEditorGroup');
  await hints('hints');
  const before = await answers();
  for (let time = 1; time <= 4; time++) {
    await hints(`hints before kill ${time}`);
    await quiet();
    await kill();
  }
  await hints('hints after four kills');
  await until(async () => (await marks()) > 0, 'marks of the costliest nodes');
  // Many analyses: those of the next server have lower numbers, and are shown nevertheless.
  for (const [chip, name] of [
    ['nvidia-l4', 'L4'],
    ['nvidia-t4', 'T4'],
    ['nvidia-h100-sxm', 'H100'],
  ] as const) {
    await bench.setting('siliconlens.chips', [chip]);
    await report.locator('h2.chosen', { hasText: name }).waitFor();
  }
  expect(await toasts().count()).toBe(0);
  await quiet();
  await bench.signalServer('SIGKILL');

  await toasts().first().waitFor();
  expect(await toasts().count()).toBe(1);
  await lens('stopped 5 times within 3 minutes').waitFor();
  expect(await statusBar().innerText()).toContain('Server stopped');
  await report.locator('.banner .stale', { hasText: 'stopped 5 times' }).waitFor();
  await report.locator('.banner button', { hasText: 'Restart Server' }).waitFor();
  expect(await bench.hasHints()).toBe(false);
  await until(async () => (await marks()) === 0, 'no marks');
  expect(await bench.activeText()).toContain('Conv');
  expect(await bench.serverProcess()).toBeNull();
  await bench.picture('server-stopped');
  await bench.openModel('resnet50.onnx');
  expect(await bench.activeText()).toMatch(/^# resnet50\.onnx: no listing/);
  await bench.picture('server-stopped-no-listing');
  expect(await toasts().count()).toBe(1);

  await toasts().getByRole('button', { name: 'Restart Server' }).click();
  await until(async () => ((await bench.activeText()) ?? '').includes('Gemm'), 'the listing');
  await hints('hints after the restart');
  await lens('stopped').waitFor({ state: 'detached' });
  await report.locator('.banner .stale').waitFor({ state: 'detached' });
  await until(async () => (await statusBar().innerText()).includes('H100'), 'the chips in the status bar');
  await bench.page.getByRole('tab', { name: 'tiny-conv.onnx.onnxtxt' }).click();
  await hints('hints of the model that was open before');
  // Each once: no former client answers too.
  await until(async () => (await answers()) === before, `as many answers as at first: ${before}`);
  expect(await toasts().count()).toBe(0);
});

it('sends text that was never saved again', async () => {
  await bench.inHost(async (api) => {
    const content =
      '<ir_version: 8, opset_import: ["" : 17]>\ngraph (float[2, 3] x) => (float[2, 3] y) {\n  y = Relu (x)\n}\n';
    await api.window.showTextDocument(await api.workspace.openTextDocument({ language: 'onnx', content }));
  });
  await hints('hints');
  await quiet();
  await kill();
  await hints('hints after the kill');
  await bench.inHost(async (api) => {
    const edit = new api.WorkspaceEdit();
    edit.insert(api.window.activeTextEditor!.document.uri, new api.Position(3, 0), '  z = Tanh (y)\n');
    await api.workspace.applyEdit(edit);
  });
  await hints('hints after the edit');
  await quiet();
  await kill();
  await hints('hints after the second kill');
});

it('names the model that a server ended over, and leaves it alone until asked', async () => {
  const chips = ['nvidia-h100-sxm', 'nvidia-l4', 'nvidia-t4', 'nvidia-a100-sxm-80gb'];
  await bench.setting('siliconlens.chips', chips);
  await killOver('large.onnx');
  await bench.command('siliconlens.openReport');
  const report = await bench.webview('.banner .error button');
  expect(await report.locator('.banner').innerText()).toMatch(
    /large\.onnx[\s\S]*Analyse Again[\s\S]*Show Log/,
  );
  await bench.command('workbench.action.focusFirstEditorGroup');
  expect(await bench.activeText()).toContain('MatMul');
  expect(await bench.hasHints()).toBe(false);
  const symbols = await bench.inHost(async (api) => {
    const { uri } = api.window.activeTextEditor!.document;
    return (
      await api.commands.executeCommand<vscode.DocumentSymbol[]>('vscode.executeDocumentSymbolProvider', uri)
    ).length;
  });
  expect(symbols).toBeGreaterThan(0);
  expect(await statusBar().innerText()).toContain('No costs');
  const problems = await bench.inHost((api) =>
    api.languages.getDiagnostics(api.window.activeTextEditor!.document.uri).map(({ message }) => message),
  );
  expect(problems).toEqual([expect.stringContaining('stopped while it analysed large.onnx')]);
  expect(await toasts().count()).toBe(0);
  await bench.picture('model-left-alone');

  // Others have their costs, and another end does not bring the model back.
  await bench.openModel('tiny-conv.onnx');
  await hints('hints of another model');
  await quiet();
  await kill();
  await hints('hints of another model after another kill');
  await bench.page.getByRole('tab', { name: 'large.onnx.onnxtxt' }).click();
  await lens('stopped while it analysed large.onnx').waitFor();
  expect(await bench.hasHints()).toBe(false);

  await bench.page.locator('.codelens-decoration a', { hasText: 'Analyse Again' }).first().click();
  await lens('stopped').waitFor({ state: 'detached' });
  await hints('hints, now that they were asked for');
  await report.locator('canvas').first().waitFor({ timeout: 60_000 });
  await until(async () => (await statusBar().innerText()).includes('H100'), 'the chips in the status bar');
});

it('works on such a model again when its file changes', async () => {
  await killOver('changing.onnx');
  await writeFile(join(bench.folder, 'changing.onnx'), transformer(100));
  await lens('stopped').waitFor({ state: 'detached' });
  await hints('hints of the changed model');
});
