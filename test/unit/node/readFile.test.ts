import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdtemp, rename, rm, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lookAtFile, openFile, readBytes } from '../../../server/node/readFile';

const isPosix = process.platform !== 'win32';

describe('a file as byte source', () => {
  let folder: string;
  const at = (name: string): string => join(folder, name);
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'source-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('reads ranges, and fewer bytes only at the end', async () => {
    const path = at('a 가#?.bin');
    await writeFile(
      path,
      Uint8Array.from({ length: 200_000 }, (_, i) => i % 251),
    );
    const source = await openFile(path);
    expect(source.size).toBe(200_000);
    expect([...(await source.read(65_535, 3))]).toEqual([65_535 % 251, 65_536 % 251, 65_537 % 251]);
    expect((await source.read(199_998, 10)).length).toBe(2);
    expect((await source.read(300_000, 10)).length).toBe(0);
    await source.close();
  });

  it('says that a file shrank after it was opened', async () => {
    await writeFile(at('shrinks.bin'), new Uint8Array(1000));
    const source = await openFile(at('shrinks.bin'));
    await writeFile(at('shrinks.bin'), new Uint8Array(10));
    expect((await source.read(0, 10)).length).toBe(10);
    await expect(source.read(0, 1000)).rejects.toMatchObject({ code: 'changed' });
    await source.close();
  });

  it('rejects folders, missing and dangling names, loops, and files that are too large', async () => {
    await symlink(at('nowhere'), at('dangling'));
    await symlink(at('loop-b'), at('loop-a'));
    await symlink(at('loop-a'), at('loop-b'));
    await writeFile(at('large'), 'four');
    await expect(openFile(folder)).rejects.toMatchObject({ code: 'folder' });
    await expect(openFile(at('none'))).rejects.toMatchObject({ code: 'missing' });
    await expect(openFile(at('large/below'))).rejects.toMatchObject({ code: 'missing' });
    await expect(openFile(at('dangling'))).rejects.toMatchObject({ code: 'missing' });
    await expect(openFile(at('loop-a'))).rejects.toMatchObject({ code: 'failed' });
    await expect(readBytes(at('large'), 3)).rejects.toMatchObject({ code: 'too-large' });
    expect((await readBytes(at('large'), 4)).length).toBe(4);
  });

  it.skipIf(!isPosix)('refuses pipes, sockets and devices at once, through links too', async () => {
    execFileSync('mkfifo', [at('fifo')]);
    await symlink(at('fifo'), at('to-fifo'));
    const server = createServer().listen(at('socket'));
    await new Promise((resolve) => server.once('listening', resolve));
    // Nothing writes to the pipe: a reader that waits for a writer hangs here.
    await expect(openFile(at('fifo'))).rejects.toMatchObject({ code: 'pipe' });
    await expect(openFile(at('to-fifo'))).rejects.toMatchObject({ code: 'pipe' });
    await expect(openFile(at('socket'))).rejects.toMatchObject({ code: 'socket' });
    for (const device of ['/dev/zero', '/dev/null'])
      await expect(openFile(device)).rejects.toMatchObject({ code: 'device' });
    server.close();
  });

  it.skipIf(!isPosix)('does not wait for a pipe that takes the place of a file meanwhile', async () => {
    execFileSync('mkfifo', [at('pipe')]);
    const results: string[] = [];
    for (let round = 0; round < 200; round++) {
      await rm(at('swapped'), { force: true });
      await writeFile(at('swapped'), 'x');
      const opening = openFile(at('swapped')).then(
        (file) => file.close().then(() => 'file'),
        (error: { code: string }) => error.code,
      );
      await rename(at('swapped'), at('away'));
      await rename(at('pipe'), at('swapped'));
      results.push(await opening);
      await rename(at('swapped'), at('pipe'));
    }
    for (const result of results) expect(['file', 'missing', 'pipe']).toContain(result);
  });

  it.skipIf(!existsSync('/proc/self/maps'))('refuses files that state no size but have bytes', async () => {
    // "The size of most files of /proc is 0" (proc(5)).
    await expect(openFile('/proc/self/maps')).rejects.toMatchObject({ code: 'unsized' });
    await writeFile(at('empty'), '');
    const empty = await openFile(at('empty'));
    expect(empty.size).toBe(0);
    await empty.close();
  });

  it.skipIf(!isPosix || process.getuid?.() === 0)('says when a file may not be read', async () => {
    await writeFile(at('secret'), 'x');
    await chmod(at('secret'), 0);
    await expect(openFile(at('secret'))).rejects.toMatchObject({ code: 'denied' });
  });
});

describe('the version of a file', () => {
  it('is unknown while the file is young, and another one after a change that sets the times back', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'version-'));
    const path = join(folder, 'm.onnx');
    await writeFile(path, 'one');
    expect((await lookAtFile(path)).version).toBeNull();
    const old = new Date('2020-01-01T00:00:00Z');
    await utimes(path, old, old);
    const before = await rested(path);
    expect((await lookAtFile(path)).version).toBe(before.version);
    await writeFile(path, 'two');
    await utimes(path, old, old);
    const after = await rested(path);
    expect([after.size, after.mtime]).toEqual([before.size, before.mtime]);
    expect((await stat(path)).mtimeMs).toBe(old.getTime());
    expect(after.version).not.toBe(before.version);
    await rm(folder, { recursive: true });
  }, 30_000);
});

/** Looks until the file has been still for long enough to have a version. */
async function rested(path: string): ReturnType<typeof lookAtFile> {
  for (;;) {
    const look = await lookAtFile(path);
    if (look.version !== null) return look;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
