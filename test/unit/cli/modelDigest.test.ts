import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { ModelDigest } from '../../../server/cli/modelDigest';
import { openModel } from '../../../server/cli/openModel';
import { boundless } from '../../../server/engine/formats/room';
import { bytes, int, modelOf, part, text } from '../formats/wire';
import { temporaryFolder } from './commandLine';

const folder = temporaryFolder();
const other = temporaryFolder();

/** x + w, of 1.2 MB of numbers: a reader passes over them. */
function adds(middle: number, width: number, name = 'w'): Uint8Array {
  const type = part(2, part(1, int(1, 1), part(2, part(1, int(1, width)))));
  const raw = bytes(9, new Uint8Array(4 * width).fill(middle, 2 * width, 2 * width + 1));
  return modelOf([
    part(1, text(1, 'x'), text(1, name), text(2, 'y'), text(4, 'Add')),
    part(5, int(1, width), int(2, 1), text(8, name), raw),
    part(11, text(1, 'x'), type),
    part(12, text(1, 'y'), type),
  ]);
}

async function digestOf(path: string): Promise<string> {
  const files = new ModelDigest();
  await openModel(path, 'en', boundless, files);
  return files.end();
}

it('stands for what is read of a model, wherever it lies', async () => {
  const first = await digestOf(folder.write('m.onnx', adds(1, 300_000)));
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await digestOf(other.write('m.onnx', adds(1, 300_000)))).toBe(first);
  // Another number in the middle of the weights, which is not read.
  expect(await digestOf(folder.write('m.onnx', adds(2, 300_000)))).toBe(first);
});

it('differs for another graph, another size and another name', async () => {
  const files: readonly (readonly [string, Uint8Array])[] = [
    ['m.onnx', adds(1, 300_000)],
    ['m.onnx', adds(1, 300_001)],
    ['m.onnx', adds(1, 300_000, 'v')],
    ['n.onnx', adds(1, 300_000)],
  ];
  const digests = new Set<string>();
  for (const [name, content] of files) digests.add(await digestOf(folder.write(name, content)));
  expect(digests.size).toBe(files.length);
});

it('differs for weights of another length, although none of them is read', async () => {
  const text = `<ir_version: 9, opset_import: ["" : 18]>
g (float[2000] x) => (float[2000] y)
<float[2000] w = ["location": "w.bin"]>
{
  y = Add (x, w)
}
`;
  const model = folder.write('external.onnxtxt', text);
  const weights = (bytes: number, fill: number): string =>
    folder.write('w.bin', new Uint8Array(bytes).fill(fill));
  weights(8000, 1);
  const first = await digestOf(model);
  weights(8000, 2);
  expect(await digestOf(model)).toBe(first);
  const files = new ModelDigest(true);
  await openModel(model, 'en', boundless, files);
  // Workers that are sent the model see a file of this length.
  expect(files.files(`${pathToFileURL(folder.path).href}/`)).toContainEqual({
    way: 'w.bin',
    size: 8000,
    pieces: [],
  });
  weights(16_000, 1);
  expect(await digestOf(model)).not.toBe(first);
});
