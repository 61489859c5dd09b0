import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { nodePlatform } from '../../../extension/node/platform';
import { installPlatform } from '../../../extension/platform';
import type { Server } from '../../../extension/server/server';
import { chipsRequest } from '../../../server/protocol';

let folder = '';
const shown: string[] = [];
const opened: string[] = [];
const uriOf = vi.hoisted(() => (path: string) => ({ scheme: 'file', fsPath: path, path }));
vi.mock('vscode', async () => {
  const { statSync } = await import('node:fs');
  type Uri = ReturnType<typeof uriOf>;
  return {
    env: { language: 'en' },
    Uri: { joinPath: (base: Uri, ...parts: string[]) => uriOf([base.path, ...parts].join('/')) },
    window: {
      showErrorMessage: (message: string) => Promise.resolve(void shown.push(message)),
      showInputBox: () => Promise.resolve('mine'),
      showQuickPick: <T>(items: readonly T[]) => Promise.resolve(items[0]),
      showTextDocument: (uri: Uri) => Promise.resolve(void opened.push(uri.path)),
    },
    workspace: {
      get workspaceFolders() {
        return [{ uri: uriOf(join(folder, 'workspace')) }];
      },
      fs: { stat: (uri: Uri) => Promise.resolve().then(() => statSync(uri.path)) },
    },
  };
});
installPlatform(nodePlatform);
const { newChip } = await import('../../../extension/choices/newChip');

const base = { id: 'base', name: 'Base', vendor: '', class: 'gpu', aliases: [], own: false, description: '' };
const server = {
  request: (method: string) =>
    Promise.resolve(method === chipsRequest ? { chips: [base] } : { id: 'mine', text: 'new' }),
} as unknown as Server;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'siliconlens-new-chip-'));
  mkdirSync(join(folder, 'workspace', '.siliconlens', 'chips'), { recursive: true });
  shown.length = 0;
  opened.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function chip(): string {
  return join(folder, 'workspace', '.siliconlens', 'chips', 'mine.json');
}

it('makes a chip file, and opens the one that is there without touching it', async () => {
  await newChip(server);
  expect(readFileSync(chip(), 'utf8')).toBe('new');
  writeFileSync(chip(), 'broken');
  await newChip(server);
  expect(readFileSync(chip(), 'utf8')).toBe('broken');
  expect({ opened, shown }).toEqual({ opened: [chip(), chip()], shown: [] });
});

it('opens no file that a link of the workspace leads out to, a link to one inside it does', async () => {
  writeFileSync(join(folder, 'secret.json'), '{}');
  symlinkSync(join(folder, 'secret.json'), chip());
  await newChip(server);
  expect(opened).toEqual([]);
  expect(shown.pop()).toContain('a link leads out of the workspace folder');
  rmSync(chip());
  writeFileSync(join(folder, 'workspace', 'kept.json'), '{}');
  symlinkSync('../../kept.json', chip());
  await newChip(server);
  expect(opened).toEqual([chip()]);
});

it.skipIf(process.platform === 'win32')('opens no pipe', async () => {
  execFileSync('mkfifo', [chip()]);
  await newChip(server);
  expect(opened).toEqual([]);
  expect(shown.pop()).toContain('is no file');
});
