import { describe, expect, it } from 'vitest';
import { tinyConvolution } from '../formats/tflite/bytes';
import { siliconlens, temporaryFolder } from './commandLine';

const { write: written } = temporaryFolder();

describe('on the command line a TFLite file', () => {
  it('is listed', async () => {
    const { code, out, error } = await siliconlens('listing', written('tiny.tflite', tinyConvolution()));
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toContain('opset_import: ["tflite" : 3]');
    expect(out).toContain('fused_activation_function = "RELU6"');
  });

  it('that breaks off is no success', async () => {
    const { code, error } = await siliconlens(
      'listing',
      written('cut.tflite', tinyConvolution().subarray(0, 300)),
    );
    expect(code).toBe(1);
    expect(error).toContain('it ends at byte 300');
  });

  it('that is a pointer of Git LFS is told as one', async () => {
    const pointer = new TextEncoder().encode(
      'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n',
    );
    const { code, error } = await siliconlens('listing', written('pointer.tflite', pointer));
    expect(code).toBe(1);
    expect(error).toContain('git lfs pull');
  });

  it('is given to no tool that reads ONNX', async () => {
    const { code, error } = await siliconlens(
      'verify',
      written('v.tflite', tinyConvolution()),
      '--chip',
      'nvidia-t4',
    );
    expect(code).toBe(1);
    expect(error).toContain('The tools read ONNX models');
  });
});
