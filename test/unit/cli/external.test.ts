import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { Report } from '../../../server/engine/report/types';
import { reportOf, temporaryFolder } from './commandLine';

const { path: folder } = temporaryFolder();

/** Reshape by a shape that lies in a file beside the model, then a product with [8,16]. */
const text = `<ir_version: 9, opset_import: ["" : 18]>
g (float[3, 32] x) => (float[] y)
<int64[3] s = ["location": "shapes.bin", "offset": "8", "length": "24"], float[8, 16] w = ["location": "w.bin"]>
{
  r = Reshape (x, s)
  y = MatMul (r, w)
}
`;

function report(): Promise<Report> {
  return reportOf(join(folder, 'm.onnxtxt'), '--chip', 'nvidia-t4');
}

it('reads a shape from the file that it lies in, and says what it lacks where it can not', async () => {
  writeFileSync(join(folder, 'm.onnxtxt'), text);
  const missing = await report();
  expect(missing.chips[0]!.total.operations?.value).toBeNull();
  const messages = missing.problems.map(({ code, message }) => [code, message]);
  expect(messages).toContainEqual([
    'external-data-missing-constant',
    'External data "shapes.bin" is not there. Costs don\'t need weights, but the constant "s" in it may decide shapes.',
  ]);
  expect(messages).toContainEqual(['external-data-missing', expect.stringContaining('w.bin') as string]);
  expect(missing.problems.find(({ code }) => code === 'inference.constant-unread')).toMatchObject({
    node: 0,
    severity: 'warning',
    message: expect.stringMatching(
      /Reshape needs the constant s, which is in the file shapes\.bin/,
    ) as string,
  });
  expect(missing.problems.map(({ code }) => code)).not.toContain('inference.dimension-unbound');

  writeFileSync(
    join(folder, 'shapes.bin'),
    `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 32\n`,
  );
  const pointer = (await report()).problems.map(({ code }) => code);
  expect(pointer).toEqual(expect.arrayContaining(['external-data-pointer', 'inference.constant-unread']));

  writeFileSync(join(folder, 'shapes.bin'), new Uint8Array(new BigInt64Array([9n, 3n, 4n, -1n]).buffer));
  const there = await report();
  // 12 rows of 8 by [8,16]: 2 x 12 x 8 x 16 = 3,072.
  expect(there.chips[0]!.total.operations?.value).toBe(3072);
  expect(there.model.outputs[0]?.shape).toEqual([3, 4, 16]);
  expect(there.problems.map(({ code }) => code)).not.toContain('inference.constant-unread');
});
