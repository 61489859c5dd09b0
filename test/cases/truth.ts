import type { Report } from '../../server/engine/report/types';
import type { Case } from './desk';

const feedsFunction = `<ir_version: 10, opset_import: ["" : 18, "loc" : 1]>
g (float[4, 64] x) => (float[4, 64] y)
<float[64, 64] W = ["location": "w.bin"]>
{
  h = MatMul (x, W)
  y = loc.Lin (h, W)
}
<domain: "loc", opset_import: ["" : 18]>
Lin (x, w) => (y)
{
  y = MatMul (x, w)
}
`;

const unfinished = `<ir_version: 10, opset_import: ["" : 21]>
hand (float[batch, 3, 224, 224] x, float[64, 3, 7, 7] w) => (float[batch, 64, N, N] y)
{
  conv_out = Conv <strides = [2, 2], pads = [3, 3, 3, 3]> (x, w)
  y = Relu (conv_out)
  z = MaxPool <kernel_shape = [2, 2]> (yy)
}
`;

/** A chip that each runtime drives. */
const driven: readonly (readonly [runtime: string, chip: string])[] = [
  ['none', 'nvidia-t4'],
  ['onnxruntime-cpu', 'generic-x86-avx2-desktop'],
  ['onnxruntime-cuda', 'nvidia-t4'],
  ['tensorrt', 'nvidia-t4'],
  ['openvino', 'generic-x86-avx2-desktop'],
  ['xla', 'google-tpu-v5e'],
  ['coreml', 'apple-m4-ane'],
];

const several = [
  'nvidia-t4',
  'generic-x86-avx2-desktop',
  'google-tpu-v5e',
  'hailo-8',
  'intel-xeon-8480',
  'apple-m4-ane',
];

/** How the totals of an incomplete model read on several chips. */
function partial(report: Report): string {
  const totals = report.chips.map(({ id, total, memory }) => {
    const seconds = total.latencySeconds?.value ?? null;
    const isLeast = total.operations.isLowerBound && total.latencySeconds?.isLowerBound !== false;
    const sound = isLeast && seconds !== 0 && memory.fits !== true && total.throughput === null;
    return sound ? (seconds === null ? 'unknown' : 'at least') : `${id}: ${seconds} s, fits ${memory.fits}`;
  });
  return [...new Set(totals)].join('; ');
}

/** Totals that were silently wrong. */
export const truth: readonly Case[] = [
  ...driven.map(([runtime, chip]): Case => ({
    // Two products of [4,64] by [64,64]: 2 x 2 x 4 x 64 x 64 = 65,536 operations.
    name: `what feeds a function is not unused (${runtime})`,
    expected: '65536 operations, 0 eliminated',
    got(desk) {
      desk.write('m.onnxtxt', feedsFunction);
      const total = desk.report('m.onnxtxt', '--chip', chip, '--runtime', runtime).chips[0]?.total;
      return `${total?.operations.value} operations, ${total?.eliminatedOperations.value} eliminated`;
    },
  })),
  {
    name: 'a model cut off at byte 3,000',
    // The input stood behind the cut: its sizes are those that the weights ask for.
    expected: 'at least; byte 3000 once',
    got(desk) {
      desk.write('m.onnx', desk.fixture('tiny-conv.onnx').subarray(0, 3000));
      const words = several.flatMap((chip) => ['--chip', chip]);
      const report = desk.report('m.onnx', ...words);
      const places = report.problems.filter(({ message }) => /3,?000/.test(message));
      return `${partial(report)}; byte 3000 ${places.length === 1 ? 'once' : `${places.length} times`}`;
    },
  },
  {
    name: 'text whose last line is unfinished',
    expected: 'at least; line 7',
    got(desk) {
      desk.write('m.onnxtxt', unfinished);
      const words = several.flatMap((chip) => ['--chip', chip]);
      const report = desk.report('m.onnxtxt', ...words);
      const line = report.nodes.find(({ operator }) => operator === 'MaxPool')?.index;
      const told = report.problems.some(({ severity, node }) => severity === 'error' && node === line);
      return `${partial(report)}; ${told ? 'line 7' : 'no line'}`;
    },
  },
];
