import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Loader } from '../../../server/workspace/loader';
import { ModelFiles } from '../../../server/workspace/modelFiles';
import { modelOf, part, text } from '../formats/wire';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'siliconlens-loader-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const none = () => Promise.resolve({ ok: false as const, reason: 'none' });

/** Models of one length that differ in the operator. */
function model(operator: 'Relu' | 'Tanh'): Uint8Array {
  return modelOf([part(1, text(1, 'x'), text(2, 'y'), text(4, operator))]);
}

it('sees other content of equal size and time, and the same content as the same', async () => {
  const path = join(folder, 'm.onnx');
  const uri = pathToFileURL(path).href;
  const loader = new Loader(new ModelFiles({ stat: none, read: none }), { language: () => 'en' });
  const write = (bytes: Uint8Array): void => {
    writeFileSync(path, bytes);
    utimesSync(path, 1_000_000, 1_000_000);
  };
  expect(model('Relu').length).toBe(model('Tanh').length);
  write(model('Relu'));
  const first = await loader.fromFile('siliconlens:/m', uri, undefined);
  expect(first.text).toContain('Relu');
  write(model('Relu'));
  expect(await loader.fromFile('siliconlens:/m', uri, first)).toBe(first);
  write(model('Tanh'));
  const second = await loader.fromFile('siliconlens:/m', uri, first);
  expect(second.text).toContain('Tanh');
  expect(second.listing.revision).toBe(first.listing.revision + 1);
});

it('sees it too where only the client can read, which knows no more than size and time', async () => {
  let bytes = model('Relu');
  const client = new ModelFiles({
    stat: () => Promise.resolve({ ok: true, size: bytes.length, mtime: 1 }),
    read: ({ offset, length }) =>
      Promise.resolve({
        ok: true,
        base64: Buffer.from(bytes.subarray(offset, offset + length)).toString('base64'),
      }),
  });
  const loader = new Loader(client, { language: () => 'en' });
  const first = await loader.fromFile('siliconlens:/m', 'vfs:/m.onnx', undefined);
  expect(await loader.fromFile('siliconlens:/m', 'vfs:/m.onnx', first)).toBe(first);
  bytes = model('Tanh');
  expect((await loader.fromFile('siliconlens:/m', 'vfs:/m.onnx', first)).text).toContain('Tanh');
});
