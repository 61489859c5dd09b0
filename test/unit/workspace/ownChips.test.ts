import { shippedChips } from '../../../server/engine/chips/catalogue';
import { describe, expect, it } from 'vitest';
import { OwnChips } from '../../../server/workspace/ownChips';
import type { Gone, OwnFileState } from '../../../server/workspace/ownFiles';
import { chipFolder, type ClientFolders, OwnFolder } from '../../../server/workspace/ownFolder';

const base = 'vscode-vfs://github/me/repo/.siliconlens/chips';
const chip = (id: string, extended = 'nvidia-l4'): string =>
  JSON.stringify({ id, extends: extended, name: id.toUpperCase() });

/** A folder that the client reads, and what was told about it. */
function folder() {
  const files = new Map<string, string>();
  const judged: OwnFileState[] = [];
  const removed: string[] = [];
  const gone: (readonly Gone[])[] = [];
  let listings = 0;
  const bytes = (uri: string): Buffer => Buffer.from(files.get(uri.slice(base.length + 1)) ?? '');
  const client: ClientFolders = {
    list: ({ uri }) => {
      listings++;
      return Promise.resolve(
        uri === base ? { ok: true, names: [...files.keys()] } : { ok: false, reason: 'no such folder' },
      );
    },
    stat: ({ uri }) => Promise.resolve({ ok: true, size: bytes(uri).length, mtime: 1 }),
    read: ({ uri }) => Promise.resolve({ ok: true, base64: bytes(uri).toString('base64') }),
  };
  const chips = new OwnChips(new OwnFolder(client, chipFolder), {
    judged: (state) => judged.push(state),
    removed: (uri) => removed.push(uri),
    changed: (ids) => gone.push(ids),
    failed: (error) => {
      throw error;
    },
  });
  const ids = async (): Promise<string[]> =>
    (await chips.with({})).catalogue.chips.slice(0, -shippedChips.chips.length).map(({ id }) => id);
  return { files, judged, removed, gone, chips, ids, listings: () => listings };
}

describe('chips of a folder that the client reads', () => {
  it('come with it and go with it', async () => {
    const { files, judged, removed, gone, chips, ids } = folder();
    files.set('a.json', `\uFEFF${chip('a')}`);
    files.set('b.JSON', chip('b', 'a'));
    files.set('readme.md', 'no chip');
    await chips.setFolders(['vscode-vfs://github/me/repo', 'vscode-vfs://github/me/other/']);
    expect(await ids()).toEqual(['a', 'b']);
    expect(judged.map(({ uri, problems }) => [uri, problems.length])).toEqual([
      [`${base}/a.json`, 0],
      [`${base}/b.JSON`, 0],
    ]);
    const { generation } = await chips.with({});
    await chips.setFolders([]);
    expect(await ids()).toEqual([]);
    expect(removed).toEqual([`${base}/a.json`, `${base}/b.JSON`]);
    expect(gone.at(-1)?.map(({ id, file }) => [id, file])).toEqual([
      ['a', '.siliconlens/chips/a.json'],
      ['b', '.siliconlens/chips/b.JSON'],
    ]);
    expect((await chips.with({})).generation).toBeGreaterThan(generation);
  });

  it('tell nobody while nothing changed, and are read once for many changes in a row', async () => {
    const { files, judged, gone, chips, listings } = folder();
    files.set('a.json', chip('a'));
    await chips.setFolders(['vscode-vfs://github/me/repo']);
    const before = listings();
    await Promise.all([chips.reload(), chips.reload(), chips.reload()]);
    expect(listings()).toBe(before + 1);
    expect([judged.length, gone.length]).toEqual([1, 1]);
    const available = await chips.with({});
    expect(await chips.with({})).toBe(available);
  });

  it('are read up to the file at which it is too much, which says so', async () => {
    const { files, judged, chips, ids } = folder();
    // Ten files just below the limit of one, of which eight fill 2 MiB.
    for (let i = 0; i < 10; i++) files.set(`c${i}.json`, chip(`c${i}`).padEnd(255 * 1024));
    await chips.setFolders(['vscode-vfs://github/me/repo']);
    expect(await ids()).toEqual(Array.from({ length: 8 }, (_, i) => `c${i}`));
    expect(judged.map(({ problems }) => problems.map(({ code }) => code)).slice(7)).toEqual([
      [],
      ['chip.too-many'],
    ]);
    expect(judged.at(-1)?.problems[0]?.args).toEqual({ files: 500, bytes: 2 * 1024 * 1024 });
  });

  it('that are renamed under the same id are not gone', async () => {
    const { files, gone, chips, ids } = folder();
    files.set('a.json', chip('a'));
    await chips.setFolders(['vscode-vfs://github/me/repo']);
    files.delete('a.json');
    files.set('z.json', chip('a'));
    await chips.reload();
    expect(await ids()).toEqual(['a']);
    expect(gone.at(-1)).toEqual([]);
  });

  it('stay with the last good base while that one is broken, and follow it when it is corrected', async () => {
    const { files, judged, chips } = folder();
    files.set('a.json', chip('a'));
    files.set('b.json', chip('b', 'a'));
    await chips.setFolders(['vscode-vfs://github/me/repo']);
    const bandwidth = async (): Promise<number | undefined> =>
      (await chips.with({})).catalogue.byId('b')?.memory[0]?.bandwidthBytesPerSecond?.value;
    expect(await bandwidth()).toBe(300.1e9);
    files.set('a.json', chip('a').replace('{', ''));
    await chips.reload();
    expect(await bandwidth()).toBe(300.1e9);
    expect(
      judged.slice(2).map(({ uri, problems }) => [uri.slice(-6), problems.map(({ code }) => code)]),
    ).toEqual([
      ['a.json', ['chip.syntax']],
      ['b.json', []],
    ]);
    const memory = [{ name: 'GDDR6', bandwidthBytesPerSecond: 1e11 }];
    files.set('a.json', JSON.stringify({ id: 'a', extends: 'nvidia-l4', name: 'A', memory }));
    await chips.reload();
    expect(await bandwidth()).toBe(1e11);
  });
});
