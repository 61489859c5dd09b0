import { describe, expect, it } from 'vitest';
import { readerOf } from '../../../../server/engine/formats';
import { printListing } from '../../../../server/engine/formats/onnxText/print';
import { parseOnnxText } from '../../../../server/engine/formats/onnxText/parse';
import type { ReadModel } from '../../../../server/engine/formats/room';
import { readTflite } from '../../../../server/engine/formats/tflite/read';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import type { Graph } from '../../../../server/engine/graph/model';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { floats, i32, i8, ints, longs, table, tables, u32, u64, u8, type Value } from '../flatbuffer';
import {
  buffer,
  codes,
  model,
  opcode,
  operator,
  optionKinds,
  options,
  subgraph,
  tensor,
  tinyConvolution,
} from './bytes';

function read(bytes: Uint8Array, room?: (bytes: number) => boolean): Promise<ReadModel> {
  return readTflite(memorySource(bytes), uninterrupted, room);
}

const codesOf = ({ problems }: ReadModel): string[] => problems.map(({ code }) => code);

/** A file of one subgraph with these tensors. */
function withTensors(
  tensors: readonly ReturnType<typeof tensor>[],
  buffers?: readonly ReturnType<typeof table>[],
  more?: Readonly<Record<number, Value>>,
): Uint8Array {
  return model([], [subgraph('g', tensors, [], [], [])], buffers, more);
}

describe('a whole file', () => {
  it('has its tensors, operators and options by the names of the schema', async () => {
    const { value, problems } = await read(tinyConvolution());
    expect(problems).toEqual([]);
    expect(value).toMatchObject({
      origin: { format: 'tflite' },
      operatorSets: [{ domain: 'tflite', version: 3 }],
    });
    expect(value).not.toHaveProperty('isPartial');
    const { graph } = value!;
    expect(graph.inputs).toEqual([
      { name: 'image', type: { kind: 'tensor', dtype: 'int8', shape: [1, 4, 4, 2] } },
    ]);
    expect(graph.outputs).toEqual([
      { name: 'net/conv/Relu6', type: { kind: 'tensor', dtype: 'int8', shape: [1, 2, 2, 3] } },
    ]);
    expect(graph.nodes).toEqual([
      {
        name: 'net/conv/Relu6',
        operator: 'CONV_2D',
        domain: 'tflite',
        overload: '',
        inputs: ['image', 'w', 'b'],
        outputs: ['net/conv/Relu6'],
        // Left out of the file: SAME is 0, dilations are 1.
        attributes: [
          { name: 'padding', kind: 'string', value: 'SAME' },
          { name: 'stride_w', kind: 'int', value: 2 },
          { name: 'stride_h', kind: 'int', value: 2 },
          { name: 'fused_activation_function', kind: 'string', value: 'RELU6' },
          { name: 'dilation_w_factor', kind: 'int', value: 1 },
          { name: 'dilation_h_factor', kind: 'int', value: 1 },
        ],
        metadata: [['version', '3']],
      },
    ]);
    const [weights, bias] = graph.initializers;
    expect(weights).toMatchObject({
      name: 'w',
      dtype: 'int8',
      dims: [3, 1, 1, 2],
      elements: [1, 2, 3, 4, 5, -1],
    });
    // Little-endian singles: 0.5, 0.25, 0.125.
    expect(weights!.metadata).toEqual([
      ['scale', '[0.5, 0.25, 0.125] (3)'],
      ['zero_point', '0 (3)'],
      ['quantized_dimension', '0'],
    ]);
    expect(bias).toMatchObject({ dtype: 'int32', dims: [3], elements: [7, -2, 0] });
  });

  it('has the place of weights', async () => {
    const bytes = tinyConvolution();
    const { value } = await read(bytes);
    const { data } = value!.graph.initializers[0]!;
    expect(data).toMatchObject({ place: 'embedded', length: 6 });
    const { offset } = data as { offset: number };
    expect([...bytes.subarray(offset, offset + 6)]).toEqual([1, 2, 3, 4, 5, 255]);
  });

  it('is listed in the syntax of ONNX, which reads back', async () => {
    const { value } = await read(tinyConvolution());
    const { text } = printListing(value!, { fileName: 'm.tflite' });
    expect(text).toContain('tflite.CONV_2D <padding = "SAME", stride_w = 2');
    const again = await parseOnnxText(text, uninterrupted);
    expect(again.problems).toEqual([]);
    expect(again.value!.graph.nodes[0]).toMatchObject({ operator: 'CONV_2D', domain: 'tflite' });
  });

  it('is known by its first bytes, whatever its name', () => {
    expect(readerOf(tinyConvolution(), 'm.onnx').id).toBe('tflite');
    expect(readerOf(Uint8Array.from([1, 2, 3, 4, 5, 6, 7, 8]), 'M.TFLITE').id).toBe('tflite');
  });

  it('that is a pointer of Git LFS or nothing at all is told as such', () => {
    const pointer = new TextEncoder().encode('version https://git-lfs.github.com/spec/v1\noid sha256:00\n');
    expect(readerOf(pointer, 'm.tflite').id).toBe('onnx');
    expect(readerOf(new Uint8Array(0), 'm.tflite').id).toBe('onnx');
  });
});

describe('tensors', () => {
  it('have open sizes where the signature has -1', async () => {
    const { value } = await read(
      model([], [subgraph('g', [tensor('x', [1, 8], 0, 0, { 7: ints(-1, 8) })], [0], [], [])]),
    );
    const type = value!.graph.inputs[0]!.type as { shape: readonly unknown[] };
    expect(type.shape[0]).toMatchObject({ key: '?' });
    expect(type.shape[1]).toBe(8);
  });

  it('have no rank where the file gives no shape and does not say that they are scalars', async () => {
    const unknown = tensor('x', []);
    const scalar = tensor('y', [], 0, 0, { 8: u8(1) });
    const { value } = await read(withTensors([unknown, scalar]));
    expect(value!.graph.valueInfo).toEqual([
      { name: 'x', type: { kind: 'tensor', dtype: 'float' } },
      { name: 'y', type: { kind: 'tensor', dtype: 'float', shape: [] } },
    ]);
  });

  it('have names of their own', async () => {
    const { value } = await read(withTensors([tensor('a', [1]), tensor('a', [1]), tensor('', [1])]));
    expect(value!.graph.valueInfo.map(({ name }) => name)).toEqual(['a', 'a_t1', 't2']);
  });

  it('that keep a state are stored without data', async () => {
    const { value } = await read(withTensors([tensor('state', [1, 16], 0, 0, { 5: u8(1) })]));
    expect(value!.graph.initializers).toEqual([
      { name: 'state', dtype: 'float', dims: [1, 16], data: { place: 'none' }, metadata: [] },
    ]);
  });

  it('lie behind the tables in files of more than 2 GB', async () => {
    const far = table({ 1: u64(64), 2: u64(12) });
    const bytes = withTensors([tensor('w', [3], 0, 1)], [table({}), far]);
    const { value, problems } = await read(bytes);
    expect(problems).toEqual([]);
    expect(value!.graph.initializers[0]!.data).toEqual({ place: 'embedded', offset: 64, length: 12 });
  });

  it('lie in other files where an external buffer says so', async () => {
    const more = {
      8: tables(table({ 0: 'weights.bin' })),
      9: tables(table({ 0: u32(7), 1: u32(0), 2: u64(4096), 3: u64(400) })),
    };
    const { value } = await read(withTensors([tensor('w', [100], 0, 0, { 10: u32(7) })], [table({})], more));
    expect(value!.graph.initializers[0]!.data).toEqual({
      place: 'external',
      location: 'weights.bin',
      offset: 4096,
      length: 400,
    });
  });

  it('say how they are sparse, and keep no content then', async () => {
    const sparsity = table({ 2: tables(table({ 0: i8(0), 1: i32(2) }), table({ 0: i8(1) })) });
    const { value } = await read(
      withTensors([tensor('w', [2, 2], 9, 1, { 6: sparsity })], [table({}), buffer([5])]),
    );
    const [weights] = value!.graph.initializers;
    expect(weights!.metadata).toEqual([['sparsity', 'DENSE, SPARSE_CSR']]);
    expect(weights).not.toHaveProperty('elements');
  });

  it('show one scale and zero point, of many the first eight, and the size of blocks', async () => {
    const one = table({ 2: floats(0.1), 3: longs(-128) });
    const many = table({ 2: floats(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), 6: i32(3) });
    const blocks = table({ 4: u8(2), 5: table({ 2: i32(32) }) });
    const { value } = await read(
      withTensors([
        tensor('a', [1], 9, 0, { 4: one }),
        tensor('b', [10], 9, 0, { 4: many }),
        tensor('c', [64], 17, 0, { 4: blocks }),
      ]),
    );
    expect(value!.graph.valueInfo.map(({ metadata }) => metadata)).toEqual([
      [
        ['scale', '0.1'],
        ['zero_point', '-128'],
      ],
      [
        ['scale', '[1, 2, 3, 4, 5, 6, 7, 8, …] (10)'],
        ['quantized_dimension', '3'],
      ],
      [['block_size', '32']],
    ]);
  });

  it('of types that nobody knows are told; handles have a type of their own', async () => {
    const result = await read(withTensors([tensor('new', [1], 99), tensor('table', [], 13)]));
    expect(result.problems).toMatchObject([
      { severity: 'warning', code: 'format.unknown-type', args: { tensor: 'new', type: 99 } },
    ]);
    expect(result.value!.graph.valueInfo[1]).toEqual({
      name: 'table',
      type: { kind: 'opaque', domain: 'tflite', name: 'resource' },
    });
  });
});

describe('operators', () => {
  it('are named by either of the two fields for codes', async () => {
    // Before code 128 there was one field; the other one is 0 there.
    const old = table({ 0: i8(codes.RESHAPE) });
    const bytes = model(
      [old, opcode(206)],
      [subgraph('g', [tensor('x', [1])], [0], [], [operator(0, [0], []), operator(1, [0], [])])],
    );
    const { value } = await read(bytes);
    expect(value!.graph.nodes.map(({ operator: name }) => name)).toEqual(['RESHAPE', 'STABLEHLO_COMPOSITE']);
  });

  it('of a program’s own and of a newer schema are named', async () => {
    const bytes = model(
      [opcode(codes.CUSTOM, 1, 'TFLite_Detection_PostProcess'), opcode(9999)],
      [
        subgraph(
          'g',
          [tensor('x', [1]), tensor('y', [1])],
          [0],
          [],
          [operator(0, [0, -1], [1]), operator(1, [0], [])],
        ),
      ],
    );
    const { value, problems } = await read(bytes);
    expect(problems).toEqual([]);
    expect(value!.graph.nodes).toMatchObject([
      { operator: 'TFLite_Detection_PostProcess', domain: 'tflite.custom', inputs: ['x', ''] },
      { operator: 'BUILTIN_9999', domain: 'tflite' },
    ]);
    expect(value!.operatorSets).toContainEqual({ domain: 'tflite.custom', version: 1 });
  });

  it('that run subgraphs hold them', async () => {
    const { value, problems } = await read(twoBranches());
    expect(problems).toEqual([]);
    const bodies = value!.graph.nodes[0]!.attributes;
    expect(bodies.map(({ name, kind }) => `${name}:${kind}`)).toEqual([
      'then_subgraph:graph',
      'else_subgraph:graph',
    ]);
    expect((bodies[1]!.value as Graph).nodes).toMatchObject([{ operator: 'ADD', inputs: ['x', 'x'] }]);
  });

  it('of tensors that are not there are left out, and the rest is kept', async () => {
    const bytes = model(
      [opcode(codes.ADD)],
      [
        subgraph(
          'g',
          [tensor('x', [1]), tensor('y', [1])],
          [0],
          [1],
          [operator(0, [0, 7], [1]), operator(0, [0, 0], [1])],
        ),
      ],
    );
    const result = await read(bytes);
    expect(codesOf(result)).toEqual(['format.damaged']);
    expect(result.value!.isPartial).toBe(true);
    expect(result.value!.graph.nodes).toHaveLength(1);
  });
});

/** IF with a branch that passes on and one that adds. */
function twoBranches(): Uint8Array {
  const bodies = options(optionKinds.IfOptions, { 0: i32(1), 1: i32(2) });
  return model(
    [opcode(codes.IF), opcode(codes.ADD)],
    [
      subgraph(
        'main',
        [tensor('c', [], 6, 0, { 8: u8(1) }), tensor('v', [2]), tensor('r', [2])],
        [0, 1],
        [2],
        [operator(0, [0, 1], [2], bodies)],
      ),
      subgraph('then', [tensor('p', [2])], [0], [0], []),
      subgraph('else', [tensor('x', [2]), tensor('y', [2])], [0], [1], [operator(1, [0, 0], [1])]),
    ],
  );
}

describe('what a file says of itself', () => {
  it('is its description, signatures and metadata', async () => {
    const map = (name: string, at: number) => table({ 0: name, 1: u32(at) });
    const signature = table({
      0: tables(map('args_0', 0)),
      1: tables(map('y', 1)),
      2: 'serving_default',
      4: u32(0),
    });
    const bytes = model(
      [],
      [subgraph('g', [tensor('x', [1]), tensor('y', [1])], [0], [1], [])],
      [table({}), buffer([0x31, 0x2e, 0x35, 0x2e, 0x30, 0, 0])],
      {
        3: 'MLIR Converted.',
        6: tables(table({ 0: 'min_runtime_version', 1: u32(1) })),
        7: tables(signature),
      },
    );
    const { value } = await read(bytes);
    expect(value!.origin.facts).toEqual({
      docString: 'MLIR Converted.',
      metadata: [
        ['signature serving_default', 'args_0 = x → y'],
        ['min_runtime_version', '1.5.0'],
      ],
    });
  });

  it('and of which entries are not analysed', async () => {
    const graph = (name: string) => subgraph(name, [tensor(`${name}/x`, [1])], [0], [0], []);
    const result = await read(model([], [graph('prefill'), graph('decode')]));
    expect(result.problems).toMatchObject([
      { severity: 'information', code: 'format.tflite-subgraphs', args: { count: 1, names: 'decode' } },
    ]);
    expect(result.value).not.toHaveProperty('isPartial');
  });
});

describe('a file that is wrong', () => {
  it('gives what there is of it, wherever it breaks off', async () => {
    const whole = twoBranches();
    for (let length = 8; length < whole.length; length++) {
      const result = await read(whole.subarray(0, length));
      if (result.problems.length === 0) {
        // What may be missing is the empty buffer at its end, of 8 bytes, which stands for no buffer.
        expect(whole.length - length).toBeLessThanOrEqual(8);
        continue;
      }
      expect(result.value === null || result.value.isPartial === true, String(length)).toBe(true);
    }
    expect(codesOf(await read(whole.subarray(0, 200)))).toContain('format.truncated');
  });

  it('may claim lists as long as it likes', async () => {
    const list = (slot: number) => model([], [], [], { [slot]: { count: 0xffff_ffff, bytes: [] } });
    for (const slot of [1, 2, 4]) expect(codesOf(await read(list(slot)))).toContain('format.truncated');
  });

  it('may lead out of it, or back', async () => {
    for (const raw of [0, 3, 0x7fff_ffff]) {
      const result = await read(model([], [], [], { 2: { raw } }));
      expect(codesOf(result), String(raw)).toContain(raw < 4 ? 'format.damaged' : 'format.truncated');
    }
  });

  it('may have a subgraph that runs itself', async () => {
    const call = options(optionKinds.CallOptions, { 0: u32(0) });
    const bytes = model(
      [opcode(codes.CALL)],
      [subgraph('g', [tensor('x', [1])], [0], [0], [operator(0, [0], [], call)])],
    );
    const result = await read(bytes);
    expect(codesOf(result)).toEqual(['format.tflite-subgraph-unwritten']);
    expect(result.value!.graph.nodes[0]!.attributes).toEqual([]);
  });

  it('may have subgraphs that each run the next one twice: they are not written out without end', async () => {
    const call = (next: number) => operator(0, [0], [], options(optionKinds.CallOptions, { 0: u32(next) }));
    const graphs = Array.from({ length: 31 }, (_, i) =>
      subgraph(`g${i}`, [tensor(`x${i}`, [1])], [0], [0], i === 30 ? [] : [call(i + 1), call(i + 1)]),
    );
    const start = performance.now();
    expect(codesOf(await read(model([opcode(codes.CALL)], graphs)))).toEqual([
      'format.tflite-subgraph-unwritten',
    ]);
    expect(performance.now() - start).toBeLessThan(20_000);
  });

  it('may name a subgraph that there is not', async () => {
    const call = options(optionKinds.CallOptions, { 0: u32(5) });
    const bytes = model(
      [opcode(codes.CALL)],
      [subgraph('g', [tensor('x', [1])], [0], [0], [operator(0, [0], [], call)])],
    );
    expect(codesOf(await read(bytes))).toEqual(['format.tflite-subgraph-missing']);
  });

  it('may have shapes that are none', async () => {
    for (const shape of [new Array<number>(33).fill(1), new Array<number>(8).fill(0x7fff_ffff)]) {
      const result = await read(withTensors([tensor('x', shape)]));
      expect(result.problems[0]!.severity).toBe('error');
      expect(result.value!.isPartial).toBe(true);
    }
  });

  it('may name a buffer that there is not', async () => {
    expect(codesOf(await read(withTensors([tensor('w', [4], 0, 9)])))).toEqual(['format.damaged']);
  });

  it('is given up where there is no memory for it', async () => {
    const result = await read(tinyConvolution(), () => false);
    expect(result).toMatchObject({ value: null, problems: [{ code: 'format.no-room' }] });
  });

  it('has no weight of it read', async () => {
    const weights = buffer(new Array<number>(100_000).fill(1));
    const bytes = withTensors([tensor('w', [25_000], 0, 1)], [table({}), weights]);
    let asked = 0;
    const inner = memorySource(bytes);
    await readTflite(
      { size: inner.size, read: (offset, length) => ((asked += length), inner.read(offset, length)) },
      uninterrupted,
    );
    expect(asked).toBeLessThan(16 * 1024);
  });
});
