// A real VS Code to try the extension in: code-server and the Node it needs, pinned by scripts/vscode-host and kept in
// a cache outside node_modules. Only Node's own modules are used here.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

const pins = fileURLToPath(new URL('vscode-host/', import.meta.url));
const fixtures = fileURLToPath(new URL('../test/fixtures/models/', import.meta.url));
const requiredMajor = 24;

/** Where downloaded tools and sample models are kept: SILICONLENS_CACHE or the user's cache folder. */
export function cacheFolder() {
  return process.env.SILICONLENS_CACHE || join(homedir(), '.cache', 'siliconlens');
}

/** Installs code-server unless it is there; answers its folder. Takes about half a minute the first time. */
export async function installHost(say = console.log) {
  const lock = await readFile(join(pins, 'package-lock.json'));
  const id = createHash('sha256').update(lock).update(process.platform).update(process.arch).digest('hex');
  const folder = join(cacheFolder(), `vscode-${id.slice(0, 12)}`);
  if (existsSync(join(folder, 'complete'))) return folder;
  if (process.platform === 'win32')
    throw new Error('code-server does not run on Windows: install VS Code so that `code` is on the PATH.');
  say('Installing VS Code for the browser (code-server, once, about 800 MB)…');
  const work = `${folder}.${process.pid}`;
  await mkdir(work, { recursive: true });
  for (const name of ['package.json', 'package-lock.json'])
    await copyFile(join(pins, name), join(work, name));
  const vscode = join(work, 'node_modules', 'code-server', 'lib', 'vscode');
  npm(work, 'ci');
  // code-server leaves these two steps to install scripts; what they install is pinned by its own lock files.
  npm(vscode, 'install', '--omit=dev');
  npm(join(vscode, 'extensions'), 'install', '--omit=dev');
  await writeFile(join(work, 'complete'), '');
  await rename(work, folder).catch(async (error) => {
    // Someone else was faster.
    await rm(work, { recursive: true, force: true });
    if (!existsSync(join(folder, 'complete'))) throw error;
  });
  return folder;
}

/**
 * Starts code-server on 127.0.0.1.
 * @param {{ folder: string, data: string, vsix: string[], port?: number, settings?: object, trust?: boolean, locale?: string }} options
 *   `folder` is opened, `data` holds user data and extensions, `vsix` are installed first
 * @returns its address, its process id and how to stop it
 */
export async function startHost(options, say = console.log) {
  const host = await installHost(say);
  const node = await nodeBinary(host);
  const entry = join(host, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
  const userData = join(options.data, 'user');
  const places = ['--user-data-dir', userData, '--extensions-dir', join(options.data, 'extensions')];
  await mkdir(join(userData, 'User'), { recursive: true });
  if (options.settings)
    await writeFile(join(userData, 'User', 'settings.json'), JSON.stringify(options.settings, null, 2));
  for (const file of options.vsix) {
    const installed = spawnSync(node, [entry, ...places, '--force', '--install-extension', file], {
      encoding: 'utf8',
      env: hostEnvironment(),
    });
    if (installed.status !== 0)
      throw new Error(`${file} could not be installed:\n${installed.stdout}${installed.stderr}`);
  }
  const port = options.port ?? (await freePort());
  const flags = [
    '--auth',
    'none',
    '--bind-addr',
    `127.0.0.1:${port}`,
    '--disable-telemetry',
    '--disable-update-check',
  ];
  if (options.locale) flags.push('--locale', options.locale);
  if (!options.trust) flags.push('--disable-workspace-trust');
  const child = spawn(node, [entry, ...flags, ...places, options.folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: hostEnvironment(),
    detached: true,
  });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => log.push(String(data)));
  const stop = () => stopGroup(child);
  // Whoever started it may end without stopping it: its group must not stay behind.
  process.once('exit', () => {
    if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGKILL');
  });
  try {
    await answers(`http://127.0.0.1:${port}/healthz`, child);
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${log.join('')}`);
  }
  return { port, address: folderAddress(port, options.folder), pid: child.pid, log, stop };
}

/**
 * The address that opens a folder and, if given, the listing of one of its models. Start-up opens files before custom
 * editors are known, so the model itself would come up as binary; its listing's file system is waited for.
 */
export function folderAddress(port, folder, model) {
  const address = new URL(`http://127.0.0.1:${port}/`);
  address.searchParams.set('folder', folder);
  if (model) {
    const listing = `siliconlens:${encodeURI(model)}.onnxtxt`;
    address.searchParams.set('payload', JSON.stringify([['openFile', listing]]));
  }
  return address.href;
}

/** Unpacks the fixture models into a folder and answers their names. */
export async function unpackSamples(folder) {
  await mkdir(folder, { recursive: true });
  const names = [];
  for (const name of (await readdir(fixtures)).sort()) {
    if (!/\.onnx(\.gz)?$/.test(name)) continue;
    const bytes = await readFile(join(fixtures, name));
    const target = name.replace(/\.gz$/, '');
    const file = join(folder, target);
    const content = name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
    // An unchanged sample keeps its time, so that an open listing does not blink.
    if (!existsSync(file) || !(await readFile(file)).equals(content)) await writeFile(file, content);
    names.push(target);
  }
  return names;
}

/** Chromium or a browser of its family; null where there is none. */
export function findBrowser() {
  const candidates = [
    process.env.SILICONLENS_BROWSER,
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/usr/bin/google-chrome',
    '/usr/bin/microsoft-edge',
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

/** Flags under which a headless Chromium runs everywhere and asks nobody anything. */
export const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

function hostEnvironment() {
  const environment = { ...process.env };
  // An outer VS Code's variables would make this one believe that it runs inside.
  for (const name of Object.keys(environment))
    if (/^(VSCODE_|ELECTRON_|CODE_SERVER_|PORT$|PASSWORD$|NODE_OPTIONS$)/.test(name))
      delete environment[name];
  return environment;
}

async function nodeBinary(host) {
  if (Number(process.versions.node.split('.')[0]) === requiredMajor) return process.execPath;
  const modules = join(host, 'node_modules');
  for (const name of await readdir(modules)) {
    const binary = join(modules, name, 'bin', 'node');
    if (/^node-(bin-)?(linux|darwin)-/.test(name) && existsSync(binary)) return binary;
  }
  throw new Error(
    `code-server needs Node ${requiredMajor}, and none is known for ${process.platform}-${process.arch}.`,
  );
}

function npm(folder, command, ...flags) {
  const all = [command, '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', ...flags];
  const environment = { ...process.env, npm_config_engine_strict: 'false' };
  const done = spawnSync('npm', all, { cwd: folder, encoding: 'utf8', env: environment });
  if (done.status !== 0)
    throw new Error(`npm ${all.join(' ')} failed in ${folder}:\n${done.stdout}${done.stderr}`);
}

/** A free port, or the first free one from `from` on. */
export function freePort(from = 0) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      if (from && from < 65535) freePort(from + 1).then(resolve, reject);
      else reject(error);
    });
    server.listen(from, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function answers(address, child) {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`code-server ended with ${child.exitCode}`);
    const answer = await fetch(address).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('code-server did not answer within a minute.');
}

/** Ends code-server with its helpers: it leads a process group of its own. */
async function stopGroup(child) {
  if (child.exitCode !== null || child.pid === undefined) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 5000);
  await ended;
  clearTimeout(timer);
  signalGroup(child, 'SIGKILL');
}

function signalGroup(child, name) {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, name);
  } catch {
    // It has ended meanwhile.
  }
}

/** A folder for one run. */
export function runFolder(name) {
  return join(tmpdir(), `siliconlens-${name}-${process.pid}`);
}
