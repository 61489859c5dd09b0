import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { externalDataProblems } from '../../../server/workspace/externalData';
import { FileError, ModelFiles } from '../../../server/workspace/modelFiles';

describe('external data', () => {
  let root: string;
  let model: string;
  const asked: string[] = [];
  const remote = new ModelFiles({
    stat: ({ uri }) => {
      asked.push(uri);
      return Promise.resolve(
        uri.endsWith('/w%20b.bin') ? { ok: true, size: 7, mtime: 0 } : { ok: false, reason: 'none' },
      );
    },
    read: () => Promise.reject(new Error('never read')),
  });
  const check = (location: string, bytesNeeded = 0, uri = model): Promise<[string, string][]> =>
    externalDataProblems(uri, [{ location, bytesNeeded }], remote).then((problems) =>
      problems.map(({ code, severity }) => [code, severity]),
    );

  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'external-'));
    await mkdir(join(root, 'model/data'), { recursive: true });
    await writeFile(join(root, 'outside.bin'), 'x');
    await writeFile(join(root, 'model/data/weights.bin'), '0123456789');
    await symlink(join(root, 'outside.bin'), join(root, 'model/link-out.bin'));
    await symlink(join(root, 'model/data/weights.bin'), join(root, 'model/link-in.bin'));
    await symlink(root, join(root, 'model/up'));
    model = pathToFileURL(join(root, 'model/m.onnx')).toString();
  });
  afterAll(() => rm(root, { recursive: true }));

  it('is silent about what is there and long enough', async () => {
    expect(await check('data/weights.bin', 10)).toEqual([]);
    expect(await check('link-in.bin', 10)).toEqual([]);
  });

  it('notes what is missing, and what is too short', async () => {
    expect(await check('none.bin')).toEqual([['external-data-missing', 'information']]);
    expect(await check('data')).toEqual([['external-data-missing', 'information']]);
    expect(await check('data/weights.bin', 11)).toEqual([['external-data-short', 'warning']]);
  });

  it('follows no way out of the folder', async () => {
    const outside = [['external-data-outside', 'information']];
    expect(await check('../outside.bin')).toEqual(outside);
    expect(await check(join(root, 'outside.bin'))).toEqual(outside);
    expect(await check('link-out.bin')).toEqual(outside);
    expect(await check('up/outside.bin')).toEqual(outside);
  });

  it('asks the client for other schemes, beside the model alone', async () => {
    const uri = 'vscode-vfs://github/o/r/m.onnx';
    expect(await check('w b.bin', 7, uri)).toEqual([]);
    expect(await check('none.bin', 7, uri)).toEqual([['external-data-missing', 'information']]);
    expect(await check('../../secret', 7, uri)).toEqual([['external-data-outside', 'information']]);
    expect(asked).toEqual(['vscode-vfs://github/o/r/w%20b.bin', 'vscode-vfs://github/o/r/none.bin']);
  });

  it('names why a model cannot be opened', async () => {
    const files = remote;
    await expect(files.open(pathToFileURL(join(root, 'no.onnx')).toString())).rejects.toMatchObject({
      code: 'missing',
    });
    await expect(files.open(pathToFileURL(root).toString())).rejects.toMatchObject({ code: 'not-a-file' });
    await expect(files.stat('vscode-vfs://github/o/r/x.onnx')).rejects.toBeInstanceOf(FileError);
  });
});
