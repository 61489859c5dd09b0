import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type * as Files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

/** Stands in for a clock whose tick both writings fall into. */
let changeTime: bigint | null = null;
let looks = 0;
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof Files>();
  return {
    ...real,
    stat: async (path: string, options: { bigint: true }) => {
      const stats = await real.stat(path, options);
      looks++;
      return changeTime === null
        ? stats
        : { ...stats, dev: 1n, ino: 1n, mtimeNs: changeTime, ctimeNs: changeTime };
    },
  };
});
vi.mock('vscode', () => ({
  window: { onDidChangeWindowState: () => ({ dispose: () => {} }) },
  workspace: {
    fs: {
      stat: (uri: { fsPath: string }) =>
        Promise.resolve().then(() => {
          const { size, mtimeMs } = statSync(uri.fsPath);
          return { size, mtime: changeTime === null ? mtimeMs : Number(changeTime / 1_000_000n) };
        }),
    },
  },
}));
const { installPlatform } = await import('../../../extension/platform');
const { nodePlatform } = await import('../../../extension/node/platform');
installPlatform(nodePlatform);
const { lookAt, ModelWatcher } = await import('../../../extension/listing/modelWatcher');
type Uri = ConstructorParameters<typeof ModelWatcher>[0];
type Log = ConstructorParameters<typeof ModelWatcher>[3];

let folder = '';
let watcher: { dispose(): void } | undefined;
let changes = 0;
const model = (): Uri => ({ scheme: 'file', fsPath: join(folder, 'm.onnx') }) as Uri;
const log = { error: () => {}, debug: () => {} } as unknown as Log;
const now = (): bigint => BigInt(Date.now()) * 1_000_000n;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'siliconlens-watcher-'));
  writeFileSync(model().fsPath, 'first');
  changeTime = null;
  changes = 0;
});
afterEach(() => {
  watcher?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function watch(): Promise<void> {
  const seen = await lookAt(model());
  looks = 0;
  watcher = new ModelWatcher(model(), seen, () => Promise.resolve(void changes++), log);
  await vi.waitFor(() => expect(looks).toBe(1));
}

const patient = { timeout: 20_000 };

it('tells of a file that is written, replaced, gone and back', async () => {
  await watch();
  writeFileSync(model().fsPath, 'second text');
  await vi.waitFor(() => expect(changes).toBeGreaterThan(0), patient);
  let before = changes;
  writeFileSync(join(folder, 'new'), 'third');
  renameSync(join(folder, 'new'), model().fsPath);
  await vi.waitFor(() => expect(changes).toBeGreaterThan(before), patient);
  before = changes;
  rmSync(model().fsPath);
  await vi.waitFor(() => expect(changes).toBeGreaterThan(before), patient);
  before = changes;
  writeFileSync(model().fsPath, 'back');
  await vi.waitFor(() => expect(changes).toBeGreaterThan(before), patient);
}, 60_000);

it('tells of a change since the file was read', async () => {
  const seen = await lookAt(model());
  writeFileSync(model().fsPath, 'longer than it was');
  watcher = new ModelWatcher(model(), seen, () => Promise.resolve(void changes++), log);
  await vi.waitFor(() => expect(changes).toBe(1), patient);
}, 30_000);

it('tells of a writing that a look cannot tell from the one before, while the file is young', async () => {
  changeTime = now() + 60_000_000_000n;
  await watch();
  writeFileSync(model().fsPath, 'other');
  await vi.waitFor(() => expect(changes).toBeGreaterThan(0), patient);
}, 30_000);

it('tells nothing when an event comes for an old file that looks as before', async () => {
  changeTime = now() - 60_000_000_000n;
  await watch();
  writeFileSync(model().fsPath, 'other');
  await vi.waitFor(() => expect(looks).toBeGreaterThan(1), patient);
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(changes).toBe(0);
}, 30_000);
