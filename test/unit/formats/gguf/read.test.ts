import { describe, expect, it } from 'vitest';
import { readModel, readerOf } from '../../../../server/engine/formats';
import { isGguf, readGguf } from '../../../../server/engine/formats/gguf/read';
import typeNames from '../../../../server/engine/formats/gguf/types.json';
import { printListing } from '../../../../server/engine/formats/onnxText/print';
import { parseOnnxText } from '../../../../server/engine/formats/onnxText/parse';
import type { ReadModel } from '../../../../server/engine/formats/room';
import { memorySource, type ByteSource } from '../../../../server/engine/graph/byteSource';
import { byteLength, dataTypes, type DataType } from '../../../../server/engine/graph/dataTypes';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { file, GgufWriter, tinyUnknown } from './bytes';

const w = new GgufWriter();

function read(bytes: Uint8Array | readonly number[]): Promise<ReadModel> {
  return readGguf(memorySource(Uint8Array.from(bytes)), uninterrupted);
}

function metadataOf({ value }: ReadModel): Record<string, string> {
  return Object.fromEntries(value!.origin.facts.metadata);
}

const codesOf = ({ problems }: ReadModel): string[] => problems.map(({ code }) => code);

describe('a whole file', () => {
  it('has its metadata, and types, shapes and places of its tensors', async () => {
    const bytes = tinyUnknown();
    const result = await read(bytes);
    const { value, problems } = result;
    expect(problems).toEqual([
      {
        severity: 'information',
        code: 'lower.unknown-architecture',
        args: { architecture: 'newllama' },
        node: null,
      },
    ]);
    expect(value).toMatchObject({
      origin: { format: 'gguf' },
      operatorSets: [],
      functions: [],
      isPartial: true,
    });
    expect(value!.graph).toMatchObject({ name: 'tiny', nodes: [], inputs: [], outputs: [] });
    // What is behind the head is the weights: 9,216 + 1,152 + 256 bytes.
    const start = bytes.length - (9216 + 1152 + 256);
    expect(value!.graph.initializers).toEqual([
      {
        name: 'token_embd.weight',
        dtype: 'q4_0',
        dims: [64, 256],
        data: { place: 'embedded', offset: start, length: 9216 },
      },
      {
        name: 'blk.0.attn_q.weight',
        dtype: 'q4_K',
        dims: [8, 256],
        data: { place: 'embedded', offset: start + 9216, length: 1152 },
      },
      {
        name: 'output_norm.weight',
        dtype: 'float',
        dims: [64],
        data: { place: 'embedded', offset: start + 9216 + 1152, length: 256 },
      },
    ]);
    expect(metadataOf(result)).toEqual({
      'GGUF.version': '3',
      'general.architecture': 'newllama',
      'general.name': 'tiny',
      'newllama.block_count': '1',
      'newllama.attention.layer_norm_rms_epsilon': '0.00001',
      'tokenizer.ggml.add_bos_token': 'true',
      'tokenizer.ggml.tokens': '[t0, t1, t2, t3, t4, t5, t6, t7, …] (300)',
    });
  });

  it('is read without its weights', async () => {
    const bytes = tinyUnknown();
    const inner = memorySource(bytes);
    const head = bytes.length - (9216 + 1152 + 256);
    const big = head + 1e12;
    let furthest = 0;
    // The file of which everything behind the head is there, and is not to be asked for.
    const source: ByteSource = {
      size: big,
      read: (offset, length) => {
        furthest = Math.max(furthest, offset);
        return inner.read(offset, Math.min(length, 65_536));
      },
    };
    const { value } = await readGguf(source, uninterrupted);
    expect(value!.graph.initializers).toHaveLength(3);
    expect(furthest).toBeLessThan(head);
  });

  it('has values of every type', async () => {
    const view = (length: number, set: (data: DataView) => void): number[] => {
      const data = new DataView(new ArrayBuffer(length));
      set(data);
      return [...new Uint8Array(data.buffer)];
    };
    const result = await read(
      w.head(
        [
          w.pair('u8', 0, [255]),
          w.pair('i8', 1, [255]),
          w.pair('u16', 2, [0xff, 0xff]),
          w.pair('i16', 3, [0xff, 0xff]),
          w.pair('u32', 4, w.u32(4294967295)),
          w.pair('i32', 5, w.u32(4294967295)),
          w.pair('f32', 6, w.f32(0.1)),
          w.pair('false', 7, [0]),
          w.string('string', 'a "b"'),
          w.pair('u64', 10, w.u64(2n ** 64n - 1n)),
          w.pair('i64', 11, w.u64(2n ** 64n - 1n)),
          w.pair(
            'f64',
            12,
            view(8, (data) => data.setFloat64(0, 0.1, true)),
          ),
          w.pair('numbers', 9, w.array(4, [w.u32(1), w.u32(2)])),
          w.pair('nine', 9, w.array(0, [[1], [2], [3], [4], [5], [6], [7], [8], [9]])),
          w.pair('nested', 9, w.array(9, [w.array(7, [[1]]), w.array(8, [])])),
          w.string('behind', 'all'),
        ],
        [],
      ),
    );
    expect(codesOf(result)).toEqual(['lower.no-architecture']);
    expect(metadataOf(result)).toEqual({
      'GGUF.version': '3',
      u8: '255',
      i8: '-1',
      u16: '65535',
      i16: '-1',
      u32: '4294967295',
      i32: '-1',
      f32: '0.1',
      false: 'false',
      string: 'a "b"',
      u64: '18446744073709551615',
      i64: '-1',
      f64: '0.1',
      numbers: '[1, 2]',
      nine: '[1, 2, 3, 4, 5, 6, 7, 8, …] (9)',
      nested: '[[true], []]',
      behind: 'all',
    });
  });

  it.each([
    ['version 2', new GgufWriter(), 2],
    ['a big-endian machine', new GgufWriter(false), 3],
  ])('may be of %s', async (_, writer, version) => {
    const head = writer.head(
      [writer.string('general.architecture', 'newllama'), writer.pair('n', 4, writer.u32(7))],
      [writer.tensor('w', [3, 2], 1, 0)],
      { version },
    );
    const result = await read(file(head, 12));
    expect(codesOf(result)).toEqual(['lower.unknown-architecture']);
    expect(metadataOf(result)).toMatchObject({ 'GGUF.version': String(version), n: '7' });
    const { dims, dtype } = result.value!.graph.initializers[0]!;
    expect([dtype, dims]).toEqual(['float16', [2, 3]]);
  });

  it('has its weights where its alignment says', async () => {
    const head = w.head([w.pair('general.alignment', 4, w.u32(256))], [w.tensor('w', [1], 0, 256)]);
    expect(head.length).toBeLessThan(256);
    const { value } = await read(file(head, 512, 256));
    expect(value!.graph.initializers[0]!.data).toEqual({ place: 'embedded', offset: 512, length: 4 });
  });

  it('knows a type for each code of ggml.h, with the code of it', async () => {
    for (const [code, type] of Object.entries(typeNames) as [string, DataType][]) {
      expect(dataTypes[type], type).toBeDefined();
      const head = w.head([], [w.tensor('w', [256, 3], Number(code), 0)]);
      const { value } = await read(file(head, byteLength(type, 768)!));
      expect(value!.graph.initializers[0], code).toMatchObject({ dtype: type, data: { place: 'embedded' } });
    }
  });
});

describe('a broken file', () => {
  it('gives what it holds before it breaks off, at every byte', async () => {
    const bytes = tinyUnknown();
    const head = bytes.length - (9216 + 1152 + 256);
    for (let length = 8; length < bytes.length; length += length < head ? 1 : 997) {
      const result = await read(bytes.subarray(0, length));
      expect(codesOf(result).slice(0, 1), String(length)).toEqual(['format.truncated']);
      expect(result.problems[0]).toMatchObject({ severity: 'error', offset: length, args: { size: length } });
      // Weights that are not all there have a size all the same.
      if (length >= head) expect(result.value!.graph.initializers).toHaveLength(3);
    }
    // The last byte of the last weight is missed too.
    expect(codesOf(await read(bytes.subarray(0, -1)))[0]).toBe('format.truncated');
    expect((await read(bytes.subarray(0, 7))).value).toBeNull();
  });

  it.each([
    ['version 1', w.head([], [], { version: 1 }), 'format.gguf-version', 4],
    ['version 4', w.head([], [], { version: 4 }), 'format.gguf-version', 4],
    ['version 0', w.head([], [], { version: 0 }), 'format.gguf-version', 4],
    // The header takes 24 bytes.
    ['2^63 pairs', w.head([], [], { pairCount: 2n ** 63n }), 'format.damaged', 16],
    ['2^53 - 1 tensors', w.head([], [], { tensorCount: 2n ** 53n - 1n }), 'format.truncated', 24],
    ['2^40 pairs', w.head([], [], { pairCount: 2n ** 40n }), 'format.truncated', 24],
    ['a key of 2^62 bytes', [...w.head([], [], { pairCount: 1 }), ...w.u64(2n ** 62n)], 'format.damaged', 24],
    ['a key of 1 GB', [...w.head([], [], { pairCount: 1 }), ...w.u64(1e9)], 'format.truncated', 32],
    // A key `k` takes 9 bytes, so its type is at 33.
    ['a value of type 13', w.head([w.pair('k', 13, [])], []), 'format.damaged', 33],
    [
      'an array of 2^50 strings',
      w.head([w.pair('k', 9, w.array(8, [], 2n ** 50n))], []),
      'format.truncated',
      24 + 9 + 4 + 12,
    ],
    [
      'an array of 2^53 - 1 numbers',
      w.head([w.pair('k', 9, w.array(12, [], 2n ** 53n - 1n))], []),
      'format.truncated',
      24 + 9 + 4 + 12,
    ],
    ['9 dimensions', w.head([], [w.tensor('w', [1, 1, 1, 1, 1, 1, 1, 1, 1], 0, 0)]), 'format.damaged', 24],
    ['2^80 elements', w.head([], [w.tensor('w', [2 ** 40, 2 ** 40], 0, 0)]), 'format.damaged', 24],
    ['half a block', w.head([], [w.tensor('w', [48, 2], 2, 0)]), 'format.damaged', 24],
    [
      'an offset of 2^60',
      w.head([], [w.tensor('w', [1], 0, 2n ** 60n)]),
      'format.damaged',
      24 + 9 + 4 + 8 + 4,
    ],
  ])('with %s says so at its place', async (_, bytes, code, offset) => {
    const result = await read(bytes);
    expect(result.problems[0]).toMatchObject({ severity: 'error', code, offset });
    if (code === 'format.gguf-version') expect(result.value).toBeNull();
    else expect(result.value).toMatchObject({ isPartial: true });
  });

  it('cuts texts that no reader would follow', async () => {
    const result = await read(w.head([w.string('k', 'x'.repeat(100_000)), w.string('behind', 'b')], []));
    expect(metadataOf(result)).toMatchObject({ k: `${'x'.repeat(65_536)}…`, behind: 'b' });
  });

  it('goes eight arrays deep', async () => {
    const nested = (depth: number): readonly number[] =>
      depth === 0 ? w.array(0, []) : w.array(9, [nested(depth - 1)]);
    expect(codesOf(await read(w.head([w.pair('k', 9, nested(7))], [])))).toEqual(['lower.no-architecture']);
    expect(codesOf(await read(w.head([w.pair('k', 9, nested(8))], [])))[0]).toBe('format.too-deep');
  });

  it('keeps a tensor of an unknown type, without bytes', async () => {
    const head = w.head([], [w.tensor('new', [32], 4, 0), w.tensor('w', [2], 0, 32)]);
    const result = await read(file(head, 40));
    expect(codesOf(result)).toEqual(['format.unknown-type', 'lower.no-architecture']);
    expect(result.problems[0]).toMatchObject({
      severity: 'warning',
      offset: 24,
      args: { tensor: 'new', type: 4 },
    });
    expect(result.value!.graph.initializers).toMatchObject([
      { name: 'new', dims: [32], data: { place: 'none' } },
      { name: 'w', dtype: 'float' },
    ]);
    expect(result.value!.graph.initializers[0]!.dtype).toBeUndefined();
  });

  it('is given up where there is no room for what it describes', async () => {
    const tensors = Array.from({ length: 1000 }, (_, i) => w.tensor(`t${i}`, [1], 0, 0));
    const source = memorySource(Uint8Array.from(w.head([], tensors)));
    const result = await readGguf(source, uninterrupted, (bytes) => bytes < 300_000);
    expect(result.value).toBeNull();
    expect(codesOf(result)).toEqual(['format.no-room']);
    const whole = await readGguf(source, uninterrupted);
    // Each takes some memory that is asked for.
    expect(whole.bytes).toBeGreaterThan(1000 * 500);
  });
});

describe('the list of readers', () => {
  it('knows GGUF by its first bytes, and by its name where those say nothing', async () => {
    expect(isGguf(Uint8Array.from([0x47, 0x47, 0x55, 0x46]))).toBe(true);
    expect(isGguf(Uint8Array.from([0x47, 0x47, 0x55]))).toBe(false);
    expect(readerOf(tinyUnknown(), 'model.onnx').id).toBe('gguf');
    expect(readerOf(Uint8Array.from([1, 2, 3, 4]), 'Model.GGUF').id).toBe('gguf');
    const { value } = await readModel(memorySource(tinyUnknown()), 'model.bin', uninterrupted);
    expect(value!.origin.format).toBe('gguf');
  });

  it('says of a file that only has the name where it stops to be one', async () => {
    const { value, problems } = await readModel(
      memorySource(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8])),
      'm.gguf',
      uninterrupted,
    );
    expect(value).toBeNull();
    expect(problems).toMatchObject([{ severity: 'error', code: 'format.damaged', offset: 0 }]);
  });
});

describe('its listing', () => {
  it('shows metadata, types, shapes and bytes, and reads back as text', async () => {
    const { value } = await read(tinyUnknown());
    const { text } = printListing(value!, { fileName: 'tiny.gguf', fileSize: 1, remarks: ['A remark.'] });
    const lines = text.split('\n');
    expect(lines[0]).toBe('# tiny.gguf: 1 bytes, 0 nodes, 3 initializers (10,624 bytes)');
    expect(lines[1]).toBe('# A remark.');
    expect(text).toContain('    "general.architecture": "newllama",\n');
    expect(text).toMatch(/q4_0\[64, 256\] "token_embd\.weight" = .*"length": "9216"/);
    const back = await parseOnnxText(text, uninterrupted);
    expect(back.problems).toEqual([]);
    expect(back.value!.origin.facts.metadata).toEqual(value!.origin.facts.metadata);
    expect(back.value!.graph.initializers.map(({ dtype, dims }) => [dtype, dims])).toEqual([
      ['q4_0', [64, 256]],
      ['q4_K', [8, 256]],
      ['float', [64]],
    ]);
  });

  it('says at least where a type is unknown', async () => {
    const head = w.head([], [w.tensor('new', [32], 4, 0), w.tensor('w', [2], 0, 32)]);
    const { value } = await read(file(head, 40));
    const { text } = printListing(value!, { fileName: 'm.gguf' });
    expect(text).toContain('2 initializers (at least 8 bytes)');
    expect(text).toContain('# new: unknown type, [32]');
  });
});
