// Steps that the scripts share. Only Node's own modules: dependencies may not be installed yet.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));
const onWindows = process.platform === 'win32';

/** Runs `npm ci` when dependencies are missing or not those of the lock file. */
export function installDependencies(say = console.log) {
  if (isInstalled()) return;
  say('Installing dependencies…');
  const flags = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];
  const done = spawnSync('npm', flags, { cwd: root, stdio: 'inherit', shell: onWindows });
  if (done.status !== 0) throw new Error('npm ci failed.');
}

function isInstalled() {
  const record = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(record)) return false;
  const packagesOf = (file) => JSON.parse(readFileSync(file, 'utf8')).packages;
  const installed = packagesOf(record);
  return Object.entries(packagesOf(join(root, 'package-lock.json'))).every(
    ([path, { version, optional }]) => path === '' || optional || installed[path]?.version === version,
  );
}

/** Runs a program with its output on the terminal; answers its exit code. */
export function runVisibly(command, args, environment = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: 'inherit',
      env: { ...process.env, ...environment },
      shell: onWindows,
    });
    child.once('error', (error) => {
      console.error(error.message);
      resolve(1);
    });
    child.once('exit', (code) => resolve(code ?? 1));
  });
}

/** The program of a development dependency, to be run by Node. */
export function toolPath(name) {
  return join(root, 'node_modules', ...name.split('/'));
}
