import { refusal, type Case } from './desk';

const batched = `<ir_version: 10, opset_import: ["" : 18]>
g (float[batch_size, 64] x) => (float[batch_size, 32] y)
<float[64, 32] w = ["location": "w.bin"]>
{
  y = MatMul (x, w)
}
`;

/** Whether a refusal names what it should. */
function refuses(done: Parameters<typeof refusal>[0], ...words: readonly string[]): string {
  const said = refusal(done);
  if (!said.startsWith('refused: ')) return said;
  const missing = words.filter((word) => !said.includes(word));
  return missing.length === 0 ? `refused, naming ${words.join(', ')}` : said;
}

/** Bindings, phases and runtimes that do not fit the model or the chip. */
export const choices: readonly Case[] = [
  {
    name: 'a binding that the model does not have',
    expected: 'refused, naming height, batch_size',
    got(desk) {
      desk.write('m.onnxtxt', batched);
      return refuses(desk.cli('analyze', 'm.onnxtxt', '--bind', 'height=8'), 'height', 'batch_size');
    },
  },
  {
    name: 'the role of a size instead of its name',
    expected: 'y is [8, 32]',
    got(desk) {
      desk.write('m.onnxtxt', batched);
      const report = desk.report('m.onnxtxt', '--bind', 'batch=8');
      return `y is [${report.nodes[0]?.outputs[0]?.shape?.join(', ')}]`;
    },
  },
  {
    name: 'a size by its name and by its role, which contradict each other',
    expected: 'refused, naming batch_size',
    got(desk) {
      desk.write('m.onnxtxt', batched);
      const done = desk.cli('analyze', 'm.onnxtxt', '--bind', 'batch=2', '--bind', 'batch_size=3');
      return refuses(done, 'batch_size');
    },
  },
  {
    // Weights of 64 x 32 floats, as much for gradients, twice as much for Adam; x kept, the gradient of y.
    name: 'training: gradients and states of the optimizer are held too',
    expected: `fits true, ${4 * 64 * 32 * 4 + 64 * 4 + 32 * 4} bytes`,
    got(desk) {
      desk.write('m.onnxtxt', batched);
      const report = desk.report('m.onnxtxt', '--phase', 'training', '--chip', 'nvidia-h100-sxm');
      const { fits, highWaterBytes } = report.chips[0]!.memory;
      return `fits ${fits}, ${highWaterBytes} bytes`;
    },
  },
  ...[
    ['coreml', 'nvidia-h100-sxm'],
    ['tensorrt', 'intel-xeon-8480'],
    ['onnxruntime-cuda', 'amd-mi300x'],
    ['tflite-edgetpu', 'hailo-8'],
  ].map(([runtime = '', chip = '']): Case => ({
    name: `${runtime} on ${chip}`,
    expected: `refused, naming ${runtime}`,
    got(desk) {
      desk.write('m.onnxtxt', batched);
      return refuses(desk.cli('analyze', 'm.onnxtxt', '--chip', chip, '--runtime', runtime), runtime);
    },
  })),
];
