import { mkdirSync, mkdtempSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { packed, unpack } from '../../../server/cli/modelPack';
import { temporaryFolder } from './commandLine';

const { path: folder } = temporaryFolder();
const fresh = (): string => mkdtempSync(join(folder, 'model-'));
const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values);

describe('packed models', () => {
  it('have what was read at its place and nothing elsewhere', async () => {
    const at = fresh();
    const size = 10e9;
    await unpack(
      packed([
        {
          way: 'a/model.onnx',
          size: 8,
          pieces: [
            { offset: 2, bytes: bytes(7, 8) },
            { offset: 6, bytes: bytes(9) },
          ],
        },
        { way: 'a/weights.bin', size, pieces: [] },
      ]),
      at,
    );
    expect([...readFileSync(join(at, 'a/model.onnx'))]).toEqual([0, 0, 7, 8, 0, 0, 9, 0]);
    expect(statSync(join(at, 'a/weights.bin')).size).toBe(size);
  });

  it.each([
    ['leads out', packed([{ way: '../out', size: 1, pieces: [] }])],
    ['is absolute', packed([{ way: '/tmp/out', size: 1, pieces: [] }])],
    ['has a disk', packed([{ way: 'C:out', size: 1, pieces: [] }])],
    ['has a piece behind its end', packed([{ way: 'a', size: 1, pieces: [{ offset: 1, bytes: bytes(1) }] }])],
    [
      'has less than it says',
      packed([{ way: 'a', size: 9, pieces: [{ offset: 1, bytes: bytes(1, 2) }] }]).subarray(0, -1),
    ],
    ['is something else', bytes(1, 2, 3)],
  ])('are refused where one %s', async (_what, pack) => {
    const at = join(fresh(), 'inner');
    mkdirSync(at);
    await expect(unpack(pack, at)).rejects.toThrow('no model that a sweep has packed');
    expect(readdirSync(join(at, '..'))).toEqual(['inner']);
  });
});
