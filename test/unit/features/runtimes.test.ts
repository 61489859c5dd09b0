import { describe, expect, it } from 'vitest';
import { codeLenses } from '../../../server/features/codeLens';
import { choices } from '../../../server/features/choices';
import { analysed, float, modelOf, node } from './analysed';
import { argOf } from '../../../server/engine/problem';

const model = modelOf({
  inputs: [float('x', 1, 8)],
  outputs: [float('y', 1, 8)],
  nodes: [node('Relu', ['x'], ['y'])],
});
const chips = ['nvidia-t4', 'intel-xeon-8480'];

describe('runtimes in the editor', () => {
  it('that drive no chosen chip are not offered, and others say which they cannot drive', async () => {
    const { analysis } = await analysed(model, { chips });
    const { runtimes, defaultRuntimes } = choices(analysis, { systems: [], mappings: [] }, 'm.onnx', 'en');
    expect(runtimes.map(({ id, refused }) => [id, refused.length])).toEqual([
      ...[['onnxruntime-cpu', 1] as const, ['onnxruntime-cuda', 1] as const, ['tensorrt', 1] as const],
      ...[['pytorch-eager', 0] as const, ['torch-compile', 0] as const],
      ...[['openvino', 1] as const, ['xla', 0] as const, ['tflite', 1] as const, ['ncnn', 0] as const],
      ...[['llama.cpp-cpu', 1] as const, ['llama.cpp-cuda', 1] as const],
      ...[['compiler', 0] as const, ['none', 0] as const],
    ]);
    expect(defaultRuntimes.map(({ runtime }) => runtime)).toEqual(['TensorRT', 'ONNX Runtime, CPU']);
  });

  it('in force stay in the list, whatever they drive', async () => {
    const { analysis } = await analysed(model, { chips, runtime: 'coreml' });
    const { runtimes } = choices(analysis, { systems: [], mappings: [] }, 'm.onnx', 'en');
    expect(runtimes.find(({ id }) => id === 'coreml')?.refused).toHaveLength(2);
  });

  it('that cannot drive a chip are a problem of the model, and the lens names the one in use', async () => {
    const { analysis } = await analysed(model, { chips, runtime: 'tensorrt' });
    const found = analysis.problems.filter(({ code }) => code === 'runtime-not-of-chip');
    expect(found.map((one) => [one.severity, argOf(one, 'used')])).toEqual([
      ['warning', 'ONNX Runtime, CPU'],
    ]);
    const tooltips = codeLenses(analysis, 'en').map(({ command }) => command?.tooltip ?? '');
    expect(tooltips[0]).toMatch(/TensorRT$/);
    expect(tooltips[1]).toMatch(/ONNX Runtime, CPU \(default\)$/);
  });
});
