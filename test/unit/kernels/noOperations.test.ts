import { describe, expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { infer } from '../../../server/engine/inference/infer';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';

/** The operators that a runtime still runs. */
async function planned(body: string, runtime: string): Promise<string[]> {
  const text = `<ir_version: 10, opset_import: ["" : 18]>
g (float[4, 8] x, bool t) => (float[4, 8] y) {
${body}
}`;
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const inference = await infer(value!, workload);
  const { kernelOfNode } = await planKernels(inference, profileById(runtime)!, uninterrupted);
  return inference.nodes.filter(({ index }) => kernelOfNode[index] !== -1).map(({ node }) => node.operator);
}

const constant = (name: string, value: number): string => `${name} = Constant <value_ints = [${value}]> ()\n`;

/**
 * PyTorch 2: `permute` and `chunk` give views with strides; `reshape` copies where no view does (torch.Tensor.view,
 * torch.Tensor.reshape in its documentation).
 */
describe('views of PyTorch', () => {
  const views = `two = Constant <value_ints = [4, 4]> ()
a, b = Split <axis = 1> (x, two)
s = Transpose <perm = [1, 0]> (b)
y = MatMul (a, s)`;

  it('other orders and parts of an axis move nothing', async () => {
    for (const runtime of ['pytorch-eager', 'torch-compile'])
      expect(await planned(views, runtime)).toEqual(['MatMul']);
    expect(await planned(views, 'none')).toContain('Split');
  });

  it('are copied where a reshape needs them in a row', async () => {
    const reshaped = `n = Constant <value_ints = [4, 8]> ()
r = Transpose <perm = [1, 0]> (x)
s = Reshape (r, n)
y = Relu (s)`;
    expect(await planned(reshaped, 'pytorch-eager')).toContain('Transpose');
    expect(await planned(reshaped.replace('Reshape (r, n)', 'Relu (r)'), 'pytorch-eager')).not.toContain(
      'Transpose',
    );
  });
});

describe('what looks like a no-operation and is none', () => {
  it('a slice that turns an axis round keeps the shape, and runs', async () => {
    // From the last element back to the first: step -1.
    const ends = constant('s', -1) + constant('e', -9) + constant('a', 0) + constant('m', -1);
    const reversed = `${ends} r = Slice (x, s, e, a, m)\n y = Relu (r)`;
    expect(await planned(reversed, 'tensorrt')).toContain('Slice');
    const whole = `${constant('z', 0)}${constant('n', 4)} r = Slice (x, z, n, z)\n y = Relu (r)`;
    expect(await planned(whole, 'tensorrt')).not.toContain('Slice');
    const stepped = whole.replace('n, z)', 'n, z, i)');
    expect(await planned(constant('i', 1) + stepped, 'tensorrt')).not.toContain('Slice');
    expect(
      await planned(constant('i', 2) + stepped.replace('Relu (r)', 'Concat <axis = 0> (r, r)'), 'tensorrt'),
    ).toContain('Slice');
  });

  it('dropout that trains, or may train, runs', async () => {
    const dropping = (mode: string): string => `p = Constant <value_float = 0.5> ()
on = Constant <value = bool {1}> ()
off = Constant <value = bool {0}> ()
r = Dropout (x, p${mode})
y = Relu (r)`;
    expect(await planned(dropping(', on'), 'onnxruntime-cuda')).toContain('Dropout');
    expect(await planned(dropping(', t'), 'onnxruntime-cuda')).toContain('Dropout');
    expect(await planned(dropping(', off'), 'onnxruntime-cuda')).not.toContain('Dropout');
    expect(await planned(dropping(''), 'onnxruntime-cuda')).not.toContain('Dropout');
  });

  it('a twin that lacks an output does not take the place of one that has it', async () => {
    const body = `${constant('k', 8)}"", i = TopK (x, k)
v, j = TopK (x, k)
w = Cast <to = 1> (i)
u = Add (v, w)
y = Relu (u)`;
    expect((await planned(body, 'openvino')).filter((one) => one === 'TopK')).toHaveLength(2);
    const twins = body.replace('"", i', 'h, i');
    expect((await planned(twins, 'openvino')).filter((one) => one === 'TopK')).toHaveLength(1);
  });
});
