import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
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
  bench = await Workbench.open('trust', { port: host.port });
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
