import { describe, expect, it } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { StoredNumbers } from '../../../server/engine/inference/stored/count';
import { constantRole } from '../../../server/engine/operators/constantInputs';
import { schemasOf } from '../../../server/engine/operators/schema';
import { allOperators } from '../../../server/engine/operators/table';
import { uninterrupted } from '../../../server/engine/scheduler';
import table from '../../conformance/parameters/table.json';
import { readFixture } from './fixtures';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;

interface Written {
  readonly inputs: string;
  readonly outputs: string;
  readonly stored: readonly string[];
  readonly nodes: readonly string[];
  /** Functions behind the graph. */
  readonly rest?: string;
}

/** What is counted of a graph whose tensors lie in a file that is not there. */
async function counted({ inputs, outputs, stored, nodes, rest = '' }: Written): Promise<StoredNumbers> {
  const tensors = stored
    .map((one) => (one.includes('=') ? one : `${one} = ["location": "w.bin"]`))
    .join(', ');
  const text = `<ir_version: 10, opset_import: ["" : 21, "com.microsoft" : 1, "own" : 1]>
g (${inputs}) => (${outputs})
<${tensors}>
{
  ${nodes.join('\n  ')}
}
${rest}`;
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  return (await prepare(value!, workload, uninterrupted)).numbers;
}

describe('packed weights', () => {
  it('of MatMulNBits count as many as they hold, for 2, 4 and 8 bits', async () => {
    for (const bits of [2, 4, 8]) {
      // N 128 x K 250: 8 blocks of 32, the last one padded; 128 x 8 scales and as many zero points, packed.
      const numbers = await counted({
        inputs: 'float[1, 7, 250] x',
        outputs: 'float[1, 7, 128] y',
        stored: [
          `uint8[128, 8, ${(32 * bits) / 8}] B`,
          'float[128, 8] S',
          `uint8[128, ${bits}] Z`,
          'float[128] c',
        ],
        nodes: [
          `y = com.microsoft.MatMulNBits <K = 250, N = 128, bits = ${bits}, block_size = 32> (x, B, S, Z, , c)`,
        ],
      });
      expect(numbers).toEqual({
        parameters: 250 * 128 + 128,
        quantizationParameters: 2 * 128 * 8,
        buffers: 0,
      });
    }
  });

  it('of MatMulBnb4 and GatherBlockQuantized count as many as they hold', async () => {
    // 33 x 5 = 165 numbers of 4 bits take 83 bytes, with 11 scales; 50 rows of 64 numbers in 32 bytes, 2 scales each.
    const numbers = await counted({
      inputs: 'int64[3] i, float[1, 5] x',
      outputs: 'float[3, 64] y, float[1, 33] z',
      stored: ['uint8[83] B', 'float[11] A', 'uint8[50, 32] D', 'float[50, 2] S'],
      nodes: [
        'y = com.microsoft.GatherBlockQuantized <bits = 4, block_size = 32, quantize_axis = 1> (D, i, S)',
        'z = com.microsoft.MatMulBnb4 <K = 5, N = 33, block_size = 16, quant_type = 1> (x, B, A)',
      ],
    });
    expect(numbers).toEqual({ parameters: 165 + 50 * 64, quantizationParameters: 11 + 100, buffers: 0 });
  });

  it('of QMoE count by the bits of their own projection', async () => {
    // 8 experts of 64 x 128 with 8 bits and of 128 x 64 with 4; scales 8 x 128 and 8 x 64.
    const numbers = await counted({
      inputs: 'float[10, 64] x, float[10, 8] r',
      outputs: 'float[10, 64] y',
      stored: ['uint8[8, 128, 64] a', 'float[8, 128] s', 'uint8[8, 64, 64] b', 'float[8, 64] t'],
      nodes: [
        'y = com.microsoft.QMoE <k = 2, expert_weight_bits = 4, fc1_expert_weight_bits = 8> (x, r, a, s, , b, t)',
      ],
    });
    expect(numbers).toEqual({
      parameters: 8 * 64 * 128 + 8 * 128 * 64,
      quantizationParameters: 8 * 128 + 8 * 64,
      buffers: 0,
    });
  });

  it('in packed formats count as many as attributes and other inputs say', async () => {
    // 10 rows of 32 in 34 bytes each; a base of 8 x 32 with an adapter of rank 4 (4 x 32 and 8 x 4) and 8 + 4 + 8 scales;
    // 4 experts with gate and value of 16 x 32 and 32 x 16 back.
    const numbers = await counted({
      inputs: 'int64[3] i, float[3, 32] x, float16[3, 32] t, float[3, 4] r',
      outputs: 'float[3, 32] y, float[3, 8] z, float16[3, 32] w',
      stored: [
        'uint8[10, 34] table',
        'uint8[8, 1, 16] W, float[8, 1] s, uint8[4, 1, 32] A, float[4, 1] sa, uint8[8, 1, 32] B, float[8, 1] sb',
        'uint8[4, 16, 34] gate, uint8[4, 16, 34] up, uint8[4, 32, 17] down',
      ].flatMap((line) => line.split(/, (?=\w+\[)/)),
      nodes: [
        'y = com.microsoft.GatherPacked <K = 32, packed_type = 8, output_dtype = 1> (table, i)',
        'z = com.microsoft.MatMulNBitsQLoRA <K = 32, N = 8> (x, W, s, A, sa, B, sb)',
        'w = com.microsoft.MoEPacked <gate_type = 8, up_type = 8, down_type = 8, k = 2> (t, r, gate, up, down)',
      ],
    });
    expect(numbers).toEqual({
      parameters: 320 + (256 + 128 + 32) + 4 * 3 * 512,
      quantizationParameters: 8 + 4 + 8,
      buffers: 0,
    });
  });

  it('are named for every operator whose schema has scales or zero points', () => {
    // Scales of norms and of an activation are trained or given; those of the caches' own operators are states.
    const others = /^(.*Norm.*|ScaledSiLU|EngramGate|LinearAttentionGate|TorchEmbedding)$/;
    const missing = allOperators
      .filter(({ name }) => !others.test(name))
      .flatMap(({ domain, name }) =>
        (schemasOf(domain, name).at(-1)?.inputs ?? [])
          .map(({ name: input }, index) => ({ input, role: roleOf(domain, name, index) }))
          .filter(
            ({ input, role }) => /zero_point|_scales?$|^scales$|absmax/.test(input) && role === undefined,
          )
          .map(({ input }) => `${name}.${input}`),
      );
    expect(missing).toEqual([]);
  });
});

function roleOf(domain: string, operator: string, input: number): string | undefined {
  const node = {
    name: '',
    operator,
    domain,
    overload: '',
    inputs: [],
    outputs: [],
    attributes: [],
    metadata: [],
  };
  return constantRole(node, input);
}

describe('parameters', () => {
  it('are as many as torch counts in most exports of more than 60 architectures', () => {
    const equal = table.rows.filter((row) => row[3] === row[4]);
    expect(new Set(equal.map(([name]) => name)).size).toBeGreaterThanOrEqual(60);
  });

  it('are no integers of a shape, and a longer row of them is a table of positions', async () => {
    const row = (length: number) =>
      counted({
        inputs: 'int64[1] i',
        outputs: `int64[${length}] y`,
        stored: [`int64[${length}] t`],
        nodes: ['y = Add (t, i)'],
      });
    // Shapes, axes and pads have at most 16 numbers: the pads of a tensor of 8 dimensions.
    expect(await row(16)).toMatchObject({ parameters: 0, buffers: 0 });
    expect(await row(17)).toMatchObject({ parameters: 0, buffers: 17 });
  });

  it('are the position biases of each head, and not a mask that is the same for all', async () => {
    const added = (heads: number) =>
      counted({
        inputs: 'float[1, 4, 9, 9] x',
        outputs: 'float[1, 4, 9, 9] y',
        stored: [`float[${heads}, 9, 9] b`],
        nodes: ['s = Add (x, b)', 'y = Softmax (s)'],
      });
    expect(await added(1)).toMatchObject({ parameters: 0, buffers: 81 });
    // Learned for each head, as the relative positions of T5 and Swin.
    expect(await added(4)).toMatchObject({ parameters: 4 * 81, buffers: 0 });
  });

  it('of GPT-2 count its tied embedding once, and no scalar', async () => {
    // 124,439,808 parameters of GPT-2 (small) as published: 50257·768 + 1024·768 + 12 layers of 7,087,872 + 1,536.
    const published = 50257 * 768 + 1024 * 768 + 12 * 7_087_872 + 1536;
    expect(published).toBe(124_439_808);
    const { numbers } = await prepare(await readFixture('gpt2'), workload, uninterrupted);
    expect(numbers.parameters).toBe(published);
  });

  it('are the wide biases of quantised layers too, in both forms', async () => {
    // 32 x 16 weights and 32 biases; 2 scalars for x, 2 for y, 32 scales and 32 zero points for w.
    const operator = await counted({
      inputs: 'uint8[1, 16, 8, 8] x',
      outputs: 'uint8[1, 32, 8, 8] y',
      stored: [
        'float xs = {1}',
        'uint8 xz = {0}',
        'int8[32, 16, 1, 1] w',
        'float[32] ws',
        'int8[32] wz',
        'int32[32] b',
      ],
      nodes: ['y = QLinearConv (x, xs, xz, w, ws, wz, xs, xz, b)'],
    });
    expect(operator).toEqual({ parameters: 544, quantizationParameters: 66, buffers: 0 });
    const pairs = await counted({
      inputs: 'float[1, 16, 8, 8] x',
      outputs: 'float[1, 32, 8, 8] y',
      stored: ['int8[32, 16, 1, 1] w', 'float ws = {1}', 'int32[32] b'],
      nodes: ['wf = DequantizeLinear (w, ws)', 'bf = DequantizeLinear (b, ws)', 'y = Conv (x, wf, bf)'],
    });
    expect(pairs).toEqual({ parameters: 544, quantizationParameters: 1, buffers: 0 });
  });

  it('are no single numbers of a formula, quantised or not, but a single weight is one', async () => {
    // The 0.5 of a GELU as ONNX Runtime's quantiser writes it, and a layer of one feature with its weight and bias.
    const numbers = await counted({
      inputs: 'float[4, 1] x',
      outputs: 'float[4, 1] y',
      stored: [
        'int8 half = {127}',
        'float hs = {0.00393}',
        'int8[1, 1] w = {3}',
        'float ws = {0.1}',
        'float[1] b = {1}',
      ],
      nodes: [
        'h = DequantizeLinear (half, hs)',
        'f = DequantizeLinear (w, ws)',
        'g = Gemm (x, f, b)',
        'y = Mul (g, h)',
      ],
    });
    expect(numbers).toEqual({ parameters: 2, quantizationParameters: 2, buffers: 0 });
  });

  it('are no running statistics, masks, positions or other integers', async () => {
    // Trained: scale and shift of 8 channels, 20 rows of 16, 16 x 64. Beside them: mean and variance of 8, 64 positions, a mask of 64.
    const numbers = await counted({
      inputs: 'float[1, 8, 4, 4] x, float[1, 64] z',
      outputs: 'float[1, 8, 4, 4] y, float[1, 64, 64] w, float[1, 64] c',
      stored: [
        'float[8] s',
        'float[8] h',
        'float[8] mean',
        'float[8] var',
        'float[20, 16] places',
        'float[16, 64] m',
        'int64[1, 64] position_ids',
        'bool[1, 64] mask',
        'float none = {0}',
        'int64[2] axes = {0, 1}',
      ],
      nodes: [
        'y = BatchNormalization (x, s, h, mean, var)',
        'p = Gather (places, position_ids)',
        'w = MatMul (p, m)',
        'c = Where (mask, z, none)',
      ],
    });
    expect(numbers).toEqual({ parameters: 16 + 320 + 1024, quantizationParameters: 0, buffers: 16 + 128 });
  });

  it('are no frequencies that only angles are made of, and no mask that is added to scores', async () => {
    const numbers = await counted({
      inputs: 'float[1, 9, 1] t, float[1, 4, 9, 9] scores, float[9, 8] q',
      outputs: 'float[1, 9, 16] sc, float[1, 4, 9, 9] p, float[9, 8] r',
      stored: ['float[1, 1, 8] freq', 'float[1, 1, 9, 9] causal', 'float[8] gain'],
      nodes: [
        'a = Mul (t, freq)',
        's = Sin (a)',
        'c = Cos (a)',
        'sc = Concat <axis = 2> (s, c)',
        'm = Add (scores, causal)',
        'p = Softmax <axis = -1> (m)',
        'r = Mul (q, gain)',
      ],
    });
    expect(numbers).toEqual({ parameters: 8, quantizationParameters: 0, buffers: 8 + 81 });
  });

  it('of one element count where they are a weight, and through calls of functions', async () => {
    const numbers = await counted({
      inputs: 'float[4, 16] x',
      outputs: 'float[4, 1] y',
      stored: ['float[1, 16] w', 'float[1] b', 'float half = {0.5}', 'float[16] mean', 'float[16] s'],
      nodes: ['h = own.Norm (x, s, mean)', 'g = Mul (h, half)', 'y = Gemm <transB = 1> (g, w, b)'],
      rest: `<domain: "own", opset_import: ["" : 21]>
Norm (x, s, mean) => (y)
{
  y = BatchNormalization (x, s, s, mean, mean)
}
`,
    });
    // 16 weights and their bias, 16 scales (used as shifts too); the mean is a buffer, 0.5 is nothing.
    expect(numbers).toEqual({ parameters: 16 + 1 + 16, quantizationParameters: 0, buffers: 16 });
  });
});
