import { spawnSync } from 'node:child_process';
import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { TestProject } from 'vitest/node';
import { pack } from '../../scripts/package.mjs';
import { bringBrowser, type TestBrowser } from '../../scripts/browser.mjs';
import { runFolder, startHost } from '../../scripts/vscode-host.mjs';

declare module 'vitest' {
  export interface ProvidedContext {
    vscode: {
      readonly port: number;
      readonly data: string;
      readonly browser: TestBrowser;
      readonly vsix: readonly string[];
    };
  }
}

/** What every window of the tests begins with. */
export const settings = {
  'chat.disableAIFeatures': true,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'off',
  'git.openRepositoryInParentFolders': 'never',
  'security.workspace.trust.enabled': false,
  'update.showReleaseNotes': false,
  'workbench.colorTheme': 'Default Dark Modern',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

/** One VS Code for all files of the suite, with the packed extension and the test driver in it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const browser = await bringBrowser();
  const data = runFolder('e2e');
  await rm(data, { recursive: true, force: true });
  await mkdir(data, { recursive: true });
  process.env.SILICONLENS_TEST_SOCKETS = data;
  const vsix = [await pack(), packDriver(join(data, 'driver.vsix'))];
  const host = await startHost({ folder: data, data, vsix, settings });
  project.provide('vscode', { port: host.port, data, browser, vsix });
  return async () => {
    await host.stop();
    await rm(data, { recursive: true, force: true, maxRetries: 5 });
  };
}

function packDriver(target: string): string {
  const require = createRequire(import.meta.url);
  const vsce = join(dirname(require.resolve('@vscode/vsce/package.json')), 'vsce');
  const flags = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', target];
  const cwd = fileURLToPath(new URL('driver', import.meta.url));
  const done = spawnSync(process.execPath, [vsce, 'package', ...flags], { cwd, encoding: 'utf8' });
  if (done.status !== 0)
    throw new Error(`The test driver could not be packed:\n${done.stdout}${done.stderr}`);
  return target;
}
