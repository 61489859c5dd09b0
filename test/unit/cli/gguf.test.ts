import { describe, expect, it } from 'vitest';
import type { Report } from '../../../server/engine/report/types';
import { file, GgufWriter, tinyUnknown } from '../formats/gguf/bytes';
import { written as rows } from '../lower/ggufFile';
import { siliconlens, temporaryFolder } from './commandLine';

const { write: written } = temporaryFolder();

/** The value beside a heading of the first table. */
const valueOf = (out: string, heading: string): string | undefined =>
  new RegExp(`^${heading} {2,}(.*)$`, 'm').exec(out)?.[1]?.trim();

describe('on the command line a GGUF file', () => {
  const path = written('tiny.gguf', tinyUnknown());

  it('is listed', async () => {
    const { code, out, error } = await siliconlens('listing', path);
    expect({ code, error }).toEqual({ code: 0, error: '' });
    expect(out).toContain('q4_K[8, 256] "blk.0.attn_q.weight"');
    expect(out.split('\n')[1]).toContain('the architecture “newllama” is not known here yet');
  });

  it('has parameters and weights, and neither operations nor costs', async () => {
    const { code, out } = await siliconlens('analyze', path, '--chip', 'nvidia-t4');
    expect(code).toBe(0);
    // 64 x 256 + 8 x 256 + 64 elements; 9,216 + 1,152 + 256 bytes.
    expect(valueOf(out, 'Parameters')).toBe('18,496');
    expect(valueOf(out, 'Weights')).toBe('10.6 kB');
    expect(valueOf(out, 'Operations per run')).toBe('?');
    expect(out).toMatch(/^nvidia-t4 .* fp32 +\? +\? +\? +\? .* at least 10\.6 kB +16 GB +\?$/m);
    expect(out).toContain('“newllama” is not known here yet');
    const json = await siliconlens('analyze', path, '--chip', 'nvidia-t4', '--format', 'json');
    const { model, nodes, chips } = JSON.parse(json.out) as Report;
    expect(model).toMatchObject({ format: 'gguf', irVersion: null, parameters: 18_496, weightBytes: 10_624 });
    expect(model).not.toHaveProperty('leastWeightBytes');
    expect(nodes).toEqual([]);
    expect(chips[0]!.total).toMatchObject({
      latencySeconds: null,
      joules: null,
      operations: { value: null },
    });
  });

  it('adds tensors of unknown types to those that are known', async () => {
    const w = new GgufWriter();
    const head = w.head([], [w.tensor('new', [32], 99, 0), w.tensor('w', [1000], 0, 32)]);
    const odd = written('odd.gguf', file(head, 32 + 4000));
    const { out } = await siliconlens('analyze', odd, '--chip', 'nvidia-t4');
    expect(valueOf(out, 'Weights')).toBe('at least 4 kB');
    expect(out).toContain('The type 99 of tensor new is not known here');
    const json = await siliconlens('analyze', odd, '--chip', 'nvidia-t4', '--format', 'json');
    const { model, chips } = JSON.parse(json.out) as Report;
    expect(model).toMatchObject({ weightBytes: null, leastWeightBytes: 4000 });
    expect(chips[0]!.memory).toMatchObject({ weightsBytes: null, leastWeightsBytes: 4000, leastBytes: 4000 });
  });

  it('that breaks off is no success', async () => {
    const cut = written('cut.gguf', tinyUnknown().subarray(0, 2000));
    const { code, error } = await siliconlens('listing', cut);
    expect(code).toBe(1);
    expect(error).toContain('it ends at byte 2000');
  });

  it('is given to no tool that reads ONNX', async () => {
    const { code, out, error } = await siliconlens('verify', path, '--chip', 'nvidia-t4');
    expect(code).toBe(1);
    expect(out).not.toContain('trtexec');
    expect(error).toContain('The tools read ONNX models');
  });

  it('has zeros counted in tensors without blocks alone', async () => {
    const { out } = await siliconlens('sparsity', path, '--chip', 'nvidia-h100-sxm');
    expect(valueOf(out, 'Tensors that could not be read')).toBe('2');
    expect(out).toMatch(/float\[64\] .*output_norm\.weight/);
    expect(out).not.toContain('q4_0[');
    expect(out).toContain('unknown: not all weights could be read');
    expect(out).toContain('2 tensors are quantised in blocks');
  });

  it('has as many layers on the chip as are asked for', async () => {
    const values = { block_count: 1, embedding_length: 64, 'attention.head_count': 4 };
    const layer = ['attn_q', 'attn_k', 'attn_v', 'attn_output', 'ffn_gate', 'ffn_up', 'ffn_down'];
    const bytes = rows({
      architecture: 'llama',
      values: { ...values, feed_forward_length: 64, 'attention.layer_norm_rms_epsilon': 0.00001 },
      tensors: [
        ['token_embd.weight', [64, 64]],
        ...['attn_norm', 'ffn_norm'].map((name) => [`blk.0.${name}.weight`, [64]] as const),
        ...layer.map((name) => [`blk.0.${name}.weight`, [64, 64]] as const),
        ['output_norm.weight', [64]],
        ['output.weight', [64, 64]],
      ],
    });
    const llama = written('llama.gguf', bytes);
    const asked = ['analyze', llama, '--chip', 'nvidia-rtx-4090', '--gpu-layers'];
    const { code, out } = await siliconlens(...asked, '1');
    expect(code).toBe(0);
    expect(valueOf(out, 'Workload')).toContain('layers on the chip: 1');
    expect(out).toMatch(/^chip +GeForce RTX 4090 +llama\.cpp-cuda /m);
    const off = await siliconlens(...asked, '1', '--flash-attention', 'off');
    expect(valueOf(off.out, 'Workload')).toContain('flash attention off, layers on the chip: 1');
    expect(out).toMatch(/^host +Core i7-12700 .* llama\.cpp-cpu /m);
    const refused = await siliconlens(...asked, 'all');
    expect([refused.code, refused.error]).toEqual([2, expect.stringContaining('at least 0, not “all”')]);
  });
});
