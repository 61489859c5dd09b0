import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { Workbench } from './workbench';

let bench: Workbench;
const odd = '한글 #1 50%.onnx';

beforeAll(async () => {
  bench = await Workbench.open('states', {
    prepare: async (folder) => {
      const whole = await readFile(join(folder, 'tiny-mlp.onnx'));
      await writeFile(
        join(folder, 'broken.onnx'),
        Buffer.concat([whole.subarray(0, 30), Buffer.alloc(500, 0xff)]),
      );
      await writeFile(join(folder, 'text.onnx'), 'version https://example.org/spec\n'.repeat(4));
      await writeFile(join(folder, 'empty.onnx'), '');
      await writeFile(join(folder, 'truncated.onnx'), whole.subarray(0, Math.floor(whole.length / 2)));
      await writeFile(join(folder, 'changing.onnx'), whole);
      await writeFile(join(folder, odd), whole);
    },
  });
});
afterAll(() => bench?.close());
beforeEach(async () => {
  await bench.command('workbench.view.explorer');
  await bench.closeEditors();
});

it.each(['broken.onnx', 'empty.onnx', 'truncated.onnx'])(
  'says what is wrong with %s, and where',
  async (name) => {
    await bench.openModel(name);
    const text = (await bench.activeText()) ?? '';
    expect(text.split('\n')[0]).toMatch(/^# /);
    const comments = text.split('\n').filter((line) => line.startsWith('#'));
    expect(comments.join('\n')).toMatch(/Reason: .+/);
    if (name !== 'empty.onnx') expect(comments.join('\n')).toMatch(/At byte \d+/);
    await bench.until(() => hasProblem(name), `a problem about ${name}`);
    await bench.picture(`state-${name.replace('.onnx', '')}`);
  },
);

it('says that a text file is no model', async () => {
  await bench.openModel('text.onnx');
  expect(await bench.activeText()).toMatch(/^# text\.onnx[\s\S]*text file/);
});

it('opens and jumps in a file whose name has a hash, a per cent sign, blanks and Korean', async () => {
  await bench.openModel(odd);
  expect(await bench.activeText()).toContain('Gemm');
  const uri = await bench.inHost((api) => api.window.activeTextEditor?.document.uri.toString());
  const target = await bench.inHost(async (api) => {
    const document = api.window.activeTextEditor!.document;
    const lines = document.getText().split('\n');
    const line = lines.findIndex((text) => / = Gemm/.test(text));
    const name = /\(([\w."/]+)/.exec(lines[line] ?? '')?.[1] ?? '';
    const character = (lines[line] ?? '').indexOf(name, (lines[line] ?? '').indexOf('(')) + 1;
    const found = await api.commands.executeCommand<
      { uri?: { toString(): string }; targetUri?: { toString(): string } }[]
    >('vscode.executeDefinitionProvider', document.uri, new api.Position(line, character));
    return (found[0]?.uri ?? found[0]?.targetUri)?.toString();
  });
  expect(target).toBe(uri);
});

it('shows the new listing when the model is exported anew, in the same tab', async () => {
  await bench.openModel('changing.onnx');
  expect(await bench.activeText()).not.toContain('Conv');
  const conv = await readFile(join(bench.folder, 'tiny-conv.onnx'));
  // As exporters do: another file first, then put in place.
  await writeFile(join(bench.folder, 'changing.tmp'), conv);
  await rename(join(bench.folder, 'changing.tmp'), join(bench.folder, 'changing.onnx'));
  await bench.until(async () => ((await bench.activeText()) ?? '').includes('Conv'), 'the new listing');
  await bench.tabsBecome(['>changing.onnx.onnxtxt']);
});

it('keeps the listing while the model is emptied for writing or gone, and says so', async () => {
  await bench.openModel('changing.onnx');
  const file = join(bench.folder, 'changing.onnx');
  const whole = await readFile(file);
  await writeFile(file, '');
  await bench.page.waitForTimeout(2500);
  expect(await bench.activeText()).toContain('Conv');
  await rm(file);
  await bench.page.waitForTimeout(2500);
  expect(await bench.activeText()).toContain('Conv');
  await bench.tabsBecome(['>changing.onnx.onnxtxt']);
  await bench.until(() => hasProblem('changing.onnx'), 'a problem about changing.onnx');
  await writeFile(file, whole);
});

it('notices changes of a model outside the workspace', async () => {
  const outside = join(dirname(bench.folder), 'outside');
  await mkdir(outside, { recursive: true });
  const file = join(outside, 'elsewhere.onnx');
  await writeFile(file, await readFile(join(bench.folder, 'tiny-mlp.onnx')));
  await bench.inHost(async (api, path) => {
    await api.commands.executeCommand('vscode.open', api.Uri.file(path));
  }, file);
  await bench.until(async () => ((await bench.activeText()) ?? '').includes('Gemm'), 'the listing');
  await writeFile(file, await readFile(join(bench.folder, 'tiny-conv.onnx')));
  await bench.until(async () => ((await bench.activeText()) ?? '').includes('Conv'), 'the new listing');
});

it('keeps listing, place and report over a reload, and a listing whose model has gone', async () => {
  const gone = join(bench.folder, 'gone.onnx');
  await writeFile(gone, await readFile(join(bench.folder, 'tiny-mlp.onnx')));
  await bench.openModel('gone.onnx');
  await bench.openModel('resnet50.onnx');
  await bench.inHost((api) => {
    const editor = api.window.activeTextEditor!;
    const at = new api.Position(150, 4);
    editor.selection = new api.Selection(at, at);
    editor.revealRange(editor.selection);
  });
  await bench.command('siliconlens.openReport');
  await (await bench.webview('canvas')).locator('canvas').first().waitFor();
  await bench.page.waitForTimeout(7000);
  await rm(gone);
  await bench.page.reload();
  await bench.reloaded();
  await bench.tabsBecome(
    ['gone.onnx.onnxtxt', '>resnet50.onnx.onnxtxt'],
    ['>resnet50.onnx — Report (webview)'],
  );
  await (await bench.webview('canvas')).locator('canvas').first().waitFor();
  await bench.command('workbench.action.focusFirstEditorGroup');
  await bench.until(async () => ((await bench.activeText()) ?? '').includes('Conv'), 'the listing');
  expect(await bench.inHost((api) => api.window.activeTextEditor?.selection.active.line)).toBe(150);
  await bench.page.getByRole('tab', { name: 'gone.onnx.onnxtxt' }).click();
  await bench.until(
    async () => /^# .*gone\.onnx/.test((await bench.activeText()) ?? ''),
    'the state of gone.onnx',
  );
});

it('answers again after the server is killed, and after a restart', async () => {
  await bench.openModel('tiny-conv.onnx');
  await bench.until(() => bench.hasHints(), 'hints');
  // A model that a server ends over while it works on it is left alone.
  await bench.page.waitForTimeout(1000);
  await bench.signalServer('SIGKILL');
  await bench.until(() => bench.hasHints(), 'hints after the crash');
  await bench.command('siliconlens.restartServer');
  await bench.until(() => bench.hasHints(), 'hints after the restart');
});

it('starts again after a start that failed', async () => {
  await bench.openModel('tiny-conv.onnx');
  await moveServer('server.js', 'server.away.js');
  try {
    await bench.command('siliconlens.restartServer');
    await bench.page.locator('.notification-toast', { hasText: 'Siliconlens' }).first().waitFor();
    await bench.closeEditors();
    await bench.openModel('tiny-mlp.onnx');
    expect(await bench.activeText()).toMatch(/^# tiny-mlp\.onnx: no listing/);
  } finally {
    await moveServer('server.away.js', 'server.js');
  }
  await bench.command('siliconlens.restartServer');
  await bench.until(async () => ((await bench.activeText()) ?? '').includes('Gemm'), 'the listing');
  await bench.until(() => bench.hasHints(), 'hints');
});

function moveServer(from: string, to: string): Promise<void> {
  return bench.inHost(
    (api, before, after) => {
      const { renameSync } = process.getBuiltinModule('node:fs');
      const { extensionPath } = api.extensions.getExtension('siliconlens.siliconlens')!;
      renameSync(`${extensionPath}/dist/${before}`, `${extensionPath}/dist/${after}`);
    },
    from,
    to,
  );
}

function hasProblem(name: string): Promise<boolean> {
  return bench.inHost((api, file) => {
    const all = api.languages.getDiagnostics();
    return all.some(([uri, problems]) => uri.path.includes(file) && problems.length > 0);
  }, name);
}
