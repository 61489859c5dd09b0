// `npm start`: installs what is needed, builds, packs and opens a VS Code with the extension and sample models.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installDependencies } from './tools.mjs';
import { cacheFolder, folderAddress, freePort, startHost, unpackSamples } from './vscode-host.mjs';

const firstModel = 'bert-base.onnx';
const settings = {
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};

try {
  await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}

async function main() {
  installDependencies();
  console.log('Building…');
  const { pack } = await import('./package.mjs');
  const vsix = await pack();
  const samples = join(cacheFolder(), 'samples');
  await unpackSamples(samples);
  const data = join(cacheFolder(), 'demo');
  const code = process.env.SILICONLENS_HOST === 'code-server' ? null : findCode();
  if (code) await openDesktop(code, vsix, samples, data);
  else await openBrowser(vsix, samples, data);
}

/** An installed VS Code that can open a window. */
function findCode() {
  if (process.platform === 'linux' && !process.env.DISPLAY && !process.env.WAYLAND_DISPLAY) return null;
  const found = spawnSync('code', ['--version'], { encoding: 'utf8', shell: process.platform === 'win32' });
  return found.status === 0 && /^\d+\.\d+/.test(found.stdout) ? 'code' : null;
}

async function openDesktop(code, vsix, samples, data) {
  const places = [
    '--user-data-dir',
    join(data, 'desktop'),
    '--extensions-dir',
    join(data, 'desktop-extensions'),
  ];
  const run = (...args) =>
    spawnSync(code, [...places, ...args], { stdio: 'inherit', shell: process.platform === 'win32' });
  if (run('--install-extension', vsix, '--force').status !== 0)
    throw new Error('The extension could not be installed in the VS Code that `code` starts.');
  run('--disable-workspace-trust', '--new-window', samples);
  // The first window opens files before custom editors are known, and the model would come up as binary.
  await new Promise((resolve) => setTimeout(resolve, 6000));
  run('--reuse-window', join(samples, firstModel));
  console.log(`VS Code is open with the models in ${samples}.`);
}

async function openBrowser(vsix, samples, data) {
  const port = await freePort(Number(process.env.PORT) || 8765);
  const host = await startHost({ folder: samples, data, vsix: [vsix], port, settings });
  const address = folderAddress(port, samples, join(samples, firstModel));
  console.log(
    `\nVS Code with Siliconlens is at\n\n  ${address}\n\nSample models: ${samples}\nCtrl+C ends it.`,
  );
  if (process.argv.includes('--open')) openAddress(address);
  for (const signal of ['SIGINT', 'SIGTERM'])
    process.once(signal, () => void host.stop().then(() => process.exit(0)));
}

function openAddress(address) {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(opener, [address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
