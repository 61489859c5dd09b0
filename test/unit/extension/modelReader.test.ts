import { afterEach, expect, it, vi } from 'vitest';
import { nodePlatform } from '../../../extension/node/platform';
import { installPlatform } from '../../../extension/platform';

/** What a file system states of its files and what it gives: not the same where it errs or lies. */
const files = new Map<string, { size: number; bytes: Uint8Array; type: number }>();
let reads = 0;
vi.mock('vscode', () => ({
  env: { language: 'en' },
  FileType: { File: 1, Directory: 2, SymbolicLink: 64 },
  Uri: { parse: (text: string) => text },
  workspace: {
    fs: {
      stat: (uri: string) => {
        const file = files.get(uri);
        return file ? Promise.resolve({ ...file, mtime: 5 }) : Promise.reject(new Error('none'));
      },
      readFile: (uri: string) => {
        reads++;
        return Promise.resolve(files.get(uri)!.bytes);
      },
    },
  },
}));
installPlatform(nodePlatform);
const { ModelReader } = await import('../../../extension/modelReader');

const limit = 1000;
const reader = new ModelReader(limit);
afterEach(() => {
  reader.dispose();
  files.clear();
  reads = 0;
});

function plant(uri: string, stated: number, length: number, type = 1): void {
  files.set(uri, { size: stated, bytes: Uint8Array.from({ length }, (_, i) => i % 251), type });
}

it('goes by the bytes that come, not by the size that is stated', async () => {
  plant('vfs:/m', 0, 600);
  expect(await reader.stat({ uri: 'vfs:/m' })).toEqual({ ok: true, size: 600, mtime: 5, isLink: false });
  const piece = await reader.read({ uri: 'vfs:/m', offset: 598, length: 10 });
  // 598 - 2 * 251 = 96.
  expect(piece).toEqual({ ok: true, base64: Buffer.from([96, 97]).toString('base64') });
  expect(reads).toBe(1);
});

it('refuses what states too much without reading it, and what gives more than it states', async () => {
  plant('vfs:/large', limit + 1, 0);
  expect(await reader.stat({ uri: 'vfs:/large' })).toMatchObject({ ok: false });
  expect(reads).toBe(0);
  plant('vfs:/lies', 10, limit + 1);
  for (const asked of [
    reader.stat({ uri: 'vfs:/lies' }),
    reader.read({ uri: 'vfs:/lies', offset: 0, length: 1 }),
  ])
    expect(await asked).toMatchObject({ ok: false });
  plant('vfs:/full', 10, limit);
  expect(await reader.stat({ uri: 'vfs:/full' })).toMatchObject({ ok: true, size: limit });
});

it('reads nothing of weights where what is stated is enough, and says what is a link', async () => {
  plant('vfs:/weights', 5 * limit, 0);
  plant('vfs:/link', 7, 0, 65);
  const look = (uri: string): Promise<unknown> => reader.stat({ uri, stated: true });
  expect(await look('vfs:/weights')).toEqual({ ok: true, size: 5 * limit, mtime: 5, isLink: false });
  expect(await look('vfs:/link')).toEqual({ ok: true, size: 7, mtime: 5, isLink: true });
  expect(reads).toBe(0);
  // Git states 0 for what it did not look at.
  plant('vfs:/unstated', 0, 600);
  expect(await look('vfs:/unstated')).toMatchObject({ ok: true, size: 600 });
});

it('answers for folders and for what is not there', async () => {
  plant('vfs:/folder', 0, 0, 2);
  expect(await reader.stat({ uri: 'vfs:/folder' })).toMatchObject({ ok: false });
  expect(await reader.read({ uri: 'vfs:/none', offset: 0, length: 1 })).toEqual({
    ok: false,
    reason: 'none',
  });
});

it('reads a file anew when it is looked at, since that is when it may have changed', async () => {
  plant('vfs:/m', 3, 3);
  await reader.stat({ uri: 'vfs:/m' });
  plant('vfs:/m', 4, 4);
  await reader.read({ uri: 'vfs:/m', offset: 0, length: 4 });
  expect(reads).toBe(1);
  expect(await reader.stat({ uri: 'vfs:/m' })).toMatchObject({ size: 4 });
});
