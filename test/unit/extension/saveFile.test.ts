import {
  mkdtempSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nodePlatform } from '../../../extension/node/platform';
import { installPlatform } from '../../../extension/platform';

const shown: string[] = [];
const elsewhere = new Map<string, string>();
let unreachable = false;
const { FileSystemError } = vi.hoisted(() => ({
  FileSystemError: class extends Error {
    constructor(readonly code: string) {
      super(code);
    }
  },
}));
vi.mock('vscode', () => ({
  FileSystemError,
  env: { language: 'en' },
  Uri: {
    joinPath: (base: { path: string }, ...parts: string[]) => ({ path: posix.join(base.path, ...parts) }),
  },
  window: { showErrorMessage: (message: string) => Promise.resolve(void shown.push(message)) },
  workspace: {
    fs: {
      writeFile: (uri: { toString(): string }, bytes: Uint8Array) =>
        Promise.resolve(void elsewhere.set(uri.toString(), Buffer.from(bytes).toString())),
      stat: (uri: { toString(): string }) =>
        elsewhere.has(uri.toString())
          ? Promise.resolve({})
          : Promise.reject(new FileSystemError(unreachable ? 'Unavailable' : 'FileNotFound')),
    },
  },
}));
installPlatform(nodePlatform);
const { saveFile } = await import('../../../extension/saveFile');
type Target = Parameters<typeof saveFile>[0];

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'siliconlens-save-'));
  shown.length = 0;
  elsewhere.clear();
  unreachable = false;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string): Target {
  const path = join(folder, name);
  return { scheme: 'file', fsPath: path, path, toString: () => `file://${path}` } as Target;
}

function remote(path: string): Target {
  return {
    scheme: 'vfs',
    authority: '',
    query: '',
    fsPath: path,
    path,
    toString: () => `vfs:${path}`,
  } as Target;
}

it('never writes onto the model, however it is named, and says so', async () => {
  writeFileSync(join(folder, 'm.onnx'), 'model');
  symlinkSync('m.onnx', join(folder, 'link'));
  for (const name of ['m.onnx', 'link']) {
    expect(await saveFile(file(name), 'text', [file('m.onnx')])).toBe(false);
    expect(shown.pop()).toContain('is an input of this result');
  }
  expect(readFileSync(join(folder, 'm.onnx'), 'utf8')).toBe('model');
  expect(await saveFile(file('other'), 'text', [file('m.onnx')])).toBe(true);
  expect(readFileSync(join(folder, 'other'), 'utf8')).toBe('text');
});

it('leaves what was there, and nothing beside it, when the content breaks off', async () => {
  writeFileSync(join(folder, 'report.json'), 'before');
  async function* broken(): AsyncGenerator<string> {
    yield await Promise.resolve('half');
    throw new Error('no more');
  }
  expect(await saveFile(file('report.json'), broken(), [])).toBe(false);
  expect(readFileSync(join(folder, 'report.json'), 'utf8')).toBe('before');
  expect(readdirSync(folder)).toEqual(['report.json']);
});

it('follows no link out of the workspace folder', async () => {
  mkdirSync(join(folder, 'outside'));
  mkdirSync(join(folder, 'workspace'));
  symlinkSync('../outside', join(folder, 'workspace', '.siliconlens'));
  const place = { makeFolder: true, onlyNew: true, inside: join(folder, 'workspace') };
  expect(await saveFile(file('workspace/.siliconlens/chips/a.json'), '{}', [], place)).toBe(false);
  expect(shown.pop()).toContain('a link leads out of the workspace folder');
  expect(readdirSync(join(folder, 'outside'))).toEqual([]);
});

it('writes to other file systems, but not onto the model there', async () => {
  expect(await saveFile(remote('/a.json'), 'text', [remote('/m.onnx')])).toBe(true);
  expect(elsewhere.get('vfs:/a.json')).toBe('text');
  expect(await saveFile(remote('/m.onnx'), 'text', [remote('/m.onnx')])).toBe(false);
  expect([...elsewhere.keys()]).toEqual(['vfs:/a.json']);
});

it('takes other spellings of an address elsewhere for what they are', async () => {
  expect(await saveFile(remote('/a/../m.onnx'), 'text', [remote('/m.onnx')])).toBe(false);
  expect([...elsewhere]).toEqual([]);
});

it('writes nothing over what is there elsewhere, or may be, where only new files are wanted', async () => {
  const onlyNew = { onlyNew: true };
  elsewhere.set('vfs:/chip.json', 'mine');
  expect(await saveFile(remote('/chip.json'), 'other', [], onlyNew)).toBe(false);
  expect(shown.pop()).toContain('/chip.json is there already and stays as it is');
  expect(await saveFile(remote('/new.json'), 'new', [], onlyNew)).toBe(true);
  unreachable = true;
  await expect(saveFile(remote('/unknown.json'), 'text', [], onlyNew)).rejects.toThrow('Unavailable');
  expect([...elsewhere]).toEqual([
    ['vfs:/chip.json', 'mine'],
    ['vfs:/new.json', 'new'],
  ]);
});
