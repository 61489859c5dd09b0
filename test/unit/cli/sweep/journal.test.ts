import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Journal, lineOf } from '../../../../server/cli/sweep/journal';
import { sweepErrorRow } from '../../../../server/engine/report/sweepRow';
import { temporaryFolder } from '../commandLine';

const { path: folder } = temporaryFolder();
let count = 0;
const fresh = (): string => join(folder, `${count++}.journal`);
const row = (key: string, path: string, nodes = 1): string => lineOf(sweepErrorRow({ key, path, nodes }));
const nodesOf = async (journal: Journal, name: string) =>
  [...(await journal.rowsOf(name))].map(([key, one]) => [key, one.row.nodes]);

afterEach(() => void vi.restoreAllMocks());

describe('the journal of a sweep', () => {
  it('gives back the rows of a model when it is opened again, the later of two with one key', async () => {
    const path = fresh();
    const first = await Journal.open(path);
    await first.add('a', [row('1', 'a', 10), row('2', 'a', 20)]);
    await first.add('b', [row('3', 'b', 30)]);
    await first.add('a', [row('1', 'a', 11)]);
    await first.close();
    const again = await Journal.open(path);
    expect(await nodesOf(again, 'a')).toEqual([
      ['1', 11],
      ['2', 20],
    ]);
    expect(await nodesOf(again, 'b')).toEqual([['3', 30]]);
    expect(await nodesOf(again, 'constructor')).toEqual([]);
    await again.close();
  });

  it('keeps what several workers tell at the same time', async () => {
    const path = fresh();
    const journal = await Journal.open(path);
    const names = Array.from({ length: 50 }, (_, i) => `model${i}`);
    await Promise.all(
      names.map((name) => journal.add(name, [row(`${name} 1`, name), row(`${name} 2`, name)])),
    );
    for (const name of names)
      expect([...(await journal.rowsOf(name)).keys()]).toEqual([`${name} 1`, `${name} 2`]);
    await journal.close();
    expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(1 + 100 + 1);
  });

  it('loses the half-written last line alone, wherever it breaks off', async () => {
    const whole = fresh();
    const journal = await Journal.open(whole);
    await journal.add('모델', [row('1', '모델')]);
    await journal.close();
    const before = readFileSync(whole);
    const half = Buffer.from(`${row('2', '모델')}\n`);
    for (const length of [1, 7, 50, half.length - 1]) {
      const path = fresh();
      writeFileSync(path, before);
      appendFileSync(path, half.subarray(0, length));
      const again = await Journal.open(path);
      expect(await nodesOf(again, '모델')).toEqual([['1', 1]]);
      await again.add('모델', [row('3', '모델')]);
      expect((await again.rowsOf('모델')).size).toBe(2);
      await again.close();
      expect(readFileSync(path, 'utf8')).toBe(`${before.toString()}${row('3', '모델')}\n`);
    }
  });

  it('begins anew where not even the first line is whole, and touches no file that is no journal', async () => {
    const path = fresh();
    writeFileSync(path, '{"silicon');
    await (await Journal.open(path)).close();
    expect(readFileSync(path, 'utf8')).toBe('{"siliconlens":"sweep","schemaVersion":1}\n');
    const other = fresh();
    writeFileSync(other, 'my notes\n');
    await expect(Journal.open(other)).rejects.toThrow('is no journal of a sweep');
    expect(readFileSync(other, 'utf8')).toBe('my notes\n');
    await expect(Journal.open(folder)).rejects.toMatchObject({ code: 'folder' });
  });

  it('reads lines that go over the pieces in which files are read', async () => {
    const path = fresh();
    const journal = await Journal.open(path);
    const long = 'x'.repeat(700_000);
    await journal.add(
      'a',
      ['1', '2', '3', '4'].map((key) => lineOf(sweepErrorRow({ key, path: 'a', error: long }))),
    );
    await journal.close();
    const again = await Journal.open(path);
    expect([...(await again.rowsOf('a')).keys()]).toEqual(['1', '2', '3', '4']);
    await again.close();
  });

  it('says that the disk is full and keeps what it has', async () => {
    const path = fresh();
    const journal = await Journal.open(path);
    await journal.add('a', [row('1', 'a')]);
    const before = readFileSync(path, 'utf8');
    const handle = await open(path);
    const prototype = Object.getPrototypeOf(handle) as FileHandle;
    await handle.close();
    const real = Object.getOwnPropertyDescriptor(prototype, 'write')!.value as (...all: unknown[]) => never;
    let writes = 0;
    // Half of it still fits.
    vi.spyOn(prototype, 'write').mockImplementation(function (this: FileHandle, ...args: unknown[]) {
      const [bytes, from, , position] = args as [Buffer, number, number, number];
      if (writes++ > 0) return Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }));
      return real.call(this, bytes, from, 20, position);
    });
    await expect(journal.add('a', [row('2', 'a')])).rejects.toMatchObject({ code: 'full' });
    vi.restoreAllMocks();
    expect(readFileSync(path, 'utf8')).toBe(before);
    await journal.add('a', [row('3', 'a')]);
    expect([...(await journal.rowsOf('a')).keys()]).toEqual(['1', '3']);
    await journal.close();
  });
});
