import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { manifest, tinyProgram } from '../formats/coreml/bytes';
import { reportOf, siliconlens, temporaryFolder } from './commandLine';

const { path: folder, write: written } = temporaryFolder();

function packaged(name: string): string {
  const path = join(folder, name);
  mkdirSync(join(path, 'Data/a'), { recursive: true });
  writeFileSync(join(path, 'Data/a/m.mlmodel'), tinyProgram());
  writeFileSync(join(path, 'Manifest.json'), manifest('a/m.mlmodel'));
  return path;
}

describe('on the command line a model of Core ML', () => {
  it('is listed with its operations', async () => {
    const { code, out } = await siliconlens('listing', written('m.mlmodel', tinyProgram()));
    expect(code).toBe(0);
    expect(out).toContain('xw = coreml.linear (x, w)');
    expect(out).toContain('y = coreml.wonder <mode = "fast", often = [1, 2]> (xw)');
  });

  it('is a folder, and has costs that are a lower bound where an operation is not known', async () => {
    const { code, out, error } = await siliconlens(
      'analyze',
      packaged('m.mlpackage'),
      '--chip',
      'apple-m4-ane',
    );
    expect(code).toBe(1);
    expect(error).toContain('analysed only in part');
    expect(out).toMatch(/Parameters +6\n/);
    // A batch of 1: 2 sums of 3 products, 6 multiply-accumulates.
    expect(out).toContain('at least 12 OP');
  });

  it.each(['apple-m4-ane', 'apple-m4-cpu', 'apple-m1-max-gpu'])('runs by Core ML on %s', async (chip) => {
    const report = await reportOf(packaged('n.mlpackage'), '--chip', chip);
    expect(report.chips.map(({ runtime }) => runtime)).toEqual(['coreml']);
  });
});
