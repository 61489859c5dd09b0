import { expect, it } from 'vitest';
import {
  externalConstants,
  readConstants,
  takeConstants,
} from '../../../server/engine/formats/externalConstants';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { printListing } from '../../../server/engine/formats/onnxText/print';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Model } from '../../../server/engine/graph/model';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';

async function modelWith(...tensors: string[]): Promise<Model> {
  const text = `<ir_version: 9, opset_import: ["" : 18]>\ng (float[2] x) => (float[2] y)\n<${tensors.join(', ')}>\n{ y = Relu (x) }\n`;
  const { value, problems } = await parseOnnxText(text, uninterrupted);
  expect(problems).toEqual([]);
  return value!;
}

/** Elements of a model's initializers once the file `f` was read, which all of them lie in. */
async function elements(bytes: Uint8Array, ...tensors: string[]): Promise<unknown[]> {
  const model = await modelWith(...tensors);
  for (const list of runThrough(externalConstants(model, all)).values())
    await readConstants(list, memorySource(bytes));
  return model.graph.initializers.map((tensor) => tensor.elements);
}

const all = { files: 500 };

const at = (offset: number | string, length?: number | string): string =>
  `["location": "f", "offset": "${offset}"${length === undefined ? '' : `, "length": "${length}"`}]`;

it('reads integers, truths and floats where they lie', async () => {
  const bytes = new Uint8Array(64);
  const view = new DataView(bytes.buffer);
  [3n, -1n].forEach((element, i) => view.setBigInt64(8 + 8 * i, element, true));
  view.setFloat32(24, 1.5, true);
  view.setUint8(28, 1);
  view.setInt32(60, -7, true);
  const read = await elements(
    bytes,
    `int32 last = ${at(60, 4)}`,
    `int64[2] shape = ${at(8, 16)}`,
    `float[1] scale = ${at(24)}`,
    `bool flag = ${at(28, 1)}`,
    `int64[0] none = ${at(64, 0)}`,
  );
  expect(read).toEqual([[-7], [3, -1], [1.5], [1], []]);
});

it('reads none that does not lie inside the file as its type and shape say', async () => {
  const none = await elements(
    new Uint8Array(32),
    `int64[2] beyond = ${at(24, 16)}`,
    `int64[2] long = ${at(0, 32)}`,
    `int64[2] short = ${at(0, 8)}`,
    `int64[2] huge = ${at('9999999999999999999', 16)}`,
    `int64[1025] many = ${at(0)}`,
    `string[1] words = ${at(0)}`,
  );
  expect(none).toEqual(Array.from({ length: 6 }, () => undefined));
});

it('takes a Git LFS pointer for no data', async () => {
  // https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
  const pointer = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 16\n`;
  expect(await elements(new TextEncoder().encode(pointer), `int64[2] shape = ${at(0, 16)}`)).toEqual([
    undefined,
  ]);
});

it('keeps as many as there is room for, integers first, and looks at as many files as it may', async () => {
  // 1,024 tensors of 1,024 elements are 2^20, which is all; the integers written last are among them.
  const many = Array.from({ length: 1030 }, (_, i) => `float[1024] w${i} = ["location": "f"]`);
  const model = await modelWith(...many, 'int64[2] shape = ["location": "f"]');
  const kept = runThrough(externalConstants(model, all)).get('f')!;
  expect(kept.map(({ name }) => name)).toContain('shape');
  expect(kept).toHaveLength(1 + 1023);
  const scattered = Array.from({ length: 600 }, (_, i) => `int64[2] s${i} = ["location": "f${i}"]`);
  expect(runThrough(externalConstants(await modelWith(...scattered), all)).size).toBe(500);
  const few = runThrough(externalConstants(model, { files: 1, onlyCounting: true })).get('f')!;
  expect(few.map(({ name }) => name)).toEqual(['shape']);
});

it('changes nothing in the listing, which is of the model file alone', async () => {
  const model = await modelWith(`int64[2] shape = ${at(0, 16)}`);
  const print = (): string => printListing(model, { fileName: 'm', fileSize: 1, remarks: [] }).text;
  const before = print();
  for (const list of runThrough(externalConstants(model, all)).values())
    await readConstants(list, memorySource(new Uint8Array(16)));
  expect(model.graph.initializers[0]?.elements).toEqual([0, 0]);
  expect(print()).toBe(before);
});

it('takes over what was read of the same places, and nothing where a place is new', async () => {
  const before = await modelWith(`int64[2] shape = ${at(0, 16)}`, `int64[1] other = ${at(16, 8)}`);
  const read = runThrough(externalConstants(before, all)).get('f')!;
  await readConstants(read, memorySource(new Uint8Array(new BigInt64Array([3n, 4n, 5n]).buffer)));
  const after = (await modelWith(`int64[1] renamed = ${at(16, 8)}`)).graph.initializers;
  expect(takeConstants(after, read)).toBe(true);
  expect(after[0]?.elements).toEqual([5]);
  const moved = (await modelWith(`int64[1] other = ${at(8, 8)}`)).graph.initializers;
  expect(takeConstants(moved, read)).toBe(false);
  expect(moved[0]?.elements).toBeUndefined();
});
