import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import {
  chmod,
  chown,
  link,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile as plant,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { writeFile } from '../../../server/node/writeFile';

const isPosix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;

let folder: string;
const at = (...names: string[]): string => join(folder, ...names);
const textOf = (path: string): Promise<string> => readFile(path, 'utf8');
beforeEach(async () => (folder = await mkdtemp(join(tmpdir(), 'write-'))));
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true });
});

describe('writing a file', () => {
  it('makes a new one and replaces an old one, from texts, bytes and pieces', async () => {
    await writeFile(at('out'), 'first, and longer');
    await writeFile(at('out'), Uint8Array.of(0x68, 0x69));
    expect(await textOf(at('out'))).toBe('hi');
    const long = 'ü'.repeat(50_000);
    function* pieces(): Iterable<string | Uint8Array> {
      yield 'a';
      yield long;
      yield Uint8Array.of(0x62);
      yield long;
    }
    await writeFile(at('out'), pieces());
    expect(await textOf(at('out'))).toBe(`a${long}b${long}`);
    expect(await readdir(folder)).toEqual(['out']);
  });

  it('keeps the mode of what is there', async () => {
    await plant(at('out'), 'x');
    await chmod(at('out'), 0o640);
    await writeFile(at('out'), 'y');
    if (isPosix) expect((await stat(at('out'))).mode & 0o7777).toBe(0o640);
    // A file whose name leaves no room for a longer one.
    await writeFile(at('n'.repeat(255)), 'y');
  });

  it.skipIf(!isRoot)('keeps the owner of what is there', async () => {
    await plant(at('out'), 'x');
    await chown(at('out'), 1234, 2345);
    await writeFile(at('out'), 'y');
    const { uid, gid } = await stat(at('out'));
    expect([uid, gid]).toEqual([1234, 2345]);
  });

  it('replaces the target of a link and leaves the link', async () => {
    await mkdir(at('real'));
    await plant(at('real', 'out'), 'x');
    await symlink('real', at('folder'));
    await symlink('folder/out', at('link'));
    await symlink('link', at('twice'));
    await writeFile(at('twice'), 'y');
    expect(await textOf(at('real', 'out'))).toBe('y');
    expect(await readlink(at('link'))).toBe('folder/out');
    expect((await lstat(at('twice'))).isSymbolicLink()).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(['folder', 'link', 'real', 'twice']);
    // As a shell does with `>`: the file is made where the link leads.
    await symlink('real/new', at('dangling'));
    await writeFile(at('dangling'), 'z');
    expect(await textOf(at('real', 'new'))).toBe('z');
    // What `..` means behind a link is the file system's to say: real/.. is the folder, not folder/...
    await mkdir(at('a'));
    await symlink('../real', at('a', 'b'));
    await writeFile(`${at('a')}/b/../up`, 'z');
    expect(await textOf(at('up'))).toBe('z');
  });

  it('says what is wrong with a place', async () => {
    await symlink(at('b'), at('a'));
    await symlink(at('a'), at('b'));
    await plant(at('file'), 'x');
    await mkdir(at('deep'));
    const code = async (path: string): Promise<unknown> =>
      writeFile(path, 'y').then(
        () => 'written',
        (error: { code: unknown }) => error.code,
      );
    expect(await code(folder)).toBe('folder');
    expect(await code(`${at('new')}/`)).toBe('folder');
    expect(await code('')).toBe('folder');
    expect(await code(at('none', 'out'))).toBe('noFolder');
    expect(await code(at('file', 'out'))).toBe('noFolder');
    expect(await code(at('a'))).toBe('failed');
    expect((await readdir(folder)).sort()).toEqual(['a', 'b', 'deep', 'file']);
  });

  it.skipIf(!isPosix || isRoot)('respects what is protected', async () => {
    await mkdir(at('closed'));
    await plant(at('closed', 'out'), 'x');
    await plant(at('fixed'), 'x');
    await chmod(at('fixed'), 0o444);
    await chmod(at('closed'), 0o555);
    await expect(writeFile(at('fixed'), 'y')).rejects.toMatchObject({ code: 'denied' });
    await expect(writeFile(at('closed', 'out'), 'y')).rejects.toMatchObject({ code: 'denied' });
    await expect(writeFile(at('closed', 'new'), 'y')).rejects.toMatchObject({ code: 'denied' });
    expect([await textOf(at('fixed')), await textOf(at('closed', 'out'))]).toEqual(['x', 'x']);
    await chmod(at('closed'), 0o755);
  });

  it('makes folders where it is asked to, but not out of the folder that it has to stay in', async () => {
    await mkdir(at('project'));
    await mkdir(at('elsewhere'));
    const options = { makeFolder: true, onlyNew: true, inside: at('project') };
    await writeFile(at('project', '.siliconlens', 'chips', 'a.json'), 'x', options);
    await expect(
      writeFile(at('project', '.siliconlens', 'chips', 'a.json'), 'y', options),
    ).rejects.toMatchObject({ code: 'exists' });
    expect(await textOf(at('project', '.siliconlens', 'chips', 'a.json'))).toBe('x');
    await symlink(at('elsewhere'), at('project', 'out'));
    await symlink(at('elsewhere', 'none'), at('project', 'dangling'));
    for (const path of [at('project', 'out', 'a.json'), at('project', 'out', 'new', 'a.json')])
      await expect(writeFile(path, 'x', options)).rejects.toMatchObject({ code: 'outside' });
    await expect(writeFile(at('project', 'dangling'), 'x', options)).rejects.toMatchObject({
      code: 'outside',
    });
    expect(await readdir(at('elsewhere'))).toEqual([]);
  });
});

describe('an input', () => {
  it('is not written over, however it is spelled', async () => {
    await plant(at('model.onnx'), 'weights');
    await mkdir(at('sub'));
    await symlink('model.onnx', at('soft'));
    await link(at('model.onnx'), at('hard'));
    await symlink('..', at('sub', 'up'));
    const inputs = [at('none'), at('model.onnx')];
    const spellings = [
      at('model.onnx'),
      `${folder}/./sub//../model.onnx`,
      `${folder}/sub/up/model.onnx`,
      at('soft'),
      at('hard'),
    ];
    // Where case makes no difference the other case is the same file.
    if (existsSync(at('MODEL.ONNX'))) spellings.push(at('MODEL.ONNX'));
    for (const path of spellings)
      await expect(writeFile(path, 'x', { inputs }), path).rejects.toMatchObject({ code: 'input' });
    // Named by a link, the file behind it is the input.
    await expect(writeFile(at('model.onnx'), 'x', { inputs: [at('soft')] })).rejects.toMatchObject({
      code: 'input',
    });
    expect(await textOf(at('model.onnx'))).toBe('weights');
    await writeFile(at('other'), 'x', { inputs });
  });

  it.skipIf(!existsSync('/proc/self/fd'))('is not appended to through an open descriptor', async () => {
    await plant(at('model.onnx'), 'weights');
    const handle = await open(at('model.onnx'), 'a');
    const path = `/dev/fd/${handle.fd}`;
    await expect(writeFile(path, 'x', { inputs: [at('model.onnx')] })).rejects.toMatchObject({
      code: 'input',
    });
    await handle.close();
    expect(await textOf(at('model.onnx'))).toBe('weights');
  });
});

describe('a failure half-way', () => {
  it('leaves what was there and nothing beside it', async () => {
    await plant(at('out'), 'before');
    function* breaking(): Iterable<string> {
      yield 'x'.repeat(200_000);
      throw new Error('broken');
    }
    await expect(writeFile(at('out'), breaking())).rejects.toMatchObject({ code: 'failed' });
    await expect(writeFile(at('new'), breaking())).rejects.toMatchObject({ code: 'failed' });
    expect(await textOf(at('out'))).toBe('before');
    expect(await readdir(folder)).toEqual(['out']);
  });

  it('leaves nothing when the disk is full after a part was written, or only at the end', async () => {
    await plant(at('out'), 'before');
    const handle = await open(at('out'));
    const prototype = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    const full = (): never => {
      throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
    };
    const write = vi.spyOn(prototype, 'write');
    write.mockImplementationOnce(() => Promise.resolve({ bytesWritten: 3, buffer: 'abc' }));
    write.mockImplementationOnce(full);
    await expect(writeFile(at('out'), 'abcdef')).rejects.toMatchObject({ code: 'full' });
    expect(write).toHaveBeenCalledTimes(2);
    vi.restoreAllMocks();
    vi.spyOn(prototype, 'sync').mockImplementationOnce(full);
    await expect(writeFile(at('new'), 'abcdef')).rejects.toMatchObject({ code: 'full' });
    expect(await textOf(at('out'))).toBe('before');
    expect(await readdir(folder)).toEqual(['out']);
  });

  it('leaves nothing on a disk that is really full', async (context) => {
    await mkdir(at('disk'));
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', at('disk')], { stdio: 'pipe' });
    } catch (error) {
      console.warn(`skipped: a small disk can't be mounted here: ${String(error)}`);
      context.skip();
    }
    try {
      await plant(at('disk', 'out'), 'before');
      const large = 'x'.repeat(1_000_000);
      await expect(writeFile(at('disk', 'out'), large)).rejects.toMatchObject({ code: 'full' });
      await expect(writeFile(at('disk', 'new'), large)).rejects.toMatchObject({ code: 'full' });
      expect(await readdir(at('disk'))).toEqual(['out']);
      expect(await textOf(at('disk', 'out'))).toBe('before');
    } finally {
      execFileSync('umount', [at('disk')]);
    }
  });
});

describe.skipIf(!isPosix)('what is no file', () => {
  it('is written directly: a pipe with a reader, a device', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    const reading = readFile(at('fifo'), 'utf8');
    const long = 'line\n'.repeat(100_000);
    await writeFile(at('fifo'), long);
    expect(await reading).toBe(long);
    expect((await lstat(at('fifo'))).isFIFO()).toBe(true);
    await writeFile('/dev/null', 'x');
    expect((await lstat('/dev/null')).isCharacterDevice()).toBe(true);
    expect(await readdir(folder)).toEqual(['fifo']);
  });

  it('may close early, which is told', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    const reader = open(at('fifo'), 'r').then((handle) => handle.close());
    await expect(writeFile(at('fifo'), 'x'.repeat(1_000_000))).rejects.toMatchObject({ code: 'readerGone' });
    await reader;
  });

  it('is refused where nobody reads a pipe, where a socket listens, and where a device is full', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    await expect(writeFile(at('fifo'), 'x')).rejects.toMatchObject({ code: 'noReader' });
    const server = createServer().listen(at('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(writeFile(at('socket'), 'x')).rejects.toMatchObject({ code: 'device' });
    server.close();
    if (existsSync('/dev/full'))
      await expect(writeFile('/dev/full', 'x')).rejects.toMatchObject({ code: 'full' });
    await expect(writeFile(at('fifo'), 'x', { onlyNew: true })).rejects.toMatchObject({ code: 'exists' });
  }, 30_000);

  it.skipIf(!existsSync('/proc/self/fd'))('goes on where an open file is', async () => {
    await plant(at('log'), 'before\n');
    const handle = await open(at('log'), 'a');
    for (const path of [`/dev/fd/${handle.fd}`, `/proc/self/fd/${handle.fd}`]) await writeFile(path, 'x\n');
    await handle.close();
    expect(await textOf(at('log'))).toBe('before\nx\nx\n');
  });
});
