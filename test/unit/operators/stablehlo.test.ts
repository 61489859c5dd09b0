import { describe, expect, it } from 'vitest';
import { readModel } from '../../../server/engine/formats';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { infer } from '../../../server/engine/inference/infer';
import type { Inference, InferredNode } from '../../../server/engine/inference/types';
import { uninterrupted } from '../../../server/engine/scheduler';
import { moduleOf } from '../formats/mlir/module';

const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: 'xla' } as const;

async function inferred(args: string, lines: string, bindings = {}): Promise<Inference> {
  const bytes = new TextEncoder().encode(moduleOf(args, lines));
  const { value, problems } = await readModel(memorySource(bytes), 'm.mlir', uninterrupted);
  expect(problems).toEqual([]);
  return infer(value!, { ...workload, bindings });
}

/** The first node of an operator. */
async function nodeOf(operator: string, args: string, lines: string, bindings = {}): Promise<InferredNode> {
  const { nodes } = await inferred(args, lines, bindings);
  return nodes.find(({ node }) => node.operator === operator)!;
}

async function shapeOf(args: string, lines: string, bindings = {}): Promise<unknown> {
  const { nodes, values } = await inferred(args, lines, bindings);
  const [output] = nodes.at(-1)!.outputs;
  const type = values[output!]!.type;
  return type?.kind === 'tensor' ? type.shape : undefined;
}

describe('products of StableHLO', () => {
  it('sums over the contracting axes, wherever they stand', async () => {
    const { work } = await nodeOf(
      'dot_general',
      '%a: tensor<5x7x2x3xf32>, %b: tensor<7x2x11x5xf32>',
      '%0 = stablehlo.dot_general %a, %b, batching_dims = [0] x [3], contracting_dims = [2, 1] x [1, 0] : (tensor<5x7x2x3xf32>, tensor<7x2x11x5xf32>) -> tensor<5x3x11xf32>',
    );
    // 5 products of 3 rows and 11 columns, each over 7 times 2: 2310 multiply-accumulates.
    expect(work!.operations.matrix).toBe(4620);
    expect(work!.matrixShape).toMatchObject({ batch: 5, m: 3, n: 11, k: 14 });
  });

  it('puts open sizes where they go', async () => {
    const lines =
      '%0 = stablehlo.dot_general %a, %b, batching_dims = [0] x [0], contracting_dims = [2] x [1] : (tensor<?x?x4xf32>, tensor<?x4x6xf32>) -> tensor<?x?x6xf32>';
    const args = '%a: tensor<?x?x4xf32>, %b: tensor<?x4x6xf32>';
    expect(await shapeOf(args, lines, { 'a.dim0': 3, 'a.dim1': 5 })).toEqual([3, 5, 6]);
  });

  const convolution = (more: string, image: string, kernel: string, result: string): Promise<InferredNode> =>
    nodeOf(
      'convolution',
      `%x: tensor<${image}xf32>, %w: tensor<${kernel}xf32>`,
      `%0 = stablehlo.convolution(%x, %w) dim_numbers = [b, 0, 1, f]x[0, 1, i, o]->[b, 0, 1, f], window = {${more}} : (tensor<${image}xf32>, tensor<${kernel}xf32>) -> tensor<${result}xf32>`,
    );

  it('counts each place of the window of a convolution', async () => {
    const { work } = await convolution(
      'stride = [2, 2], pad = [[0, 1], [0, 1]]} {feature_group_count = 1 : i64',
      '1x8x8x3',
      '3x3x3x6',
      '1x4x4x6',
    );
    // 16 places of 6 features, each over 9 places of 3: 2592 multiply-accumulates.
    expect(work!.operations.matrix).toBe(5184);
    expect(work!.matrixShape).toMatchObject({
      kernel: [3, 3],
      strides: [2, 2],
      inputSpatial: [8, 8],
      groups: 1,
    });
  });

  it('takes the features of a group alone', async () => {
    const { work } = await convolution(
      'pad = [[1, 1], [1, 1]]} {feature_group_count = 4 : i64',
      '1x8x8x4',
      '3x3x1x4',
      '1x8x8x4',
    );
    // 64 places of 4 features, each over 9 places of its own one: 2304.
    expect(work!.operations.matrix).toBe(4608);
    expect(work!.matrixShape).toMatchObject({ groups: 4 });
  });

  it('multiplies no places between those of an image that is spread out', async () => {
    const { work } = await convolution(
      'pad = [[1, 2], [1, 2]], lhs_dilate = [2, 2]} {feature_group_count = 1 : i64',
      '1x4x4x3',
      '3x3x3x2',
      '1x8x8x2',
    );
    // 128 results over 27 factors, of which a quarter is no zero in between: 864.
    expect(work!.operations.matrix).toBe(1728);
    expect(work!.matrixShape).toMatchObject({ transposed: true });
  });
});

describe('other operators of StableHLO', () => {
  it('does for each element what the body of a reduction has', async () => {
    const { work } = await nodeOf(
      'reduce',
      '%x: tensor<4x10xf32>, %i: tensor<f32>',
      `%0 = stablehlo.reduce(%x init: %i) across dimensions = [1] : (tensor<4x10xf32>, tensor<f32>) -> tensor<4xf32>
     reducer(%a: tensor<f32>, %b: tensor<f32>)  {
      %1 = stablehlo.abs %b : tensor<f32>
      %2 = stablehlo.maximum %a, %1 : tensor<f32>
      stablehlo.return %2 : tensor<f32>
    }`,
    );
    // 40 elements, an absolute value and a maximum each.
    expect(work!.operations.vector).toBe(80);
  });

  const window = (sizes: string, padding: string, result: string): Promise<InferredNode> =>
    nodeOf(
      'reduce_window',
      '%x: tensor<4x10xf32>, %i: tensor<f32>',
      `%0 = "stablehlo.reduce_window"(%x, %i) <{padding = dense<${padding}> : tensor<2x2xi64>, window_dimensions = array<i64: ${sizes}>}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %1 = stablehlo.add %a, %b : tensor<f32>
      stablehlo.return %1 : tensor<f32>
    }) : (tensor<4x10xf32>, tensor<f32>) -> tensor<${result}xf32>`,
    );

  it('reads each window, but a running sum once', async () => {
    // 3 times 9 results over 4 elements each.
    expect((await window('2, 2', '0', '3x9')).work!.operations.vector).toBe(108);
    expect((await window('1, 10', '[[0, 0], [9, 0]]', '4x10')).work!.operations.vector).toBe(40);
  });

  it('writes an update in place, and reads no more of a slice than it gives', async () => {
    const update = await nodeOf(
      'dynamic_update_slice',
      '%x: tensor<100x8xf32>, %u: tensor<1x8xf32>, %i: tensor<i32>',
      '%0 = stablehlo.dynamic_update_slice %x, %u, %i, %i : (tensor<100x8xf32>, tensor<1x8xf32>, tensor<i32>, tensor<i32>) -> tensor<100x8xf32>',
    );
    // 8 floats come in, with two places of 4 bytes named once, and 8 floats are written.
    expect(update.work!.bytes).toMatchObject({ inputs: 36, outputs: 32 });
    expect(update.work!.inPlace).toEqual({ 0: 0 });
    const slice = await nodeOf(
      'dynamic_slice',
      '%x: tensor<100x8xf32>, %i: tensor<i32>',
      '%0 = stablehlo.dynamic_slice %x, %i, %i, sizes = [1, 8] : (tensor<100x8xf32>, tensor<i32>, tensor<i32>) -> tensor<1x8xf32>',
    );
    expect(slice.work!.touched.inputs[0]).toBe(32);
  });

  it('follows sizes through arithmetic', async () => {
    const lines = `%0 = stablehlo.get_dimension_size %x, dim = 0 : (tensor<?x4xf32>) -> tensor<i32>
    %c = stablehlo.constant dense<2> : tensor<i32>
    %1 = stablehlo.multiply %0, %c : tensor<i32>
    %2 = stablehlo.reshape %1 : (tensor<i32>) -> tensor<1xi32>
    %d = stablehlo.constant dense<5> : tensor<1xi32>
    %3 = stablehlo.concatenate %2, %d, dim = 0 : (tensor<1xi32>, tensor<1xi32>) -> tensor<2xi32>
    %e = stablehlo.constant dense<0.0> : tensor<f32>
    %4 = stablehlo.dynamic_broadcast_in_dim %e, %3, dims = [] : (tensor<f32>, tensor<2xi32>) -> tensor<?x5xf32>`;
    expect(await shapeOf('%x: tensor<?x4xf32>', lines, { 'x.dim0': 3 })).toEqual([6, 5]);
  });

  it('gathers slices behind the axes of the indices', async () => {
    const lines =
      '%0 = "stablehlo.gather"(%x, %i) <{dimension_numbers = #stablehlo.gather<offset_dims = [2], collapsed_slice_dims = [0], start_index_map = [0], index_vector_dim = 2>, slice_sizes = array<i64: 1, 16>}> : (tensor<100x16xf32>, tensor<?x5x1xi32>) -> tensor<?x5x16xf32>';
    const args = '%x: tensor<100x16xf32>, %i: tensor<?x5x1xi32>';
    expect(await shapeOf(args, lines, { 'i.dim0': 2 })).toEqual([2, 5, 16]);
    const { work } = await nodeOf('gather', args, lines, { 'i.dim0': 2 });
    // 10 rows of 16 floats.
    expect(work!.touched.inputs[0]).toBe(640);
  });

  it('counts comparisons, transforms and factors by their formulas', async () => {
    const sort = await nodeOf(
      'sort',
      '%x: tensor<4x10xf32>',
      `%0 = "stablehlo.sort"(%x) <{dimension = 1 : i64}> ({
    ^bb0(%a: tensor<f32>, %b: tensor<f32>):
      %1 = stablehlo.compare LT, %a, %b, TOTALORDER : (tensor<f32>, tensor<f32>) -> tensor<i1>
      stablehlo.return %1 : tensor<i1>
    }) : (tensor<4x10xf32>) -> tensor<4x10xf32>`,
    );
    // 40 elements, 4 steps for 10 of them.
    expect(sort.work!.operations.vector).toBe(160);
    const fft = await nodeOf(
      'fft',
      '%x: tensor<3x16xcomplex<f32>>',
      '%0 = stablehlo.fft %x, type = FFT, length = [16] : (tensor<3x16xcomplex<f32>>) -> tensor<3x16xcomplex<f32>>',
    );
    // 5 · 48 points · log2 of 16.
    expect(fft.work!.operations.vector).toBe(960);
    const real = await nodeOf(
      'fft',
      '%x: tensor<3x16xf32>',
      '%0 = stablehlo.fft %x, type = RFFT, length = [16] : (tensor<3x16xf32>) -> tensor<3x9xcomplex<f32>>',
    );
    // Half of that for real numbers.
    expect(real.work!.operations.vector).toBe(480);
    const solved = await nodeOf(
      'triangular_solve',
      '%a: tensor<6x6xf32>, %b: tensor<6x10xf32>',
      '%0 = "stablehlo.triangular_solve"(%a, %b) <{left_side = true, lower = true, transpose_a = #stablehlo<transpose NO_TRANSPOSE>, unit_diagonal = false}> : (tensor<6x6xf32>, tensor<6x10xf32>) -> tensor<6x10xf32>',
    );
    // 6 operations for each of 60 numbers on the right side.
    expect(solved.work!.operations.vector).toBe(360);
    const cholesky = await nodeOf(
      'cholesky',
      '%x: tensor<2x6x6xf32>',
      '%0 = stablehlo.cholesky %x, lower = true : tensor<2x6x6xf32>',
    );
    // 2 matrices of 216 ÷ 3.
    expect(cholesky.work!.operations.vector).toBe(144);
  });
});

describe('regions of StableHLO', () => {
  it('counts the dearest branch where nobody knows which is taken', async () => {
    const branch = (body: string): string => `{\n${body}\n stablehlo.return %r : tensor<64x64xf32>\n}`;
    const lines = `%0 = "stablehlo.case"(%i) (${branch('%r = stablehlo.add %x, %x : tensor<64x64xf32>')}, ${branch(
      '%r = stablehlo.dot_general %x, %x, contracting_dims = [1] x [0] : (tensor<64x64xf32>, tensor<64x64xf32>) -> tensor<64x64xf32>',
    )}) : (tensor<i32>) -> tensor<64x64xf32>`;
    const { nodes } = await inferred('%i: tensor<i32>, %x: tensor<64x64xf32>', lines);
    const repeats = nodes.slice(1).map(({ node, repeat }) => [node.operator, repeat]);
    expect(repeats).toEqual([
      ['add', 0],
      ['dot_general', 1],
    ]);
  });

  it('runs a loop as often as its counter tells, with limits that it carries', async () => {
    const lines = `%c = stablehlo.constant dense<0> : tensor<i32>
    %n = stablehlo.constant dense<12> : tensor<i32>
    %0:3 = stablehlo.while(%i = %c, %end = %n, %s = %x) : tensor<i32>, tensor<i32>, tensor<4x4xf32>
    cond {
      %1 = stablehlo.compare LT, %i, %end, SIGNED : (tensor<i32>, tensor<i32>) -> tensor<i1>
      stablehlo.return %1 : tensor<i1>
    } do {
      %two = stablehlo.constant dense<2> : tensor<i32>
      %1 = stablehlo.add %i, %two : tensor<i32>
      %2 = stablehlo.tanh %s : tensor<4x4xf32>
      stablehlo.return %1, %end, %2 : tensor<i32>, tensor<i32>, tensor<4x4xf32>
    }`;
    const { nodes } = await inferred('%x: tensor<4x4xf32>', lines);
    const repeats = nodes.slice(1).map(({ node, repeat }) => [node.operator, repeat]);
    // From 0 to 12 by 2: six runs, and the condition once more.
    expect(repeats).toEqual([
      ['compare', 7],
      ['add', 6],
      ['tanh', 6],
    ]);
  });
});
