import { describe, expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { infer } from '../../../server/engine/inference/infer';
import { profileById } from '../../../server/engine/kernels/profile';
import { nodeSupport } from '../../../server/engine/kernels/support/support';
import { uninterrupted } from '../../../server/engine/scheduler';

/** Why a runtime does not run the last node of a graph; null where it does. */
async function refusalOf(runtime: string, graph: string): Promise<string | null> {
  const text = `<ir_version: 8, opset_import: ["" : 18, "tflite" : 1]>\ng ${graph}`;
  const { value } = await parseOnnxText(text, uninterrupted);
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  const inference = await infer(value!, workload, {}, uninterrupted);
  const refusal = nodeSupport(profileById(runtime)!, inference)(inference.nodes.at(-1)!);
  return refusal && `${refusal.code} ${refusal.what}`.trim();
}

const conv = (attributes: string, weights = '8, 4, 3, 3', input = '1, 4, 32, 32'): string =>
  `(float[${input}] x) => (y) <float[${weights}] w = ["location": "w.bin"]> { y = Conv <${attributes}> (x, w) }`;
const pool = (attributes: string): string =>
  `(float[1, 4, 32, 32] x) => (y) { y = MaxPool <${attributes}> (x) }`;
const unary = (operator: string, type = 'float[1, 4, 8, 8]'): string =>
  `(${type} x) => (y) { y = ${operator} (x) }`;

/** UG1414 1.4.1, "Currently Supported Operators", DPUCVDX8G_ISA1_C32B3, and pyxir's DPUCVDX8G/op_support.py. */
describe('the DPU of the VCK190', () => {
  it.each([
    // conv2d: kernel w, h in [1, 16], w * h <= 64; strides in [1, 8].
    [conv('kernel_shape = [8, 8]', '8, 4, 8, 8'), null],
    [conv('kernel_shape = [9, 8]', '8, 4, 9, 8'), 'attribute kernel_shape'],
    [conv('kernel_shape = [1, 17]', '8, 4, 1, 17'), 'attribute kernel_shape'],
    [conv('strides = [8, 8]'), null],
    [conv('strides = [9, 8]'), 'attribute strides'],
    // depthwise-conv2d: kernel w, h in [1, 256]; groups of more than one channel are none.
    [conv('group = 4, kernel_shape = [16, 16]', '4, 1, 16, 16'), null],
    [conv('group = 2', '8, 2, 3, 3'), 'attribute group'],
    // output_channel <= 256 * channel_parallel, which is 16.
    [conv('pads = [1, 1, 1, 1]', '4096, 4, 3, 3'), null],
    [conv('pads = [1, 1, 1, 1]', '4097, 4, 3, 3'), 'size Y'],
    // dilation * input_channel <= 256 * 16.
    [conv('dilations = [2, 2]', '8, 2048, 3, 3', '1, 2048, 32, 32'), null],
    [conv('dilations = [2, 2]', '8, 2049, 3, 3', '1, 2049, 32, 32'), 'size X'],
    // pyxir: max_pool_min_kernel 2, max_pool_max_kernel 8, max_pool_max_stride 4.
    [pool('kernel_shape = [8, 8], strides = [4, 4]'), null],
    [pool('kernel_shape = [9, 8]'), 'attribute kernel_shape'],
    [pool('kernel_shape = [3, 3], strides = [5, 5]'), 'attribute strides'],
    [unary('LeakyRelu <alpha = 0.1>'), null],
    [unary('LeakyRelu <alpha = 0.2>'), 'attribute alpha'],
    [unary('Softmax'), 'operator'],
  ])('%s: %s', async (graph, expected) => {
    expect(await refusalOf('vitis-ai', graph)).toBe(expected);
  });
});

/** tensorflow/lite/tools/versioning/gpu_compatibility.cc. */
describe('the GPU delegate of TensorFlow Lite', () => {
  const gather = (data: string, index: string): string =>
    `(${data} x, ${index} i) => (y) { y = Gather <axis = 0> (x, i) }`;
  const slice = (type: string): string =>
    `(${type} x) => (y) <int64[1] a = {0}, int64[1] b = {1}> { y = Slice (x, a, b) }`;
  const cast = (from: string, to: number): string => `(${from}[4] x) => (y) { y = Cast <to = ${to}> (x) }`;
  it.each([
    // "Only support 1D indices", "Does not accept INT32 input."
    [gather('float[8, 4]', 'int64[3]'), null],
    [gather('float[8, 4]', 'int64'), 'rank indices'],
    [gather('int32[8, 4]', 'int64[3]'), 'type-not data'],
    // "SLICE supports for 3 or 4 dimensional tensors only"
    [slice('float[2, 3, 4]'), null],
    [slice('float[2, 3]'), 'rank data'],
    [slice('float[2, 3, 4, 5, 6]'), 'rank data'],
    // Cast: bool to float, float to bool, float32 and int32 to each other (types 1 float, 6 int32, 7 int64, 9 bool, 10 float16).
    [cast('bool', 1), null],
    [cast('bool', 6), 'type output'],
    [cast('int32', 1), null],
    [cast('float', 9), null],
    [cast('float', 7), 'type output'],
    [cast('int64', 1), 'type input'],
    [unary('IsNaN'), 'operator'],
    [unary('tflite.GELU'), null],
    [unary('tflite.SOFTMAX <beta = 1.0>'), null],
    [unary('tflite.SOFTMAX <beta = 2.0>'), 'attribute beta'],
    [unary('tflite.SQUEEZE'), 'operator'],
    // "depth_multiplier != 1 && input.c != 1"
    [unary('tflite.DEPTHWISE_CONV_2D <depth_multiplier = 2>'), 'attribute depth_multiplier'],
    [unary('tflite.DEPTHWISE_CONV_2D <depth_multiplier = 2>', 'float[1, 8, 8, 1]'), null],
  ])('%s: %s', async (graph, expected) => {
    expect(await refusalOf('tflite-gpu', graph)).toBe(expected);
  });
});

/** Vela 5.2.0, SUPPORTED_OPS.md, "Ethos-U85 Specific Operator Constraints". */
describe('Ethos-U85', () => {
  const int8 = 'int8[1, 8, 8, 4]';
  const taken = (axis: number): string =>
    `(${int8} x, int32[2] i) => (y) { y = tflite.GATHER <axis = ${axis}, batch_dims = 0> (x, i) }`;
  it.each([
    ['tflite-ethos-u85', unary('tflite.CAST', int8), null],
    ['tflite-ethos-u', unary('tflite.CAST', int8), 'operator'],
    // "IFM and OFM datatypes must match, and must be Int8" or, of GELU, UInt8
    ['tflite-ethos-u85', unary('tflite.ELU', 'int16[1, 8, 8, 4]'), 'type inputs[0]'],
    ['tflite-ethos-u85', unary('tflite.GELU', 'uint8[1, 8, 8, 4]'), null],
    // "axis must be equal to batch_dims"
    ['tflite-ethos-u85', taken(0), null],
    ['tflite-ethos-u85', taken(1), 'attribute axis'],
    // "Kernel width and height must be less than or equal to 8" unless padding is VALID
    [
      'tflite-ethos-u85',
      unary('tflite.AVERAGE_POOL_2D <filter_width = 9, filter_height = 1, padding = "SAME">', int8),
      'attribute filter_width',
    ],
    [
      'tflite-ethos-u85',
      unary('tflite.AVERAGE_POOL_2D <filter_width = 9, filter_height = 1, padding = "VALID">', int8),
      null,
    ],
    ['tflite-ethos-u85', unary('tflite.RELU', 'float[1, 8]'), 'type-not inputs[0]'],
  ])('%s: %s', async (runtime, graph, expected) => {
    expect(await refusalOf(runtime, graph)).toBe(expected);
  });
});
