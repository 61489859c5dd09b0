import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openFile } from '../../../server/workspace/fileSource';

describe('a file as byte source', () => {
  let folder: string;
  beforeAll(async () => (folder = await mkdtemp(join(tmpdir(), 'source-'))));
  afterAll(() => rm(folder, { recursive: true }));

  it('reads ranges, and fewer bytes only at the end', async () => {
    const path = join(folder, 'a 가#?.bin');
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

  it('stops where a file shrank after it was opened', async () => {
    const path = join(folder, 'shrinks.bin');
    await writeFile(path, new Uint8Array(1000));
    const source = await openFile(path);
    await writeFile(path, new Uint8Array(10));
    expect((await source.read(0, 1000)).length).toBe(10);
    await source.close();
  });

  it('rejects folders and missing files with a code', async () => {
    await expect(openFile(folder)).rejects.toMatchObject({ code: 'EISDIR' });
    await expect(openFile(join(folder, 'none'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});
