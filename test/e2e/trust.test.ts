import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import type * as vscode from 'vscode';
import { type Host, startHost } from '../../scripts/vscode-host.mjs';
import { settings } from './globalSetup';
import { Workbench } from './workbench';

let host: Host;
let bench: Workbench;

beforeAll(async () => {
  const { data: suite, vsix } = inject('vscode');
  const data = join(suite, 'trust-host');
  const trusting = {
    ...settings,
    'security.workspace.trust.enabled': true,
    'security.workspace.trust.startupPrompt': 'never',
  };
  host = await startHost({ folder: data, data, vsix, settings: trusting, trust: true });
  bench = await Workbench.open('trust', {
    port: host.port,
    prepare: async (folder) => {
      await mkdir(join(folder, '.siliconlens', 'chips'), { recursive: true });
      const chip = { id: 'mine', extends: 'nvidia-l4', name: '[Mine](command:siliconlens.showLog) <b>' };
      await writeFile(join(folder, '.siliconlens', 'chips', 'mine.json'), JSON.stringify(chip));
    },
  });
  await bench.setting('siliconlens.chips', ['mine']);
});
afterAll(async () => {
  await bench?.close();
  await host?.stop();
});

it('does its whole work in a folder that nobody trusts', async () => {
  expect(await bench.inHost((api) => api.workspace.isTrusted)).toBe(false);
  await bench.openModel('tiny-conv.onnx');
  await bench.until(
    () =>
      bench.inHost(async (api) => {
        const { document } = api.window.activeTextEditor!;
        const range = new api.Range(0, 0, document.lineCount, 0);
        const hints = await api.commands.executeCommand<unknown[]>(
          'vscode.executeInlayHintProvider',
          document.uri,
          range,
        );
        return hints.length > 0;
      }),
    'hints',
  );
});

it('reads chip files there too, as data: their texts are shown as they stand', async () => {
  const hover = (): Promise<string> =>
    bench.inHost(async (api) => {
      const document = api.workspace.textDocuments.find(({ uri }) => uri.scheme === 'siliconlens')!;
      const at = document.positionAt(document.getText().indexOf(' = Conv ') + 3);
      const hovers = await api.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        at,
      );
      const texts = hovers.flatMap(({ contents }) => contents);
      return texts.map((text) => (typeof text === 'string' ? text : text.value)).join('\n');
    });
  await bench.until(async () => (await hover()).includes('Mine'), 'the chip in the hover');
  expect(await hover()).toContain('\\[Mine\\](command\\:siliconlens.showLog) \\<b\\>');
});
