import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import type * as Files from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

/** The disk is full when a file is to get its place. */
let isFull = false;
vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof Files>();
  return {
    ...real,
    rename: (from: string, to: string) =>
      isFull
        ? Promise.reject(Object.assign(new Error('no space left'), { code: 'ENOSPC' }))
        : real.rename(from, to),
  };
});
// The platform that every test has was loaded with the real disk.
vi.resetModules();
const { installPlatform } = await import('../../../server/platform');
installPlatform((await import('../../../server/node/platform')).nodePlatform);
const { ProfileStore } = await import('../../../server/workspace/profileStore');
type Stored = Parameters<InstanceType<typeof ProfileStore>['put']>[1];

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'siliconlens-profiles-'))));
afterEach(() => {
  isFull = false;
  rmSync(folder, { recursive: true, force: true });
});

const model = 'file:///m.onnx';
function profile(file: string): Stored {
  const rows = [{ name: 'n', names: ['n'], seconds: 1 }];
  const circumstances = {
    imported: '2026-01-01',
    digest: 'd',
    bindings: {},
    phase: 'inference',
    problems: [],
  };
  return { chip: 'nvidia-t4', file, ...circumstances, profile: { rows } } as unknown as Stored;
}

it('loses nothing and leaves nothing when it cannot write, and goes on afterwards', async () => {
  const store = new ProfileStore(() => folder);
  const names = async (of = store): Promise<string[]> => (await of.of(model)).map(({ file }) => file);
  await store.put(model, profile('first.json'));
  const [file] = readdirSync(folder);
  const before = readFileSync(join(folder, file!));
  isFull = true;
  await expect(store.put(model, profile('second.json'))).rejects.toMatchObject({ code: 'full' });
  expect(readdirSync(folder)).toEqual([file]);
  expect(readFileSync(join(folder, file!))).toEqual(before);
  // What a window shows is what the next one will.
  expect(await names()).toEqual(['first.json']);
  expect(await names(new ProfileStore(() => folder))).toEqual(['first.json']);
  isFull = false;
  await store.put(model, profile('third.json'));
  expect(await names()).toEqual(['third.json']);
  expect(await names(new ProfileStore(() => folder))).toEqual(['third.json']);
});
