import type { Case, Desk } from './desk';

/** A graph whose tensors lie in a file that is not there. */
function written(inputs: string, output: string, stored: readonly string[], node: string): string {
  const tensors = stored.map((one) => `${one} = ["location": "w.bin"]`).join(', ');
  return `<ir_version: 10, opset_import: ["" : 21, "com.microsoft" : 1]>
g (${inputs}) => (${output})
<${tensors}>
{
  ${node}
}
`;
}

function counts(desk: Desk, text: string): string {
  desk.write('m.onnxtxt', text);
  const { parameters, quantizationParameters } = desk.report('m.onnxtxt').model;
  return `${parameters} parameters, ${quantizationParameters} scales and zero points`;
}

/** How much a model stores. */
export const parameters: readonly Case[] = [
  {
    // K 256 x N 128; 8 blocks of 32 for each of 128 columns.
    name: 'weights of 4 bits in bytes',
    expected: '32768 parameters, 1024 scales and zero points',
    got: (desk) =>
      counts(
        desk,
        written(
          'float[1, 7, 256] x',
          'float[1, 7, 128] y',
          ['uint8[128, 8, 16] B', 'float[1024] S'],
          'y = com.microsoft.MatMulNBits <K = 256, N = 128, bits = 4, block_size = 32> (x, B, S)',
        ),
      ),
  },
  {
    // 8 experts x (64 x 128 + 128 x 64); 8 x 128 + 8 x 64 scales.
    name: 'experts of 4 bits in bytes',
    expected: '131072 parameters, 1536 scales and zero points',
    got: (desk) =>
      counts(
        desk,
        written(
          'float[10, 64] x, float[10, 8] r',
          'float[10, 64] y',
          ['uint8[8, 128, 32] a', 'float[8, 128] s', 'uint8[8, 64, 64] b', 'float[8, 64] t'],
          'y = com.microsoft.QMoE <activation_type = "silu", expert_weight_bits = 4, k = 2> (x, r, a, s, , b, t)',
        ),
      ),
  },
  {
    // 32 x 16 weights and 32 biases; six scalars.
    name: 'the bias of a quantised convolution',
    expected: '544 parameters, 6 scales and zero points',
    got: (desk) =>
      counts(
        desk,
        written(
          'uint8[1, 16, 8, 8] x',
          'uint8[1, 32, 8, 8] y',
          [
            'float xs',
            'uint8 xz',
            'int8[32, 16, 1, 1] w',
            'float ws',
            'int8 wz',
            'float ys',
            'uint8 yz',
            'int32[32] b',
          ],
          'y = QLinearConv (x, xs, xz, w, ws, wz, ys, yz, b)',
        ),
      ),
  },
];
