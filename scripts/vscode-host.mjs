// A real VS Code to try the extension in: code-server and the Node it needs, pinned by scripts/vscode-host and kept in
// a cache outside node_modules. Only Node's own modules are used here.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { keptPackages, npm } from './cache.mjs';

const pins = fileURLToPath(new URL('vscode-host/', import.meta.url));
const fixtures = fileURLToPath(new URL('../test/fixtures/models/', import.meta.url));
const requiredMajor = 24;

/** Installs code-server unless it is there; answers its folder. Takes about half a minute the first time. */
export async function installHost(say = console.log) {
  if (process.platform === 'win32')
    throw new Error('code-server does not run on Windows: install VS Code so that `code` is on the PATH.');
  return keptPackages('vscode', pins, async (work) => {
    const vscode = join(work, 'node_modules', 'code-server', 'lib', 'vscode');
    // code-server leaves these two steps to install scripts; what they install is pinned by its own lock files.
    npm(vscode, 'install', '--omit=dev');
    npm(join(vscode, 'extensions'), 'install', '--omit=dev');
  });
}

/**
 * Starts code-server on 127.0.0.1.
 * @param {{ folder: string, data: string, vsix: string[], port?: number, password?: string, settings?: object, trust?: boolean, locale?: string }} options
 *   `folder` is opened, `data` holds user data and extensions, `vsix` are installed first; without `port` the system
 *   gives a free one, without `password` none is asked for
 * @returns its address, its process id, when it ends and how to stop it
 */
export async function startHost(options, say = console.log) {
  const host = await installHost(say);
  const node = await nodeBinary(host);
  const entry = join(host, 'node_modules', 'code-server', 'out', 'node', 'entry.js');
  const userData = join(options.data, 'user');
  const config = join(userData, 'config.yaml');
  const places = ['--user-data-dir', userData, '--extensions-dir', join(options.data, 'extensions')];
  await mkdir(join(userData, 'User'), { recursive: true });
  // Settings of a code-server that the user has are not for this one, nor would it make such a file in the home.
  await writeFile(config, '{}\n');
  places.push('--config', config);
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
  const flags = [
    ...['--auth', options.password === undefined ? 'none' : 'password'],
    ...['--bind-addr', `127.0.0.1:${options.port ?? 0}`],
    '--disable-telemetry',
    '--disable-update-check',
    '--disable-proxy',
  ];
  if (options.locale) flags.push('--locale', options.locale);
  if (!options.trust) flags.push('--disable-workspace-trust');
  const child = spawn(node, [entry, ...flags, ...places, options.folder], {
    stdio: ['ignore', 'pipe', 'pipe'],
    // Command lines can be read by every user of the machine, environments can't.
    env: { ...hostEnvironment(), ...(options.password === undefined ? {} : { PASSWORD: options.password }) },
    detached: true,
  });
  const log = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => log.push(String(data)));
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const stop = () => stopGroup(child, ended);
  // Whoever started it may end without stopping it: its group must not stay behind.
  process.once('exit', () => {
    if (child.exitCode === null && child.signalCode === null) signalGroup(child, 'SIGKILL');
  });
  try {
    const port = await listens(child, log);
    return { port, address: folderAddress(port, options.folder), pid: child.pid, log, ended, stop };
  } catch (error) {
    await stop();
    throw new Error(`${error.message}\n${log.join('')}`);
  }
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

function hostEnvironment() {
  const environment = { ...process.env };
  // An outer VS Code's variables would make this one believe that it runs inside; others change what code-server asks
  // for and says.
  for (const name of Object.keys(environment))
    if (
      /^(VSCODE_|ELECTRON_|CODE_SERVER_|(PORT|PASSWORD|HASHED_PASSWORD|LOG_LEVEL|NODE_OPTIONS)$)/.test(name)
    )
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

/** Waits until code-server says that it listens; answers its port. */
async function listens(child, log) {
  const end = Date.now() + 60_000;
  while (Date.now() < end) {
    if (child.exitCode !== null) throw new Error(`code-server ended with ${child.exitCode}.`);
    const said = /server listening on http:\/\/127\.0\.0\.1:(\d+)/.exec(log.join(''));
    if (said) return Number(said[1]);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error('code-server did not listen within a minute.');
}

/** Ends code-server with its helpers: it leads a process group of its own. */
async function stopGroup(child, ended) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
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
