import { describe, expect, it } from 'vitest';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { chipById } from '../../../server/engine/chips/catalogue';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { infer } from '../../../server/engine/inference/infer';
import { inferFile } from '../../../server/engine/inference/symbolic';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

/** Operators of each kernel, or the operator that was put in, of a model at a level. */
async function kernelsOf(text: string, level?: string): Promise<string[]> {
  const { value } = await parseOnnxText(text, uninterrupted);
  const inference = await infer(value!, workload);
  const options = { file: await inferFile(value!, {}, uninterrupted), ...(level && { level }) };
  const { kernels } = await planKernels(inference, profileById('onnxruntime-cpu')!, uninterrupted, options);
  return kernels.map(({ nodes, fusion }) =>
    nodes.length === 0 ? `(${fusion})` : nodes.map((node) => inference.nodes[node]!.node.operator).join('+'),
  );
}

const model = (body: string, shape = '2,8', opset = 17): string =>
  `<ir_version: 8, opset_import: ["" : ${opset}]>
main (float[${shape}] x) => (y) <float root2 = {1.4142135}, float one = {1}, float half = {0.5}> {
${body}
}
`;

const gelu = `  d = Div (x, root2)
  e = Erf (d)
  a = Add (e, one)`;

// Expected: the graphs that onnxruntime 1.32.0 writes for these models.
describe('what exporters write for one operator', () => {
  it('is one kernel only in the order that ONNX Runtime looks for', async () => {
    const found = `${gelu}\n  h = Mul (x, half)\n  g = Mul (h, a)\n  y = Neg (g)`;
    expect(await kernelsOf(model(found))).toEqual(['Div+Erf+Add+Mul+Mul', 'Neg']);
    // As torch.export writes it.
    const other = `${gelu}\n  h = Mul (a, half)\n  y = Mul (x, h)`;
    expect(await kernelsOf(model(other))).toEqual(['Div', 'Erf', 'Add', 'Mul', 'Mul']);
  });

  it('is looked for from a level on', async () => {
    const found = `${gelu}\n  h = Mul (x, half)\n  g = Mul (h, a)\n  y = Neg (g)`;
    expect(await kernelsOf(model(found), 'basic')).toHaveLength(6);
    expect(await kernelsOf(model(found), 'extended')).toHaveLength(2);
    // Gelu is a standard operator from version 20 on, which even the basic level may write.
    expect(await kernelsOf(model(found, '2,8', 20), 'basic')).toHaveLength(2);
    expect(await kernelsOf(model(found, '2,8', 20), 'disabled')).toHaveLength(6);
  });

  it('runs as several where there is no kernel for it', async () => {
    expect(await kernelsOf(model('  y = HardSwish (x)'))).toEqual(['(HardSigmoid)', 'HardSwish']);
    expect(await kernelsOf(model('  y = Mish (x)', '2,8', 20))).toEqual(['(Softplus)', '(Tanh)', 'Mish']);
  });
});

describe('sizes that the file leaves open', () => {
  const dense = `  w = Constant <value = float[4,2] {1, 2, 3, 4, 5, 6, 7, 8}> ()
  b = Constant <value = float[2] {1, 2}> ()
  r = Relu (x)
  m = MatMul (r, w)
  a = Add (m, b)
  y = Neg (a)`;

  it('keep apart what is one product with fixed sizes', async () => {
    const fixed = ['Relu', '(Reshape)', 'MatMul+Add', '(Reshape)', 'Neg'];
    expect(await kernelsOf(model(dense, '2,3,4'))).toEqual(fixed);
    expect(await kernelsOf(model(dense, 'n,s,4'))).toEqual(['Relu', 'MatMul', 'Add', 'Neg']);
    expect(await kernelsOf(model(dense, 'n,4'))).toEqual(['Relu', 'MatMul+Add', 'Neg']);
  });

  // What ONNX Runtime 1.32.0 runs of each at its level `basic`.
  const dimension = (place: number): string => `  s = Shape (x)
  i = Constant <value_int = ${place}> ()
  g = Gather (s, i)
  axis = Constant <value_ints = [0]> ()
  u = Unsqueeze (g, axis)
`;
  const joined = (parts: string, reshape = 'Reshape'): string => `  rest = Constant <value_ints = [-1]> ()
  four = Constant <value_ints = [4]> ()
  c = Concat <axis = 0> (${parts})
  y = ${reshape} (x, c)`;

  it('are copied by a Reshape that reads the value that was measured, each at its own place', async () => {
    const copied = ['Reshape'];
    expect(await kernelsOf(model(dimension(0) + joined('u, rest'), '2,3,4'))).toEqual(copied);
    expect(await kernelsOf(model(dimension(0) + joined('u, rest'), 'n,3,4'))).toEqual(copied);
    expect(await kernelsOf(model(dimension(0) + joined('u, rest, four'), 'n,3,4'))).toEqual(copied);
    // One size that is not at its place is what is left.
    expect(await kernelsOf(model(dimension(0) + joined('four, u, four'), 'n,4,4'))).toEqual(copied);
  });

  it('that are known let a Reshape take in another before it', async () => {
    const twice = `  a = Constant <value_ints = [4, 6]> ()
  b = Constant <value_ints = [3, 8]> ()
  p = Reshape (x, a)
  y = Reshape (p, b)`;
    expect(await kernelsOf(model(twice, '2,3,4'))).toEqual(['Reshape+Reshape']);
    expect(await kernelsOf(model(twice, '2,3,4'), 'disabled')).toEqual(['Reshape', 'Reshape']);
  });

  it('leave the arithmetic on other shapes to each run', async () => {
    const open = ['Shape', 'Gather', 'Unsqueeze', 'Concat', 'Reshape'];
    expect(await kernelsOf(model(dimension(0) + joined('four, u, rest'), 'n,3,4'))).toEqual(open);
    expect(await kernelsOf(model(dimension(-2) + joined('four, u, rest'), '3,n,4'))).toEqual(open);
    const literal = dimension(0) + joined('u, rest', 'Reshape <allowzero = 1>');
    expect(await kernelsOf(model(literal, 'n,3,4'))).toEqual(open);
  });
});

describe('blocks of channels', () => {
  const weights = Array.from({ length: 16 * 16 }, (_, i) => i + 1).join(', ');
  const image = `  w = Constant <value = float[16,16,1,1] {${weights}}> ()
  c = Conv (x, w)
  h = HardSwish (c)
  d = Conv (h, w)
  s = Add (d, h)
  y = Neg (s)`;

  it('take in activations and sums, and are put in and out by kernels of their own', async () => {
    const all = ['(ReorderInput)', 'Conv+HardSwish', 'Conv+Add', '(ReorderOutput)', 'Neg'];
    expect(await kernelsOf(model(image, '1,16,4,4'))).toEqual(all);
    const extended = ['Conv', '(HardSigmoid)', 'HardSwish', 'Conv', 'Add', 'Neg'];
    expect(await kernelsOf(model(image, '1,16,4,4'), 'extended')).toEqual(extended);
  });

  it('make a convolution of a normalisation, and turn a pool with its layout', async () => {
    const ones = Array.from({ length: 16 }, () => 1).join(', ');
    const normalized = `  w = Constant <value = float[16,16,1,1] {${weights}}> ()
  v = Constant <value = float[16] {${ones}}> ()
  c = Conv (x, w)
  p = MaxPool <kernel_shape = [1, 1]> (c)
  b = BatchNormalization (p, v, v, v, v)
  r = Relu (b)
  d = Conv (r, w)
  y = Neg (d)`;
    const inner = ['Conv', 'MaxPool', 'BatchNormalization+Relu', 'Conv'];
    expect(await kernelsOf(model(normalized, '1,16,4,4'))).toEqual([
      ...['(ReorderInput)', ...inner, '(ReorderOutput)', 'Neg'],
    ]);
    const turned = `  t = Transpose <perm = [0, 3, 1, 2]> (x)
  p = MaxPool <kernel_shape = [2, 2], strides = [2, 2]> (t)
  y = Neg (p)`;
    const pool = ['(ReorderInput)', 'Transpose+MaxPool', '(ReorderOutput)', 'Neg'];
    expect(await kernelsOf(model(turned, '1,8,8,16'))).toEqual(pool);
  });

  it('cost time that counts with the node for which they are changed', async () => {
    const { value } = await parseOnnxText(model(image, '1,16,4,4'), uninterrupted);
    const prepared = await prepare(value!, { ...workload, runtime: 'onnxruntime-cpu' }, uninterrupted);
    const { plan, cost } = await costsOn(prepared, chipById('amd-epyc-9654')!, uninterrupted);
    const own = plan.kernels.filter(({ anchor }) => anchor === 1);
    expect(own.map(({ fusion }) => fusion)).toContain('ReorderInput');
    const sum = (seconds: readonly (number | undefined)[]): number =>
      seconds.reduce<number>((all, one) => all + one!, 0);
    const kernels = sum(cost.kernels.map(({ seconds }) => seconds?.value));
    expect(sum(cost.nodes.map(({ seconds }) => seconds?.value))).toBeCloseTo(kernels, 15);
  });
});

describe('integer convolutions with their channels last', () => {
  const integers = (body: string): string => `<ir_version: 8, opset_import: ["" : 17, "com.microsoft" : 1]>
main (uint8[1,3,8,8] x) => (y) <float s = {0.1}, uint8 z = {3},
  uint8[4,3,1,1] w = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12},
  uint8[4,4,1,1] v = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}> {
${body}
}
`;
  const first = '  a = QLinearConv (x, s, z, w, s, z, s, z)\n';
  const kernelNames = (body: string, level?: string): Promise<string[]> =>
    kernelsOf(integers(first + body), level);
  const second = 'QLinearConv (a, s, z, v, s, z, s, z)';

  it('meet without changes of layout between them, at the highest level alone', async () => {
    const chain = `  y = ${second}`;
    expect(await kernelNames(chain)).toEqual(['(Transpose)', 'QLinearConv', 'QLinearConv', '(Transpose)']);
    expect(await kernelNames(chain, 'extended')).toEqual(['QLinearConv', 'QLinearConv']);
  });

  it('take a sum of two along, and a pool, but no function that leads to no other', async () => {
    const sum = `  b = ${second}\n  y = com.microsoft.QLinearAdd (a, s, z, b, s, z, s, z)`;
    const added = ['(Transpose)', 'QLinearConv', 'QLinearConv', 'QLinearAdd', '(Transpose)'];
    expect(await kernelNames(sum)).toEqual(added);
    const pool = await kernelNames('  y = MaxPool <kernel_shape = [2, 2]> (a)');
    expect(pool).toEqual(['(Transpose)', 'QLinearConv', 'MaxPool', '(Transpose)']);
    const alone = await kernelNames('  y = com.microsoft.QLinearSigmoid (a, s, z, s, z)');
    expect(alone).toEqual(['(Transpose)', 'QLinearConv', '(Transpose)', 'QLinearSigmoid']);
    const between =
      '  b = com.microsoft.QLinearSigmoid (a, s, z, s, z)\n  y = QLinearConv (b, s, z, v, s, z, s, z)';
    const followed = ['(Transpose)', 'QLinearConv', 'QLinearSigmoid', 'QLinearConv', '(Transpose)'];
    expect(await kernelNames(between)).toEqual(followed);
  });

  it("undo the file's own changes of layout", async () => {
    const own = `  h = Transpose <perm = [0, 3, 1, 2]> (x)
  a = QLinearConv (h, s, z, w, s, z, s, z)
  y = Transpose <perm = [0, 2, 3, 1]> (a)`;
    expect(await kernelsOf(integers(own).replace('1,3,8,8', '1,8,8,3'))).toEqual(['QLinearConv']);
  });
});
