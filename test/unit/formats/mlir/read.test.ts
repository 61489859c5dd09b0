import { describe, expect, it } from 'vitest';
import { readerOf, readModel } from '../../../../server/engine/formats';
import type { ReadModel, Room } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { add, multiply, symbol } from '../../../../server/engine/graph/dim';
import type { Graph, Tensor } from '../../../../server/engine/graph/model';
import { infer } from '../../../../server/engine/inference/infer';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { moduleOf, tinyModule } from './module';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

function read(text: string | Uint8Array, room?: Room): Promise<ReadModel> {
  const bytes = typeof text === 'string' ? bytesOf(text) : text;
  return readModel(memorySource(bytes), 'm.mlir', uninterrupted, room);
}

async function graphOf(args: string, lines: string): Promise<Graph> {
  const { value, problems } = await read(moduleOf(args, lines));
  expect(problems).toEqual([]);
  return value!.graph;
}

const codes = ({ problems }: ReadModel): string[] => problems.map(({ code }) => code);

describe('a text of StableHLO', () => {
  it('is known by its content', () => {
    const idOf = (text: string, name = 'm.txt'): string => readerOf(bytesOf(text), name).id;
    expect(idOf(tinyModule)).toBe('stablehlo');
    expect(idOf('// made by hand\n#loc = loc(unknown)\nmodule {\n}')).toBe('stablehlo');
    expect(idOf('"builtin.module"() ({\n}) : () -> ()')).toBe('stablehlo');
    expect(idOf('module counter (input clk);')).toBe('onnx');
    expect(idOf('module is a word', 'readme.txt')).toBe('onnx');
  });

  it('has operators, types and named custom calls, with calls written out', async () => {
    const { value, problems } = await read(tinyModule);
    expect(problems).toEqual([]);
    const { graph, functions } = value!;
    expect(graph.name).toBe('tiny');
    expect(functions).toEqual([]);
    expect(graph.inputs.map(({ name, type }) => [name, type])).toEqual([
      ['arg0', { kind: 'tensor', dtype: 'float', shape: [2, 3] }],
      ['arg1', { kind: 'tensor', dtype: 'float', shape: [3, 4] }],
    ]);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['v2_0']);
    expect(
      graph.nodes.map(({ domain, operator, inputs, outputs }) => [domain, operator, inputs, outputs]),
    ).toEqual([
      ['stablehlo', 'dot_general', ['arg0', 'arg1'], ['v0']],
      ['stablehlo', 'broadcast_in_dim', ['v1/cst'], ['v1/v0']],
      ['stablehlo', 'maximum', ['v0', 'v1/v0'], ['v1/v1']],
      ['custom_call', 'wonder', ['v1/v1'], ['v2_0', 'v2_1']],
    ]);
    expect(graph.nodes[2]!.metadata).toEqual([['module', 'relu']]);
    expect(graph.nodes[0]!.attributes).toEqual([
      { name: 'lhs_contracting_dimensions', kind: 'ints', value: [1] },
      { name: 'rhs_contracting_dimensions', kind: 'ints', value: [0] },
    ]);
  });

  it('has costs as a lower bound where a custom call is not known', async () => {
    const { value } = await read(tinyModule);
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const { nodes, problems } = await infer(value!, workload);
    // 2 rows of 4 sums of 3 products: 24 multiply-accumulates; 8 maxima.
    expect(nodes[0]!.work?.operations.matrix).toBe(48);
    expect(nodes[2]!.work?.operations.vector).toBe(8);
    expect(problems.map(({ code, args }) => [code, args])).toContainEqual([
      'operator.unmodelled',
      expect.objectContaining({ operator: 'wonder', domain: 'custom_call' }),
    ]);
  });

  it('knows constants of every form, and keeps small ones', async () => {
    const lines = [
      '%a = stablehlo.constant dense<[[1, -2], [3, 4]]> : tensor<2x2xi32>',
      '%b = stablehlo.constant dense<0xFF800000> : tensor<f32>',
      '%c = stablehlo.constant dense<"0x0000803F000000C0"> : tensor<2xf32>',
      '%d = stablehlo.constant dense<true> : tensor<3xi1>',
      '%e = stablehlo.constant dense<1.500000e+00> : tensor<2000xbf16>',
      '%f = stablehlo.constant dense_resource<weights> : tensor<4x5xf16>',
      '%g = stablehlo.constant dense<> : tensor<0xi64>',
    ];
    const { initializers } = await graphOf('', lines.join('\n'));
    const shown = ({ dtype, dims, elements }: Tensor) => [dtype, dims, elements];
    expect(initializers.map(shown)).toEqual([
      ['int32', [2, 2], [1, -2, 3, 4]],
      // All bits of the exponent and the sign: minus infinity.
      ['float', [], [-Infinity]],
      ['float', [2], [1, -2]],
      ['bool', [3], [1, 1, 1]],
      ['bfloat16', [2000], undefined],
      ['float16', [4, 5], undefined],
      ['int64', [0], []],
    ]);
  });

  it('keeps nothing of a megabyte of weights, and finds what stands behind it', async () => {
    const weights = '0x'.padEnd(3_000_000, '0123456789ABCDEF');
    const lines = `%w = stablehlo.constant dense<"${weights}"> : tensor<250x1500xf32>\n%r = stablehlo.negate %w : tensor<250x1500xf32>`;
    let most = 0;
    const { value, problems } = await read(moduleOf('', lines), (bytes) => {
      most = Math.max(most, bytes);
      return true;
    });
    expect(problems).toEqual([]);
    expect(value!.graph.initializers[0]).toMatchObject({ dims: [250, 1500], data: { place: 'none' } });
    expect(value!.graph.nodes.map(({ operator }) => operator)).toEqual(['negate']);
    expect(most).toBeLessThan(300_000);
  });

  it('reads types of all kinds', async () => {
    const { inputs } = await graphOf(
      '%a: tensor<?x4x!quant.uniform<i8:f32, 2.0:1>>, %b: tensor<complex<f32>>, %c: tensor<*xf32>, %d: !stablehlo.token, %e: tensor<3xf8E4M3FN, #mhlo.type_extensions<bounds = [?]>>, %f: tensor<2xui4>',
      '',
    );
    expect(inputs.map(({ type }) => type?.kind === 'tensor' && [type.dtype, type.shape?.length])).toEqual([
      ['int8', 2],
      ['complex64', 0],
      ['float', undefined],
      false,
      ['float8e4m3fn', 1],
      ['uint4', 1],
    ]);
  });

  it('names open sizes as the checks of JAX do', async () => {
    const text =
      "Using the following polymorphic shapes specifications: args[0].shape = (b, 2*b + 1, 8),args[1]['w'].shape = (b,). Obtained";
    const { inputs } = await graphOf(
      '%a: tensor<?x?x8xf32>, %b: tensor<3xf32>, %c: tensor<?xi32>',
      `stablehlo.custom_call @shape_assertion(%a) {error_message = "${text}"} : (tensor<?x?x8xf32>) -> ()`,
    );
    const shapes = inputs.map(({ type }) => (type?.kind === 'tensor' ? type.shape : undefined));
    const [b = 0] = shapes[0]!;
    expect(shapes).toEqual([[symbol('b'), add(multiply(2, b), 1), 8], [3], [symbol('b')]]);
  });

  it('refuses bytecode with what to do', async () => {
    const { value, problems } = await read(new Uint8Array([0x4d, 0x4c, 0xef, 0x52, 6, 1, 2]));
    expect(value).toBeNull();
    expect(problems.map(({ code }) => code)).toEqual(['format.mlir-bytecode']);
  });
});

describe('a text of MLIR that is damaged or hostile', () => {
  it('that breaks off gives the part before', async () => {
    const found = await read(tinyModule.slice(0, tinyModule.indexOf('%2:2')));
    expect(found.value!.isPartial).toBe(true);
    expect(found.value!.graph.nodes[0]!.operator).toBe('dot_general');
    expect(codes(found)).toEqual(['format.damaged']);
  });

  it('without a function is no model', async () => {
    expect(codes(await read('module @empty {\n}\n'))).toEqual(['format.damaged']);
  });

  it('nests no deeper than can be followed', async () => {
    const found = await read(moduleOf('', '({[<'.repeat(10_000)));
    expect(codes(found)).toEqual(['format.too-deep']);
  });

  it('whose functions call themselves keeps the calls', async () => {
    const text = tinyModule.replace('%1 = stablehlo.maximum %arg0, %0', '%1 = call @relu(%arg0)');
    const { value, problems } = await read(text);
    expect(problems).toEqual([]);
    expect(value!.functions.map(({ name }) => name)).toEqual(['relu']);
    expect(value!.graph.nodes[1]).toMatchObject({ domain: 'func', operator: 'relu' });
  });

  it('is read in a time in proportion to its length', async () => {
    const shapes = [
      '"\\'.repeat(200_000),
      '%'.repeat(400_000),
      '{'.repeat(60) + 'a = '.repeat(100_000),
      '-'.repeat(400_000),
      '"'.repeat(400_001),
    ];
    for (const hostile of shapes) {
      const before = performance.now();
      await read(moduleOf('', hostile));
      expect(performance.now() - before).toBeLessThan(2000);
    }
  });

  it('gives up where there is no room', async () => {
    expect(codes(await read(tinyModule, () => false))).toEqual(['format.no-room']);
  });
});
