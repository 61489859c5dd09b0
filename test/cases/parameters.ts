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

/** A regressor of one full tree, written as converters do: 10,000 branches first, then 10,001 leaves. */
function tree(): string {
  const branches = 10_000;
  const nodes = 2 * branches + 1;
  const list = (count: number, value: (at: number) => string): string =>
    `[${Array.from({ length: count }, (_, at) => value(at)).join(', ')}]`;
  const child = (side: number) => (at: number) => (at < branches ? String(2 * at + side) : '0');
  const attributes = [
    'n_targets = 1',
    ...['nodes_treeids', 'nodes_featureids'].map((name) => `${name} = ${list(nodes, () => '0')}`),
    `nodes_nodeids = ${list(nodes, String)}`,
    `nodes_values = ${list(nodes, () => '0.5')}`,
    `nodes_modes = ${list(nodes, (at) => (at < branches ? '"BRANCH_LEQ"' : '"LEAF"'))}`,
    `nodes_truenodeids = ${list(nodes, child(1))}, nodes_falsenodeids = ${list(nodes, child(2))}`,
    ...['target_treeids', 'target_ids'].map((name) => `${name} = ${list(branches + 1, () => '0')}`),
    `target_nodeids = ${list(branches + 1, (at) => String(branches + at))}`,
    `target_weights = ${list(branches + 1, () => '0.5')}`,
  ];
  return `<ir_version: 8, opset_import: ["" : 18, "ai.onnx.ml" : 3]>
g (float[1, 6] x) => (float[1, 1] y)
{
  y = ai.onnx.ml.TreeEnsembleRegressor <${attributes.join(', ')}> (x)
}
`;
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
  {
    // 10,000 thresholds and 10,001 leaf weights; 24 bytes for each of 20,001 nodes, 16 for each weight.
    name: 'a tree of 20,001 nodes',
    expected: '20001 parameters, 640040 B, 640040 B on the chip',
    got: (desk) => {
      desk.write('m.onnxtxt', tree());
      const { model, chips } = desk.report('m.onnxtxt', '--chip', 'arm-cortex-m7');
      const there = chips[0]!.memory.weightsBytes;
      return `${model.parameters} parameters, ${model.weightBytes} B, ${there} B on the chip`;
    },
  },
];
