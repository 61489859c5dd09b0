import { describe, expect, it } from 'vitest';
import { tinyModule } from '../formats/mlir/module';
import { siliconlens, temporaryFolder } from './commandLine';

const { write: written } = temporaryFolder();

const bytecode = new Uint8Array([0x4d, 0x4c, 0xef, 0x52, 0]);

describe('on the command line a text of StableHLO', () => {
  it('is listed with its operators', async () => {
    const { code, out } = await siliconlens('listing', written('m.mlir', tinyModule));
    expect(code).toBe(0);
    expect(out).toContain('tiny (float[2, 3] arg0, float[3, 4] arg1) => (float[2, 4] v2_0)');
    expect(out).toMatch(/v0 = stablehlo.dot_general <.*> \(arg0, arg1\)/);
    expect(out).toContain('v2_0, v2_1 = custom_call.wonder ("v1/v1")');
  });

  it('runs by XLA, and its costs stand as a lower bound where a custom call is not known', async () => {
    const { code, out, error } = await siliconlens(
      'analyze',
      written('m.mlir', tinyModule),
      '--chip',
      'google-tpu-v5e',
    );
    expect(code).toBe(1);
    expect(error).toContain('analysed only in part');
    expect(out).toContain('xla (default)');
    // 24 multiply-accumulates and 8 maxima.
    expect(out).toContain('at least 56 OP');
  });

  it('in its binary form is refused with what to do', async () => {
    const { code, error } = await siliconlens('listing', written('m.mlir', bytecode));
    expect(code).toBe(1);
    expect(error).toContain('as_text()');
  });
});
