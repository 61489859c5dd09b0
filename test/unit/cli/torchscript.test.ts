import { describe, expect, it } from 'vitest';
import { script } from '../formats/torchscript/script';
import { zip } from '../formats/zip/zip';
import { siliconlens, temporaryFolder } from './commandLine';

const { write: written } = temporaryFolder();

describe('on the command line an archive of TorchScript', () => {
  it('is listed with its operators', async () => {
    const { code, out } = await siliconlens('listing', written('m.pt', script()));
    expect(code).toBe(0);
    expect(out).toContain('linear = aten.linear (x, weight)');
    expect(out).toContain('wonder = mine.wonder (view)');
  });

  it('has costs, which stand as a lower bound where an operator is not known', async () => {
    const path = written('m.torchscript', script());
    const { code, out, error } = await siliconlens(
      'analyze',
      path,
      '--chip',
      'nvidia-t4',
      '--bind',
      'batch=4',
    );
    expect(code).toBe(1);
    expect(error).toContain('analysed only in part');
    // 4 rows of 2 sums of 3 products: 24 multiply-accumulates; 8 results of relu.
    expect(out).toContain('at least 56 OP');
    expect(out).toMatch(/Parameters +6\n/);
  });

  it('without code is told as what it is', async () => {
    const { code, error } = await siliconlens('listing', written('weights.pt', zip({ 'm/data.pkl': 'x' })));
    expect(code).toBe(1);
    expect(error).toContain('PyTorch');
  });
});
