import { expect, it } from 'vitest';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { uninterrupted } from '../../../server/engine/scheduler';
import { externalFiles } from '../../../server/workspace/externalFiles';

it('a walk over 10,000 tensors gives way, and finds each file once with the most that is needed of it', async () => {
  const tensors = Array.from(
    { length: 10_000 },
    (_, i) => `float[2] w${i} = ["location": "${i % 3}.bin", "offset": "${i}", "length": "8"]`,
  );
  const text = `<ir_version: 10, opset_import: ["" : 18]>\ng (float[2] x) => (float[2] y)\n<${tensors.join(',\n')}>\n{ y = Add (x, w0) }\n`;
  const { value } = await parseOnnxText(text, uninterrupted);
  const steps = externalFiles(value!);
  let turns = 0;
  let step = steps.next();
  for (; !step.done; step = steps.next()) turns++;
  // At least once for every hundred.
  expect(turns).toBeGreaterThanOrEqual(100);
  // The last tensors that lie in each begin at 9,999, 9,997 and 9,998.
  expect(step.value).toEqual([
    { location: '0.bin', bytesNeeded: 10_007, constant: null },
    { location: '1.bin', bytesNeeded: 10_005, constant: null },
    { location: '2.bin', bytesNeeded: 10_006, constant: null },
  ]);
});
