import { describe, expect, it } from 'vitest';
import { prepare, type Prepared } from '../../../../server/engine/analyse';
import type { DataType } from '../../../../server/engine/graph/dataTypes';
import type { Node, Tensor } from '../../../../server/engine/graph/model';
import { shardOf } from '../../../../server/engine/mapping/parallel/shard';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { printType } from '../../operators/check';
import { infos, modelOf, node } from '../../inference/build';

type Weights = Readonly<Record<string, readonly [dtype: DataType, ...dims: number[]]>>;

function prepared(
  nodes: readonly Node[],
  weights: Weights,
  input: string,
  opset?: number,
): Promise<Prepared> {
  const initializers = Object.entries(weights).map(([name, [dtype, ...dims]]): Tensor => ({
    name,
    dtype,
    dims,
    data: { place: 'none' },
  }));
  const graph = { inputs: infos({ x: input }), outputs: infos({ y: '' }), nodes, initializers };
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const sets = opset === undefined ? undefined : [{ domain: '', version: opset }];
  return prepare(modelOf(graph, [], sets), workload, uninterrupted);
}

/** Types of values on one of so many devices, and what these exchange. */
async function divided(whole: Prepared, tp: number) {
  expect(whole.inference.problems).toEqual([]);
  const found = await shardOf(whole, { tp, ep: 1 }, uninterrupted);
  if (found.kind === 'refused') throw new Error(found.reason);
  const { inference } = found.prepared;
  expect(inference.problems).toEqual([]);
  return {
    types: Object.fromEntries(inference.values.map(({ name, type }) => [name, printType(type)])),
    sums: found.collectives.map(({ collective, bytes }) => `${collective} ${bytes}`),
    found,
  };
}

describe('weights in blocks', () => {
  it('of 4 bits are divided by columns, then between blocks', async () => {
    const sizes = { bits: 4, block_size: 32 };
    const whole = await prepared(
      [
        node('com.microsoft::MatMulNBits', 'x, w1, s1, , , b1', 'h', { K: 64, N: 256, ...sizes }),
        node('Relu', 'h', 'r'),
        node('com.microsoft::MatMulNBits', 'r, w2, s2', 'y', { K: 256, N: 64, ...sizes }),
      ],
      {
        w1: ['uint8', 256, 2, 16],
        s1: ['float', 512],
        b1: ['float', 256],
        w2: ['uint8', 64, 8, 16],
        s2: ['float', 64, 8],
      },
      'float[3, 64]',
    );
    const { types, sums } = await divided(whole, 4);
    expect(types).toMatchObject({
      w1: 'uint8[64, 2, 16]',
      s1: 'float[128]',
      b1: 'float[64]',
      r: 'float[3, 64]',
      w2: 'uint8[64, 2, 16]',
      s2: 'float[64, 2]',
      y: 'float[3, 64]',
    });
    expect(sums).toEqual([`all_reduce ${3 * 64 * 4}`]);
  });

  it('of ggml are divided between blocks, and padded with whole ones', async () => {
    // 43 blocks of 256 on 4 devices: 11 each.
    const whole = await prepared(
      [
        node('com.microsoft::FusedMatMul', 'x, up', 'h', { transB: 1 }),
        node('Relu', 'h', 'r'),
        node('com.microsoft::FusedMatMul', 'r, down', 'y', { transB: 1 }),
      ],
      { up: ['q4_K', 11008, 512], down: ['q4_K', 512, 11008] },
      'float[1, 512]',
    );
    const { types, found } = await divided(whole, 4);
    expect([types['up'], types['down']]).toEqual(['q4_K[2816, 512]', 'q4_K[512, 2816]']);
    expect(found.padded).toEqual([
      { name: 'up', whole: 11008, padded: 11264 },
      { name: 'down', whole: 11008, padded: 11264 },
    ]);
  });

  it('of a table of words are divided by rows', async () => {
    const whole = await prepared(
      [
        node('com.microsoft::GatherBlockQuantized', 'table, ids, scales', 'e', { block_size: 32 }),
        node('MatMul', 'e, w', 'h'),
        node('Gelu', 'h', 'g'),
        node('MatMul', 'g, v', 'y'),
        node('Cast', 'x', 'ids', { to: 7 }),
      ].sort((a, b) => (a.operator === 'Cast' ? -1 : b.operator === 'Cast' ? 1 : 0)),
      {
        table: ['uint8', 1000, 32],
        scales: ['float', 1000, 2],
        w: ['float', 64, 256],
        v: ['float', 256, 64],
      },
      'int32[5]',
    );
    const { types, sums } = await divided(whole, 8);
    expect(types).toMatchObject({ table: 'uint8[125, 32]', scales: 'float[125, 2]', w: 'float[64, 32]' });
    // Rows of 64 numbers behind the table, and behind the second product.
    expect(sums).toEqual([`all_reduce ${5 * 64 * 4}`, `all_reduce ${5 * 64 * 4}`]);
  });
});

describe('attention of one operator with its product', () => {
  it('is divided by heads', async () => {
    const whole = await prepared(
      [
        node('com.microsoft::Attention', 'x, qkv, b', 'a', { num_heads: 12 }),
        node('MatMul', 'a, o', 'm'),
        node('com.microsoft::SkipLayerNormalization', 'm, x, g', 'y'),
      ],
      { qkv: ['float', 768, 2304], b: ['float', 2304], o: ['float', 768, 768], g: ['float', 768] },
      'float[2, 7, 768]',
    );
    const { types, sums, found } = await divided(whole, 4);
    // Three heads of 64 numbers, three times.
    expect(types).toMatchObject({ qkv: 'float[768, 576]', b: 'float[576]', o: 'float[192, 768]' });
    expect(sums).toEqual([`all_reduce ${2 * 7 * 768 * 4}`]);
    expect(found.prepared.inference.nodes[0]!.node.attributes).toMatchObject([
      { name: 'num_heads', value: 3 },
    ]);
  });
});

describe('attention in operators of its own', () => {
  it.each([
    // Softmax-1 and Softmax-11 (ONNX): all axes from the second one on are one, heads among them; Softmax-13: the last axis alone.
    [11, {}, 'reduced'],
    [11, { axis: 3 }, null],
    [13, {}, null],
  ] as const)('of version %i with %o has a Softmax that is %s', async (opset, attributes, reason) => {
    const heads = (from: string, to: string): Node[] => [
      node('Reshape', `${from}, sizes`, `${to}0`),
      node('Transpose', `${to}0`, to, { perm: [0, 2, 1, 3] }),
    ];
    const whole = await prepared(
      [
        node('MatMul', 'x, w', 'h'),
        node('Constant', '', 'sizes', { value_ints: [2, 7, 4, 16] }),
        ...heads('h', 'a'),
        node('Softmax', 'a', 's', attributes),
        node('Transpose', 's', 't', { perm: [0, 2, 1, 3] }),
        node('Constant', '', 'back', { value_ints: [2, 7, 64] }),
        node('Reshape', 't, back', 'r'),
        node('MatMul', 'r, v', 'y'),
      ],
      { w: ['float', 64, 64], v: ['float', 64, 64] },
      'float[2, 7, 64]',
      opset,
    );
    const found = await shardOf(whole, { tp: 2, ep: 1 }, uninterrupted);
    expect(found.kind === 'refused' ? found.reason : null).toBe(reason);
  });
});

describe('a product in parts', () => {
  it('is divided part by part where it is split', async () => {
    // Gate and value in one product, each half divided by itself.
    const whole = await prepared(
      [
        node('MatMul', 'x, w', 'h'),
        node('Add', 'h, b', 'i'),
        node('Split', 'i, sizes', 'g, u', { axis: -1 }),
        node('Sigmoid', 'g', 's'),
        node('Mul', 's, u', 'm'),
        node('MatMul', 'm, v', 'y'),
      ],
      { w: ['float', 64, 192], b: ['float', 192], v: ['float', 96, 64], sizes: ['int64', 2] },
      'float[3, 64]',
    );
    const sizes = whole.model.graph.initializers.find(({ name }) => name === 'sizes')!;
    const initializers = whole.model.graph.initializers.map((one) =>
      one === sizes ? { ...sizes, elements: [96, 96] } : one,
    );
    const model = { ...whole.model, graph: { ...whole.model.graph, initializers } };
    const { types } = await divided(await prepare(model, whole.workload, uninterrupted), 2);
    expect(types).toMatchObject({
      w: 'float[64, 96]',
      b: 'float[96]',
      g: 'float[3, 48]',
      v: 'float[48, 64]',
    });
  });
});
