import { describe, expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { infer } from '../../../server/engine/inference/infer';
import { secondsOf } from '../../../server/engine/cost/kernelCost';
import { planKernels } from '../../../server/engine/kernels/plan';
import { dispatchOf, profileById } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import type { Workload } from '../../../server/engine/workload';

/** The operators of each kernel, in order. */
async function kernels(body: string, runtime: string, asked: Partial<Workload> = {}): Promise<string[]> {
  const text = `<ir_version: 10, opset_import: ["" : 18]>
g (float[2, 8, 4, 4] x) => (float[2, 8, 4, 4] y) <float[8, 8, 1, 1] w = {1}, float[8] s = {1}, float[8] b = {1}, float[8] m = {1}, float[8] v = {1}> {
${body}
}`;
  const { value } = await parseOnnxText(text, uninterrupted);
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const inference = await infer(value!, { ...workload, ...asked });
  const plan = await planKernels(inference, profileById(runtime)!, uninterrupted);
  return plan.kernels.map(({ nodes }) => nodes.map((at) => inference.nodes[at]!.node.operator).join('+'));
}

/** ResNet's block: a convolution, its normalisation, the sum with what went in, the activation. */
const block = `c = Conv (x, w)
n = BatchNormalization (c, s, b, m, v)
a = Add (n, x)
y = Relu (a)`;

const silu = `c = Conv (x, w)
g = Sigmoid (c)
y = Mul (c, g)`;

describe('what PyTorch launches', () => {
  // torch.nn.functional: conv2d, batch_norm, add and relu are four calls, silu is one.
  it('eager: a kernel for each call', async () => {
    expect(await kernels(block, 'pytorch-eager')).toEqual(['Conv', 'BatchNormalization', 'Add', 'Relu']);
    expect(await kernels(silu, 'pytorch-eager')).toEqual(['Conv', 'Sigmoid+Mul']);
  });

  // Inductor: convolutions are calls of cuDNN (extern kernels), pointwise work behind them is one loop.
  it('compiled: one loop behind each convolution', async () => {
    expect(await kernels(block, 'torch-compile')).toEqual(['Conv', 'BatchNormalization+Add+Relu']);
    expect(await kernels(silu, 'torch-compile')).toEqual(['Conv', 'Sigmoid+Mul']);
  });
});

/** Attention as exporters write it. */
const attention = `q = Relu (x)
t = Transpose <perm = [0, 1, 3, 2]> (x)
p = MatMul (q, t)
c = Constant <value = float {0.5}> ()
k = Mul (p, c)
o = Softmax <axis = -1> (k)
y = MatMul (o, x)`;

describe('attention in PyTorch', () => {
  // torch.nn.functional.scaled_dot_product_attention, or what eager_attention_forward of transformers calls; Transpose is a view.
  it('is one kernel, or several where its scores are wanted in memory', async () => {
    expect(await kernels(attention, 'pytorch-eager')).toEqual([
      'Relu',
      'Transpose+MatMul+Mul+Softmax+MatMul',
    ]);
    const apart = await kernels(attention, 'pytorch-eager', { flashAttention: false });
    expect(apart).toEqual(['Relu', 'MatMul', 'Mul', 'Softmax', 'MatMul']);
  });
});

describe('a queued dispatch', () => {
  const terms = (work: number) => ({ compute: work, memory: 0, fixed: 2e-6 });

  it('is seen only where it takes longer than the kernel', () => {
    const queued = dispatchOf(profileById('pytorch-eager')!);
    expect(queued).toEqual({ seconds: 5e-6, queued: true });
    // 1 µs of work under 5 µs of dispatch: 5 µs. 100 µs of work: the kernel's own 2 µs besides, the dispatch is hidden.
    expect(secondsOf(terms(1e-6), queued).value).toBeCloseTo(5e-6, 12);
    expect(secondsOf(terms(1e-4), queued).value).toBeCloseTo(1.02e-4, 12);
  });

  it('of a host that waits is paid each time', () => {
    const waits = { seconds: 5e-6, queued: false };
    expect(secondsOf(terms(1e-4), waits).value).toBeCloseTo(1.05e-4, 12);
  });
});
