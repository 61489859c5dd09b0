import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../../../server/cli/run';
import { bytesPerUnit, ownBytes } from '../../../server/workspace/budget';
import { transformer } from '../../bench/models';

/** 61 layers of 33 nodes. */
const nodes = 61 * 33;
let folder = '';
let path = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'siliconlens-memory-'));
  path = join(folder, 'many.onnx');
  await writeFile(path, transformer(2000));
});
afterAll(() => rm(folder, { recursive: true }));

/** Of so large a heap six tenths, its own code left out, hold so many units for each node. */
const heapFor = (units: number): number => ownBytes + (nodes * units * bytesPerUnit) / 0.6;

function analyze(heapBytes: number, ...chips: string[]) {
  return command(heapBytes, ['analyze', path, ...chips.flatMap((chip) => ['--chip', chip])]);
}

async function command(heapBytes: number, words: readonly string[]) {
  const [out, error]: [string[], string[]] = [[], []];
  const code = await run(words, {
    out: (text) => void out.push(text),
    error: (text) => void error.push(text),
    locale: 'en',
    heapBytes,
  });
  return { code, out: out.join(''), error: error.join('') };
}

describe('analyze with little memory', () => {
  // Six tenths of the heap are for models; shapes and 12 chips take 3 + 12 units for each node, the listing about 1.7.
  const heap = heapFor(17.2);

  it('says before it begins how many chips there is memory for', async () => {
    const names = ['nvidia-t4', 'nvidia-l4', 'nvidia-b200', 'hailo-8', 'google-tpu-v1', 'google-tpu-v5e', 'amd-mi300x',
      'intel-xeon-8480', 'apple-m4-ane', 'nvidia-h100-sxm', 'nvidia-h200-sxm', 'graphcore-ipu-gc200', 'google-coral-edge-tpu']; // prettier-ignore
    const many = await analyze(heap + 1, ...names);
    expect(many).toMatchObject({ code: 1, out: '' });
    expect(many.error).toContain('2013 nodes on 13 chips');
    expect(many.error).toContain('at most 12 chips');
    const fewer = await analyze(heap + 1, ...names.slice(0, 12));
    expect(fewer).toMatchObject({ code: 0, error: '' });
  });

  it('says so where not even one chip fits', async () => {
    const none = await analyze(heapFor(4), 'nvidia-t4');
    expect(none).toMatchObject({ code: 1, out: '' });
    expect(none.error).toContain('even on one chip');
  });
});

describe('other commands with little memory', () => {
  const t4 = ['--chip', 'nvidia-t4'];

  beforeAll(() => writeFile(join(folder, 'times.csv'), 'name,seconds\n/layer.0/MatMul_0,0.001\n'));

  it.each(['sparsity', 'verify', 'calibrate'])('%s says so before it begins', async (name) => {
    const profile = name === 'calibrate' ? ['--profile', join(folder, 'times.csv')] : [];
    const words = [name, path, ...t4, ...profile];
    const little = await command(heapFor(4), words);
    expect(little).toMatchObject({ code: 1, out: '' });
    expect(little.error).toContain('2013 nodes take more memory than this process may, even on one chip');
    const enough = await command(heapFor(20), words);
    expect(enough.error).not.toContain('more memory');
  });

  it('calibrate counts all its models together', async () => {
    const profile = ['--profile', join(folder, 'times.csv')];
    const other = join(folder, 'other.onnx');
    await copyFile(path, other);
    const words = ['calibrate', path, other, ...t4, ...profile, ...profile];
    // One takes about 17 units for each node, as above.
    const little = await command(heapFor(20), words);
    expect(little).toMatchObject({ code: 1, out: '' });
    expect(little.error).toContain('more memory than this process may');
    // Two profiles of one model need it once: it is the profiles that are refused, which are of another.
    const once = await command(
      heapFor(20),
      words.filter((word) => word !== other),
    );
    expect(once.error).toContain('only 0 of 1 rows match');
  });
});
