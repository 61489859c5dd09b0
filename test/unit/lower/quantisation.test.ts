import { expect, it } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import type { Tensor } from '../../../server/engine/graph/model';
import { lowerConfiguration } from '../../../server/engine/lower/lowerConfiguration';
import { uninterrupted } from '../../../server/engine/scheduler';
import { countsOf } from './counts';
import { publishedConfiguration } from './published';

function lowered(name: string, quantization: object, tensors: readonly Tensor[] = []) {
  const configuration = { ...publishedConfiguration(name), quantization_config: quantization };
  return lowerConfiguration({ name, configuration, tensors, facts: { docString: '', metadata: [] } });
}

/** Bytes of the weights, less the integers that lengths and shapes are made with. */
async function weightBytes(name: string, quantization: object): Promise<number> {
  const { value, problems } = lowered(name, quantization);
  expect(problems).toEqual([]);
  const workload = { bindings: {}, phase: 'decode', precision: 'as-stored', runtime: null } as const;
  const { weights, inference } = await prepare(value, workload, uninterrupted);
  expect(inference.problems.filter(({ severity }) => severity !== 'information')).toEqual([]);
  const integers = value.graph.initializers.filter(({ dtype }) => dtype === 'int64');
  return weights.known - 8 * integers.reduce((sum, { dims }) => sum + (dims[0] ?? 1), 0);
}

// Llama-3.1-8B: products of its layers 32 x (2 x 4096² + 2 x 1024 x 4096 + 3 x 14336 x 4096), the rest at 2 bytes.
const products = 32 * (2 * 4096 ** 2 + 2 * 1024 * 4096 + 3 * 14336 * 4096);
const rest = (8_030_261_248 - products) * 2;

it.each<[string, object, number]>([
  // 4 bits, and of each 128 a scale of 2 bytes and a zero point of half a byte.
  ['GPTQ', { quant_method: 'gptq', bits: 4, group_size: 128 }, (0.5 + 2.5 / 128) * products],
  ['AWQ', { quant_method: 'awq', bits: 4, group_size: 64 }, (0.5 + 2.5 / 64) * products],
  ['NF4', { quant_method: 'bitsandbytes', load_in_4bit: true }, (0.5 + 4 / 64) * products],
  ['8 bits', { quant_method: 'bitsandbytes', load_in_8bit: true }, products],
  ['FP8', { quant_method: 'fp8', weight_block_size: [128, 128] }, (1 + 4 / 128 ** 2) * products],
  [
    'compressed',
    {
      quant_method: 'compressed-tensors',
      config_groups: { group_0: { weights: { type: 'int', num_bits: 4, group_size: 128, symmetric: true } } },
    },
    (0.5 + 2 / 128) * products,
  ],
])('bytes of %s are exact', async (_, quantization, bytes) => {
  expect(await weightBytes('Llama-3.1-8B', quantization)).toBe(bytes + rest);
});

it('MXFP4 is of experts alone', async () => {
  // gpt-oss-20b: 24 layers of 32 experts, three products of 2880 x 2880 each, 17 bytes for 32.
  const experts = 24 * 32 * 3 * 2880 ** 2;
  const bytes = (20_914_757_184 - experts) * 2 + (experts * 17) / 32;
  expect(await weightBytes('gpt-oss-20b', { quant_method: 'mxfp4' })).toBe(bytes);
});

it('experts that all tokens go through are packed too, and routers are not', () => {
  const { value } = lowered('DeepSeek-V2-Lite', { quant_method: 'gptq', bits: 4, group_size: 128 });
  const typesOf = (part: RegExp): string[] => [
    ...new Set(
      value.graph.initializers.filter(({ name }) => part.test(name)).map(({ dtype }) => dtype ?? ''),
    ),
  ];
  for (const name of ['gate', 'up', 'down']) {
    const [type, ...others] = typesOf(new RegExp(`shared_experts\\.${name}_proj`));
    expect([type?.replace(/_.*/, ''), others]).toEqual(['uint4', []]);
  }
  expect(typesOf(/mlp\.gate\.weight/)).toEqual(['bfloat16']);
});

it('a product moves the bytes of its groups', async () => {
  const { value } = lowered('Llama-3.1-8B', { quant_method: 'awq', bits: 4, group_size: 128 });
  const { inference } = await countsOf(value, 1, 10);
  const node = inference.nodes.find((one) => one.node.name === '/layers.0/mlp/gate/FusedMatMul')!;
  expect(node.work!.bytes.weights).toBe(14336 * 4096 * (0.5 + 2.5 / 128));
});

it('tensors of a file that belong to a quantised weight count with it', () => {
  const data = { place: 'none' } as const;
  const part = (ending: string): Tensor => ({
    name: `model.layers.0.mlp.gate_proj.${ending}`,
    dtype: 'int32',
    dims: [512, 14336],
    data,
  });
  const tensors = ['qweight', 'qzeros', 'scales', 'g_idx'].map(part);
  const { value } = lowered('Llama-3.1-8B', { quant_method: 'gptq', bits: 4, group_size: 128 }, tensors);
  const gates = value.graph.initializers.filter(({ name }) => name.includes('layers.0.mlp.gate_proj'));
  expect(gates.map(({ name, dtype }) => [name, dtype])).toEqual([
    ['model.layers.0.mlp.gate_proj.weight', 'uint4_128'],
  ]);
});

it('a way that is not known is said', () => {
  expect(lowered('Llama-3.1-8B', { quant_method: 'constructor' }).problems).toMatchObject([
    { code: 'lower.unknown-quantisation' },
  ]);
});
