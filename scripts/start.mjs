// `npm start`: installs what is needed, builds, packs and opens a VS Code with the extension and sample models.
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheFolder } from './cache.mjs';
import { installDependencies } from './tools.mjs';
import { folderAddress, startHost, unpackSamples } from './vscode-host.mjs';

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

/** Whoever can reach an editor can run programs by it, so it asks for a password that only this terminal shows. */
async function openBrowser(vsix, samples, data) {
  const port = portOf(process.env.PORT);
  const password = randomBytes(18).toString('base64url');
  let host;
  let ending = false;
  const end = () => {
    if (ending) return;
    ending = true;
    // Without a host this ends one that is still on its way up, see startHost.
    if (!host) process.exit(0);
    void host.stop().then(() => process.exit(0));
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, end);
  endWithNpm(end);
  host = await startHost({ folder: samples, data, vsix: [vsix], port, password, settings });
  const address = folderAddress(host.port, samples, join(samples, firstModel));
  console.log(
    '\nVS Code with Siliconlens is up. Open the address in a browser and log in with the password.\n',
  );
  console.log(`address: ${address}\npassword: ${password}\n`);
  console.log(`Sample models: ${samples}\nCtrl+C ends it.`);
  if (process.argv.includes('--open')) openAddress(address);
  await host.ended;
  if (!ending) throw new Error(`code-server has ended.\n${host.log.join('')}`);
}

/** The port that is asked for; without one the system gives a free one. */
function portOf(text) {
  if (!text) return undefined;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`PORT is no port: ${text}`);
  return port;
}

/** npm may end by a signal that it does not pass on, and so may the shell between it and this process. */
function endWithNpm(end) {
  if (!process.env.npm_lifecycle_event) return;
  const shell = process.ppid;
  const npm = parentOf(shell);
  setInterval(() => {
    if (process.ppid !== shell || parentOf(shell) !== npm) end();
  }, 1000).unref();
}

/** The parent of a process where the system tells it by a file; null elsewhere. */
function parentOf(pid) {
  try {
    // The name stands in brackets and may have any letters; the state and the parent follow.
    return Number(/^.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))[1]);
  } catch {
    return null;
  }
}

function openAddress(address) {
  const opener = process.platform === 'darwin' ? 'open' : 'xdg-open';
  spawn(opener, [address], { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}
