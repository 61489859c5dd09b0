import { describe, expect, it } from 'vitest';
import { costsOn, prepare, type ChipAnalysis } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { wholeTotal } from '../../../server/engine/cost/totals';
import { movedBytes } from '../../../server/engine/kernels/operands';
import type { Kernel } from '../../../server/engine/kernels/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';
import { llama } from '../lower/llama';

type Asked = Pick<Workload, 'cacheType' | 'flashAttention'> & { readonly runtime?: string };

async function analysed(sequence: number, { runtime, ...asked }: Asked): Promise<ChipAnalysis> {
  const bindings = { batch: 1, sequence, past_sequence: 0 };
  const workload = { bindings, precision: 'as-stored', runtime: runtime ?? null, ...asked } as const;
  const prepared = await prepare(await llama(), { ...workload, phase: 'prefill' }, uninterrupted);
  return costsOn(prepared, chipById('nvidia-rtx-4090')!, uninterrupted);
}

const off = { flashAttention: false };
const on = { flashAttention: true };
const secondsOf = ({ cost }: ChipAnalysis): number => wholeTotal(cost.total.latencySeconds)!.value;
const codesOf = ({ problems }: ChipAnalysis): string[] =>
  problems.map(({ code }) => code).filter((code) => code.startsWith('attention'));

/** Those of the first attention. */
function kernelsOf({ plan, cost }: ChipAnalysis): readonly Kernel[] {
  const of = plan.kernels.find(
    ({ matrixShape, fusion }) => matrixShape?.kind === 'attention' || fusion === 'Softmax',
  )!;
  expect(cost.nodes[of.anchor]!.seconds).not.toBeNull();
  return plan.kernels.filter(({ anchor }) => anchor === of.anchor);
}

const bytesOf = ({ operands }: Kernel): Record<string, number> => {
  const of = (isOutput: boolean): number =>
    operands
      .filter(({ role }) => (role === 'output') === isOutput)
      .reduce((sum, { bytes }) => sum + bytes!, 0);
  return { read: of(false), written: of(true) };
};

describe('attention without flash attention', () => {
  // 8 tokens, 4 heads of 16 numbers, 2 of keys and values: 4 · 8 · 8 = 256 scores of 4 bytes, also of those that the mask hides.
  // New keys and values are 8 · 2 · 16 numbers of 2 bytes each, as are their places in the caches; the result has 8 · 64.
  it('is products with a softmax between them, and the scores lie in memory', async () => {
    const kernels = kernelsOf(await analysed(8, off));
    expect(
      kernels.map(({ fusion, operations, matrixShape: shape }) => ({ fusion, operations, shape })),
    ).toEqual([
      { fusion: 'TensorScatter', operations: { matrix: 0, vector: 0, special: 0 } },
      {
        fusion: 'MatMul',
        operations: { matrix: 2 * 256 * 16, vector: 0, special: 0 },
        shape: { kind: 'gemm', batch: 2, m: 16, n: 8, k: 16, weights: 'none' },
      },
      // 5 operations of a softmax, scale and mask.
      { fusion: 'Softmax', operations: { matrix: 0, vector: 6 * 256, special: 256 } },
      {
        fusion: null,
        operations: { matrix: 2 * 256 * 16, vector: 0, special: 0 },
        shape: { kind: 'gemm', batch: 2, m: 16, n: 16, k: 8, weights: 'none' },
      },
    ]);
    const [cache, scores, softmax, result] = kernels.map(bytesOf);
    expect(cache).toEqual({ read: 2 * 512, written: 2 * 512 });
    expect(scores!['written']).toBe(1024);
    expect(softmax).toEqual({ read: 1024, written: 1024 });
    expect(result).toEqual({ read: 1024, written: 8 * 64 * 2 });
    // Besides the scores, written twice and read twice, as many bytes as in one kernel.
    const [fused, ...others] = kernelsOf(await analysed(8, on));
    expect(others).toEqual([]);
    const moved = kernels.reduce((sum, kernel) => sum + movedBytes(kernel)!, 0);
    expect(moved - movedBytes(fused!)!).toBe(4 * 1024);
  });

  it('computes in the type of the activations but for the softmax', async () => {
    const { plan, cost } = await analysed(8, off);
    const at = plan.kernels.findIndex(({ fusion }) => fusion === 'Softmax');
    const precisions = [-1, 0, 1].map((step) => cost.kernels[at + step]!.precision);
    expect(precisions).toEqual(['fp16', 'fp32', 'fp16']);
    const [node] = plan.kernels[at + 1]!.nodes;
    expect(plan.kernelOfNode[node!]).toBe(at + 1);
  });

  it('takes the memory of the scores of one layer, and longer', async () => {
    // 4 · 512 · 512 scores of 4 bytes.
    const scores = 4 * 512 * 512 * 4;
    const [without, fused] = [await analysed(512, off), await analysed(512, on)];
    const beside = ({ timeline }: ChipAnalysis): number => timeline.highWaterBytes! - timeline.weights.known;
    expect(beside(without)).toBeGreaterThan(scores);
    expect(beside(without)).toBeLessThan(2 * scores);
    expect(beside(fused)).toBeLessThan(scores);
    expect(secondsOf(without)).toBeGreaterThan(secondsOf(fused));
  });

  it('is told where a runtime has no choice, or caches need the other way', async () => {
    expect(codesOf(await analysed(8, off))).toEqual([]);
    expect(codesOf(await analysed(8, { ...off, cacheType: 'bf16' }))).toEqual([]);
    expect(codesOf(await analysed(8, { ...off, cacheType: 'q8_0' }))).toEqual(['attention.cache-type']);
    expect(codesOf(await analysed(8, { ...on, cacheType: 'q8_0' }))).toEqual([]);
    const engine = await analysed(8, { ...off, runtime: 'tensorrt' });
    expect(codesOf(engine)).toEqual(['attention.runtime']);
    expect(secondsOf(engine)).toBe(secondsOf(await analysed(8, { ...on, runtime: 'tensorrt' })));
  });

  // transformers, eager_attention_forward: 256 scores of 2 bytes, of 4 behind the softmax, are scaled, masked and brought back.
  it('is a kernel for each step in PyTorch', async () => {
    const kernels = kernelsOf(await analysed(8, { ...off, runtime: 'pytorch-eager' }));
    const passes = kernels.filter(({ nodes }) => nodes.length === 0);
    expect(
      passes.map(({ fusion, operations, ...kernel }) => [
        fusion,
        operations!.vector,
        bytesOf(kernel as Kernel),
      ]),
    ).toEqual([
      ['TensorScatter', 0, { read: 2 * 512, written: 2 * 512 }],
      // The queries and two lengths of 4 bytes.
      ['MatMul', 0, { read: 8 * 64 * 2 + 8, written: 512 }],
      ['Mul', 256, { read: 512, written: 512 }],
      ['Add', 256, { read: 512, written: 512 }],
      ['Softmax', 4 * 256, { read: 512, written: 1024 }],
      ['Cast', 256, { read: 1024, written: 512 }],
    ]);
    expect(bytesOf(kernels.at(-1)!)).toEqual({ read: 512, written: 8 * 64 * 2 });
  });
});
