import { execFileSync } from 'node:child_process';
import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FileError } from '../../../server/platform';
import { externalDataProblems, externalPlaces, openExternal } from '../../../server/workspace/externalData';
import { ModelFiles } from '../../../server/workspace/modelFiles';

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
    externalDataProblems(uri, [{ location, bytesNeeded, constant: null }], remote).then((problems) =>
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

  it('follows no link that the client reports, and reads nothing for a look', async () => {
    const looks: unknown[] = [];
    const client = new ModelFiles({
      stat: ({ uri, stated }) => {
        looks.push([uri, stated]);
        const isLink = uri.endsWith('/up') || uri.endsWith('/link.bin');
        return Promise.resolve({ ok: true, size: 5, mtime: 0, isLink });
      },
      read: () => Promise.reject(new Error('never read')),
    });
    const look = async (location: string): Promise<string[]> => {
      const file = { location, bytesNeeded: 5, constant: null };
      return (await externalDataProblems('vfs://h/m.onnx', [file], client)).map(({ code }) => code);
    };
    expect(await look('a/w.bin')).toEqual([]);
    expect(looks).toEqual([
      ['vfs://h/a', true],
      ['vfs://h/a/w.bin', true],
    ]);
    expect(await look('up/w.bin')).toEqual(['external-data-outside']);
    expect(await look('link.bin')).toEqual(['external-data-outside']);
    expect(await openExternal('vfs://h/m.onnx', 'link.bin', client)).toBe('external-data-outside');
  });

  it('finds the data of a Hugging Face cache in the store of its model, and in no other', async () => {
    // The layout of huggingface_hub: snapshots hold relative links into the blobs of their own repository.
    const hub = join(root, 'hub');
    const snapshot = join(hub, 'models--org--name/snapshots/0a1b');
    await mkdir(join(snapshot, 'onnx'), { recursive: true });
    for (const repository of ['models--org--name', 'models--org--other']) {
      await mkdir(join(hub, repository, 'blobs/deeper'), { recursive: true });
      await writeFile(join(hub, repository, 'blobs/5ha1'), 'model');
      await writeFile(join(hub, repository, 'blobs/5ha2'), '0123456789');
      await writeFile(join(hub, repository, 'blobs/deeper/5ha3'), '0123456789');
    }
    const links = {
      'model.onnx': '../../blobs/5ha1',
      'model.onnx_data': '../../blobs/5ha2',
      'sibling.onnx_data': '../../../models--org--other/blobs/5ha2',
      'passwords.onnx_data': '/etc/passwd',
      'deeper.onnx_data': '../../blobs/deeper/5ha3',
      'loop.onnx_data': 'loop.onnx_data',
      'gone.onnx_data': '../../blobs/none',
      'onnx/model.onnx': '../../../blobs/5ha1',
      'onnx/model.onnx_data': '../../../blobs/5ha2',
    };
    for (const [name, target] of Object.entries(links)) await symlink(target, join(snapshot, name));
    const uri = pathToFileURL(join(snapshot, 'model.onnx')).href;
    expect(await check('model.onnx_data', 10, uri)).toEqual([]);
    const nested = pathToFileURL(join(snapshot, 'onnx/model.onnx')).href;
    expect(await check('model.onnx_data', 10, nested)).toEqual([]);
    const outside = [['external-data-outside', 'information']];
    for (const name of ['sibling.onnx_data', 'passwords.onnx_data', 'deeper.onnx_data'])
      expect(await check(name, 0, uri)).toEqual(outside);
    // The store is reached by links in the model's folder alone, not by a location that leads there.
    expect(await check('../../blobs/5ha2', 0, uri)).toEqual(outside);
    const missing = [['external-data-missing', 'information']];
    for (const name of ['loop.onnx_data', 'gone.onnx_data', '5ha2'])
      expect(await check(name, 0, uri)).toEqual(missing);
    const opened = await openExternal(uri, 'model.onnx_data', remote);
    if (typeof opened === 'string') throw new Error(opened);
    expect(Buffer.from(await opened.source.read(0, 3)).toString()).toBe('012');
    await opened.close();
    const blob = join(await realpath(hub), 'models--org--name/blobs/5ha2');
    expect(await externalPlaces(uri, Object.keys(links))).toContain(pathToFileURL(blob).href);
    // A model that is no link has no store: the same data beside a copy leads out.
    await writeFile(join(snapshot, 'copy.onnx'), 'model');
    expect(await check('model.onnx_data', 10, pathToFileURL(join(snapshot, 'copy.onnx')).href)).toEqual(
      outside,
    );
  });

  it.skipIf(process.platform === 'win32')('does not wait for a pipe', async () => {
    execFileSync('mkfifo', [join(root, 'model/pipe.bin')]);
    expect(await check('pipe.bin')).toEqual([['external-data-missing', 'information']]);
    expect(await openExternal(model, 'pipe.bin', remote)).toBe('external-data-missing');
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
    await expect(files.open(pathToFileURL(root).toString())).rejects.toMatchObject({ code: 'folder' });
    await expect(files.stat('vscode-vfs://github/o/r/x.onnx')).rejects.toBeInstanceOf(FileError);
  });
});
