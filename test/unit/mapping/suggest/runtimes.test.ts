import { describe, expect, it } from 'vitest';
import { readFixture } from '../../inference/fixtures';
import { suggest } from '../../../../server/engine/mapping/suggest/suggest';
import { factOf, modelOf, ofCode, shareOf, situationOf, suggested } from './situations';

const hexagon = 'qualcomm-snapdragon-8gen3-hexagon';

/** Written-out attention of 12 heads over 512 tokens. */
const attention = `g (float[1,12,512,64] q, float[1,12,64,512] k, float[1,12,512,64] v) => (float[1,12,512,64] y) {
  scores = MatMul (q, k)
  p = Softmax <axis = -1> (scores)
  y = MatMul (p, v)
}`;

describe('graph-capture', () => {
  /** Squares of four numbers, one after the other: kernels that do nothing but start. */
  const chain = (count: number): string =>
    `g (float[4] v0) => (float[4] v${count}) {\n${Array.from({ length: count }, (_, i) => `v${i + 1} = Sin (v${i})`).join('\n')}\n}`;

  it('kernels that the host starts one by one are recorded: at most 4.5 µs less for each', async () => {
    const situation = await situationOf(await modelOf(chain(100)), 'nvidia-h100-sxm', {
      runtime: 'onnxruntime-cuda',
    });
    // TensorRT makes one kernel of all of them, which is worth more: nobody wants to hear of it here.
    const found = ofCode(await suggest(situation, new Set(['other-runtime'] as const)), 'graph-capture');
    expect(found.change).toEqual({ kind: 'flag', value: 'enable_cuda_graph=1' });
    expect(factOf(found, 'kernels')).toBe(100);
    // 5 µs from the host, 0.5 µs inside a graph (kernels/profiles/onnxruntime-cuda.json).
    expect(factOf(found, 'eager')).toBe(5e-6);
    expect(factOf(found, 'graph')).toBe(5e-7);
    expect(found.gain.seconds!.value).toBeGreaterThan(0);
    expect(found.gain.seconds!.value).toBeLessThanOrEqual(100 * 4.5e-6);
    // Nothing but the start takes time: a run is 100 starts.
    expect(found.seconds.before).toBeCloseTo(100 * 5e-6, 5);
  });

  it('not where a graph is launched already', async () => {
    const codes = (await suggested(chain(100), 'nvidia-h100-sxm', { runtime: 'tensorrt' })).map(
      ({ code }) => code,
    );
    expect(codes).not.toContain('graph-capture');
  });
});

describe('unfused-attention', () => {
  it('one kernel keeps the scores on the chip', async () => {
    const workload = { runtime: 'onnxruntime-cuda', precision: 'fp16' } as const;
    const found = ofCode(await suggested(attention, 'nvidia-h100-sxm', workload), 'unfused-attention');
    expect(found.change).toEqual({ kind: 'graph', value: 'attention' });
    expect(found.nodes).toEqual([0, 1, 2]);
    expect(factOf(found, 'count')).toBe(1);
    expect(shareOf(found)).toBeGreaterThan(0.2);
  });

  it('not where the runtime fuses it by itself', async () => {
    const codes = (await suggested(attention, 'nvidia-h100-sxm', { runtime: 'tensorrt' })).map(
      ({ code }) => code,
    );
    expect(codes).not.toContain('unfused-attention');
  });

  it('not where the runtime has no such operator', async () => {
    // Core ML's provider in ONNX Runtime has no Attention (coreml_supported_mlprogram_ops.md).
    const codes = (await suggested(attention, 'apple-m4-ane')).map(({ code }) => code);
    expect(codes).not.toContain('unfused-attention');
  });
});

describe('what runs on the host', () => {
  it('a node in the middle costs two transfers: Celu in 12 layers', async () => {
    const layers = Array.from({ length: 12 }, (_, i) => `e${i} = Celu (v${i})\nv${i + 1} = Sigmoid (e${i})`);
    const text = `g (float[1,12,197,197] x) => (float[1,12,197,197] v12) {\nv0 = Sigmoid (x)\n${layers.join('\n')}\n}`;
    // onnxruntime-qnn 2.7.0 has no Celu.
    const found = ofCode(await suggested(text, hexagon), 'crossing');
    expect(found.change).toEqual({ kind: 'graph', value: 'move' });
    expect(factOf(found, 'operators')).toBe('Celu');
    expect(factOf(found, 'count')).toBe(12);
    // Out and back in each of the 12 layers.
    expect(factOf(found, 'crossings')).toBe(24);
    // 12 heads × 197 × 197 of 4 bytes out and back, 12 times.
    expect(factOf(found, 'bytes')).toBe(12 * 12 * 197 * 197 * 8);
    expect(found.nodes).toHaveLength(12);
  });

  it('names the form of an operator that is run in others', async () => {
    const layers = Array.from(
      { length: 8 },
      (_, i) => `e${i} = GridSample <mode = "cubic"> (v${i}, at)\nv${i + 1} = Relu (e${i})`,
    );
    const text = `g (float[1,64,96,96] v0, float[1,96,96,2] at) => (float[1,64,96,96] v8) {\n${layers.join('\n')}\n}`;
    const found = (await suggested(text, hexagon)).find(
      ({ code }) => code === 'crossing' || code === 'cpu-fallback',
    )!;
    // onnxruntime-qnn 2.7.0 runs GridSample, but "does not support mode cubic".
    expect(factOf(found, 'operators')).toBe('GridSample (mode = cubic)');
    expect(factOf(found, 'count')).toBe(8);
  });

  it('says nothing where all of it runs on the chip', async () => {
    const codes = (await suggested(attention, hexagon)).map(({ code }) => code);
    expect(codes.filter((code) => code === 'crossing' || code === 'cpu-fallback')).toEqual([]);
  });
});

describe('other-runtime', () => {
  it('one that takes the same file and fuses more', async () => {
    const situation = await situationOf(await readFixture('bert-base'), 'nvidia-h100-sxm', {
      runtime: 'onnxruntime-cuda',
    });
    const found = ofCode(await suggest(situation), 'other-runtime');
    expect(found.change).toEqual({ kind: 'runtime', value: 'tensorrt' });
    expect(factOf(found, 'kernels')).toBe(situation.analysis.plan.kernels.length);
    // The option of the runtime in force contradicts another runtime: it stands beside it.
    expect(found.others.map(({ change }) => change.kind)).toContain('flag');
  });

  it('not a runtime that cannot read the format', async () => {
    const model = await modelOf(attention);
    const gguf = { ...model, origin: { ...model.origin, format: 'gguf' } };
    const codes = (await suggest(await situationOf(gguf, 'intel-xeon-8480'))).map(({ code }) => code);
    expect(codes).not.toContain('other-runtime');
  });
});
