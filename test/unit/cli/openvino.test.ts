import { describe, expect, it } from 'vitest';
import { tinyNet } from '../formats/openvino/ir';
import { siliconlens, temporaryFolder } from './commandLine';

const { write: written } = temporaryFolder();

describe('on the command line an OpenVINO model', () => {
  it('is listed with its layers', async () => {
    const { code, out } = await siliconlens('listing', written('tiny.xml', tinyNet()));
    expect(code).toBe(0);
    expect(out).toContain('xw = openvino.MatMul <transpose_a = 0, transpose_b = 1> (x, w)');
    expect(out).toContain('wonder = openvino.Wonder <version = "extension"> (xw)');
  });

  it('has costs, which stand as a lower bound where a layer is not known', async () => {
    written('tiny.bin', new Uint8Array(24));
    const path = written('tiny.xml', tinyNet());
    const { code, out, error } = await siliconlens('analyze', path, '--chip', 'nvidia-t4');
    expect(code).toBe(1);
    expect(error).toContain('analysed only in part');
    expect(out).toMatch(/Parameters +6\n/);
    expect(out).toMatch(/at least \d/);
  });

  it('that is another XML is told as one', async () => {
    const path = written('pom.xml', '<?xml version="1.0"?><project><name>p</name></project>');
    const { code, error } = await siliconlens('listing', path);
    expect(code).toBe(1);
    expect(error).toContain('pom.xml');
  });
});
