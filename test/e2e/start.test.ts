import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { basename, delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, expect, inject, it } from 'vitest';
import { installHost } from '../../scripts/vscode-host.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
let cache: string;
let started: ChildProcess | undefined;
const seen = { ports: new Set<string>(), passwords: new Set<string>() };

beforeAll(async () => {
  // A cache of its own keeps the demo of the user as it is; VS Code is the same.
  cache = join(inject('vscode').data, 'start');
  await mkdir(cache, { recursive: true });
  const host = await installHost();
  await symlink(host, join(cache, basename(host)));
});
afterEach(() => {
  for (const pid of processesOf(cache)) process.kill(pid, 'SIGKILL');
  started?.kill('SIGKILL');
});

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'asks for the password that it prints, and leaves nothing behind after %s',
  async (signal) => {
    const { child, said } = npmStart({ SILICONLENS_HOST: 'code-server' });
    const [, address] = await said(/^address: (http:\/\/127\.0\.0\.1:\d+\/\S*)$/m);
    const [, password] = await said(/^password: (\S+)$/m);
    const { origin, port } = new URL(address!);
    // 16 random bytes are 22 letters of base 64.
    expect(password!.length).toBeGreaterThanOrEqual(22);
    seen.ports.add(port);
    seen.passwords.add(password!);

    const stranger = await fetch(address!, { redirect: 'manual' });
    expect([stranger.status, stranger.headers.get('location')]).toEqual([
      302,
      expect.stringMatching(/\/login\?.*folder/),
    ]);
    const file = await fetch(`${origin}/vscode-remote-resource?path=/etc/hostname`, { redirect: 'manual' });
    expect(file.status).toBe(401);
    expect((await login(origin, 'guess')).headers.get('set-cookie')).toBeNull();
    const answer = await login(origin, password!);
    expect(answer.status).toBe(302);
    const cookie = answer.headers.get('set-cookie')!.split(';')[0]!;
    const page = await fetch(address!, { headers: { cookie }, redirect: 'manual' });
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining('vscode-workbench')]);
    // Every user of the machine can read command lines.
    expect(commandLines().filter(({ line }) => line.includes(password!))).toEqual([]);

    expect(processesOf(cache).length).toBeGreaterThan(0);
    // Ctrl+C reaches all processes of a terminal; the others reach npm alone, which passes on one and ends by the other.
    process.kill(signal === 'SIGINT' ? -child.pid! : child.pid!, signal);
    await expect.poll(() => isOpen(Number(port)), { timeout: 30_000 }).toBe(false);
    await expect.poll(() => processesOf(cache), { timeout: 30_000 }).toEqual([]);
  },
);

it('takes another port and another password each time', () => {
  expect([seen.ports.size, seen.passwords.size]).toEqual([3, 3]);
});

it('says when PORT is no port', async () => {
  const { child, said } = npmStart({ SILICONLENS_HOST: 'code-server', PORT: 'http' });
  await said(/^PORT is no port: http$/m);
  await expect.poll(() => child.exitCode, { timeout: 30_000 }).toBe(1);
});

it('opens the VS Code that is installed', async () => {
  const bin = join(cache, 'bin');
  const calls = join(cache, 'calls');
  await mkdir(bin);
  await writeFile(
    join(bin, 'code'),
    `#!/bin/sh\n[ "$1" = --version ] && { echo 1.100.0; exit; }\nprintf '%s\\n' "$*" >> "${calls}"\n`,
  );
  chmodSync(join(bin, 'code'), 0o755);
  const path = `${bin}${delimiter}${process.env.PATH}`;
  const { child } = npmStart({ PATH: path, DISPLAY: ':0', SILICONLENS_HOST: '' });
  await expect.poll(() => child.exitCode, { timeout: 60_000 }).toBe(0);
  const [install, folder, model] = (await readFile(calls, 'utf8')).trim().split('\n');
  expect(install).toMatch(/--install-extension \S+siliconlens-[\d.]+\.vsix --force$/);
  expect(folder).toMatch(/--new-window \S+samples$/);
  expect(model).toMatch(/--reuse-window \S+samples\/bert-base\.onnx$/);
});

/** Runs `npm start`; `said` waits for something in its output. */
function npmStart(environment: Record<string, string>) {
  const env: NodeJS.ProcessEnv = { ...process.env, SILICONLENS_CACHE: cache };
  for (const name of ['PORT', 'PASSWORD']) delete env[name];
  const child = spawn('npm', ['start'], { cwd: root, env: { ...env, ...environment }, detached: true });
  started = child;
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  const said = async (words: RegExp): Promise<RegExpExecArray> => {
    await expect.poll(() => output, { timeout: 120_000 }).toMatch(words);
    return words.exec(output)!;
  };
  return { child, said };
}

function login(origin: string, password: string): Promise<Response> {
  const body = new URLSearchParams({ password });
  return fetch(`${origin}/login`, { method: 'POST', body, redirect: 'manual' });
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

/** The command lines of all processes; a bare Linux has no `ps`. */
function commandLines(): { pid: number; line: string }[] {
  if (!existsSync('/proc/self/cmdline'))
    return execFileSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' })
      .split('\n')
      .map((line) => ({ pid: Number.parseInt(line, 10), line }));
  return readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      return [
        { pid: Number(name), line: readFileSync(`/proc/${name}/cmdline`, 'utf8').replaceAll('\0', ' ') },
      ];
    } catch {
      // It has ended.
      return [];
    }
  });
}

function processesOf(folder: string): number[] {
  return commandLines()
    .filter(({ line }) => line.includes(folder))
    .map(({ pid }) => pid);
}
