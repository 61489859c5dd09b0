import { describe, expect, it } from 'vitest';
import { archive } from '../formats/pytorch/program';
import { zip } from '../formats/zip/zip';
import { siliconlens, temporaryFolder } from './commandLine';

const { write: written } = temporaryFolder();

describe('on the command line an archive of torch.export', () => {
  it('is listed with its operators', async () => {
    const { code, out } = await siliconlens('listing', written('m.pt2', archive()));
    expect(code).toBe(0);
    expect(out).toContain('opset_import: ["aten" : 10, "mine" : 1]');
    expect(out).toContain('linear = aten.linear (x, "head.weight")');
    expect(out).toContain('y = mine.wonder <often = [1, 2]> (linear)');
  });

  it('has costs, which stand as a lower bound where an operator is not known', async () => {
    const path = written('m.pt2', archive());
    const { code, out, error } = await siliconlens('analyze', path, '--chip', 'nvidia-t4', '--bind', 's0=4');
    expect(code).toBe(1);
    expect(error).toContain('analysed only in part');
    expect(out).toMatch(/Parameters +6\n/);
    // 4 rows of 2 sums of 3 products: 24 multiply-accumulates.
    expect(out).toContain('at least 48 OP');
  });

  it('that is a checkpoint under another name is told as one', async () => {
    const { code, error } = await siliconlens('listing', written('weights.pt', zip({ 'm/data.pkl': 'x' })));
    expect(code).toBe(1);
    expect(error).toContain('PyTorch');
  });
});
