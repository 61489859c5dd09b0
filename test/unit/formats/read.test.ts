import { describe, expect, it } from 'vitest';
import { onnxFacts } from '../../../server/engine/graph/origin';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { printListing } from '../../../server/engine/formats/onnxText/print';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { parseDim } from '../../../server/engine/graph/dim';
import type { ByteSource } from '../../../server/engine/graph/byteSource';
import type { Model, Parsed } from '../../../server/engine/graph/model';
import { uninterrupted } from '../../../server/engine/scheduler';
import { fixture, fixtureNames } from './fixtures';
import { bytes, float, int, modelOf, part, someNode, text, varint } from './wire';

function read(model: Uint8Array): Promise<Parsed<Model | null>> {
  return readOnnx(memorySource(model), uninterrupted);
}

/** nodes, initializers, inputs, outputs, value_info, functions as the `onnx` Python package 1.23 counts them. */
const counts: Readonly<Record<string, readonly number[]>> = {
  'bert-base.onnx': [1196, 199, 3, 2, 0, 0],
  'detector.onnx': [486, 53, 1, 5, 0, 0],
  'gpt2.onnx': [529, 171, 27, 25, 699, 0],
  'llama-1b.onnx': [1301, 167, 35, 33, 1435, 0],
  'mobilenetv2.onnx': [99, 109, 1, 1, 207, 0],
  'resnet50.onnx': [122, 108, 1, 1, 0, 0],
  'speech-lstm-gru.onnx': [81, 17, 1, 1, 0, 0],
  'tiny-conv.onnx': [9, 7, 1, 1, 0, 0],
  'tiny-mlp.onnx': [7, 8, 1, 1, 14, 0],
  'unet-blocks.onnx': [1490, 254, 3, 1, 0, 0],
  'vit-b16.onnx': [518, 214, 1, 1, 731, 0],
  'whisper-tiny-decoder.onnx': [240, 112, 11, 9, 343, 0],
  'whisper-tiny-encoder.onnx': [297, 67, 1, 1, 0, 0],
};

describe('reading fixtures', () => {
  it.each(fixtureNames)('%s without problems', async (name) => {
    const { value, problems } = await read(fixture(name));
    expect(problems).toEqual([]);
    expect(value!.graph.nodes.length).toBeGreaterThan(0);
    expect(value!.operatorSets.find((set) => set.domain === '')!.version).toBeGreaterThanOrEqual(13);
  });

  it.each(Object.keys(counts))('%s has the counts of the reference', async (name) => {
    const { graph, functions } = (await read(fixture(name))).value!;
    const lists = [graph.nodes, graph.initializers, graph.inputs, graph.outputs, graph.valueInfo, functions];
    expect(lists.map((list) => list.length)).toEqual(counts[name]);
  });
});

describe('messages', () => {
  it('reads a node with attributes, overload and metadata', async () => {
    const attributes = [
      part(5, text(1, 'alpha'), float(2, 0.5), int(20, 1)),
      part(5, text(1, 'axis'), int(3, -1n), int(20, 2)),
      part(5, text(1, 'mode'), text(4, 'linear'), int(20, 3)),
      part(5, text(1, 'pads'), int(8, 1), int(8, 2), int(20, 7)),
      part(5, text(1, 'perm'), bytes(8, [1, 0]), int(20, 7)),
      part(5, text(1, 'untyped'), int(8, 3)),
      part(5, text(1, 'ref'), text(21, 'outer'), int(20, 2)),
    ];
    const extras = [text(8, 'v2'), part(9, text(1, 'scope'), text(2, 'encoder.0')), text(6, 'doc')];
    const node = part(
      1,
      text(1, 'x'),
      text(1, ''),
      text(2, 'y'),
      text(3, 'n'),
      text(4, 'Op'),
      ...attributes,
      ...extras,
    );
    const { value, problems } = await read(modelOf([node, text(2, 'g')]));
    expect(problems).toEqual([]);
    expect(value!.graph.nodes[0]).toEqual({
      name: 'n',
      operator: 'Op',
      domain: '',
      overload: 'v2',
      inputs: ['x', ''],
      outputs: ['y'],
      attributes: [
        { name: 'alpha', kind: 'float', value: 0.5 },
        { name: 'axis', kind: 'int', value: -1 },
        { name: 'mode', kind: 'string', value: 'linear' },
        { name: 'pads', kind: 'ints', value: [1, 2] },
        { name: 'perm', kind: 'ints', value: [1, 0] },
        { name: 'untyped', kind: 'ints', value: [3] },
        { name: 'ref', kind: 'reference', value: 'outer' },
      ],
      docString: 'doc',
      metadata: [['scope', 'encoder.0']],
    });
  });

  it('knows an attribute without a type by its content, as files before IR version 3 have them', async () => {
    const tensor = (field: number) => part(field, int(1, 1), int(2, 7), int(7, 9));
    const attributes = [
      part(5, text(1, 'f'), float(2, 0.5)),
      part(5, text(1, 'i'), int(3, 2)),
      part(5, text(1, 's'), text(4, 'x')),
      part(5, text(1, 't'), tensor(5)),
      part(5, text(1, 'g'), part(6, text(2, 'inner'))),
      part(5, text(1, 'floats'), float(7, 0.25)),
      part(5, text(1, 'ints'), int(8, 3)),
      part(5, text(1, 'strings'), text(9, 'y')),
      part(5, text(1, 'tensors'), tensor(10)),
      part(5, text(1, 'graphs'), part(11, text(2, 'one')), part(11, text(2, 'two'))),
      part(5, text(1, 'nothing')),
    ];
    const { value } = await read(modelOf([part(1, text(4, 'Op'), ...attributes), text(2, 'g')]));
    const found = value!.graph.nodes[0]!.attributes;
    expect(found.map(({ name, kind }) => [name, kind])).toEqual([
      ['f', 'float'],
      ['i', 'int'],
      ['s', 'string'],
      ['t', 'tensor'],
      ['g', 'graph'],
      ['floats', 'floats'],
      ['ints', 'ints'],
      ['strings', 'strings'],
      ['tensors', 'tensors'],
      ['graphs', 'graphs'],
      ['nothing', 'unknown'],
    ]);
    expect(found[3]!.value).toMatchObject({ dtype: 'int64', dims: [1], elements: [9] });
    expect(found[8]!.value).toMatchObject([{ dtype: 'int64', dims: [1], elements: [9] }]);
    expect(found[9]!.value).toMatchObject([{ name: 'one' }, { name: 'two' }]);
  });

  it('reads metadata of values and tensors, quantisation, devices and the number of training graphs', async () => {
    const pair = (field: number, key: string, value: string) => part(field, text(1, key), text(2, value));
    const axes = part(4, int(1, -1n), part(2, text(2, 'n * 2'), int(3, 2)), part(2, int(1, 8), int(3, 4)));
    const groups = part(3, int(1, -1n), bytes(2, [2, 3]));
    const sharding = part(2, text(1, 'x'), bytes(2, [0]), int(2, -1n), groups, axes);
    const node = part(
      1,
      text(1, 'x'),
      text(2, 'y'),
      text(4, 'Relu'),
      part(10, text(1, 'tp2'), sharding, int(3, 1)),
    );
    const graph = part(
      7,
      node,
      part(5, int(1, 1), int(2, 1), text(8, 'w'), float(4, 1), pair(16, 'source', 'layer.0')),
      part(11, text(1, 'x'), pair(4, 'layout', 'NCHW')),
      part(14, text(1, 'x'), pair(2, 'SCALE_TENSOR', 's')),
    );
    const device = part(26, text(1, 'tp2'), int(2, 2), text(3, 'gpu:0'), text(3, 'gpu:1'));
    const { value, problems } = await read(
      Uint8Array.from([...int(1, 12), ...graph, ...part(20), ...part(20), ...device]),
    );
    expect(problems).toEqual([]);
    expect(onnxFacts(value!).deviceConfigurations).toEqual([
      { name: 'tp2', deviceCount: 2, devices: ['gpu:0', 'gpu:1'] },
    ]);
    expect(onnxFacts(value!).trainingInfoCount).toBe(2);
    expect(value!.graph.initializers[0]!.metadata).toEqual([['source', 'layer.0']]);
    expect(value!.graph.inputs[0]!.metadata).toEqual([['layout', 'NCHW']]);
    expect(value!.graph.quantizationAnnotations).toEqual([
      { tensor: 'x', parameters: [['SCALE_TENSOR', 's']] },
    ]);
    const parts = [
      { dim: parseDim('2*n'), shards: 2 },
      { dim: 8, shards: 4 },
    ];
    expect(value!.graph.nodes[0]!.devices).toEqual([
      {
        configuration: 'tp2',
        pipelineStage: 1,
        shardings: [
          {
            tensor: 'x',
            devices: [0, -1],
            groups: [{ group: -1, devices: [2, 3] }],
            axes: [{ axis: -1, parts }],
          },
        ],
      },
    ]);
    // The grammar has no words for them, so they are comments; the text stays one that onnx reads.
    const lines = printListing(value!, { fileName: 'm.onnx' }).text.split('\n');
    expect(lines.slice(1, 3)).toEqual(['# tp2: 2 devices (gpu:0, gpu:1)', '# training_info: 2, not shown']);
    expect(lines).toContain('  y = Relu (x)  # tp2: stage 1, x on [0, {2, 3}] axis -1 n*2 / 2, 8 / 4');
  });

  it('notes where weights lie, in graphs and in nested graphs, and reads none of them', async () => {
    const weights = new Uint8Array(100_000).fill(7);
    const tensor = [int(1, 25_000), int(2, 1), text(8, 'w'), bytes(9, weights)];
    const body = part(6, part(5, ...tensor), text(2, 'body'));
    const model = modelOf([
      part(5, ...tensor),
      part(1, text(4, 'Loop'), part(5, text(1, 'body'), body, int(20, 5))),
    ]);
    let readBytes = 0;
    const source: ByteSource = {
      size: model.length,
      read: (offset, length) => {
        readBytes += length;
        return Promise.resolve(model.subarray(offset, offset + length));
      },
    };
    const { value, problems } = await readOnnx(source, uninterrupted);
    expect(problems).toEqual([]);
    const outer = value!.graph.initializers[0]!;
    const loop = value!.graph.nodes[0]!.attributes[0]!;
    const inner = loop.kind === 'graph' ? loop.value.initializers[0]! : null;
    for (const found of [outer, inner!]) {
      expect(found).toMatchObject({ name: 'w', dtype: 'float', dims: [25_000], data: { length: 100_000 } });
      const { data } = found;
      if (data.place !== 'embedded') throw new Error('embedded expected');
      expect(model.subarray(data.offset, data.offset + 100_000)).toEqual(weights);
      // The byte before the weights is the end of their length, not a weight.
      expect(model[data.offset - 1]).toBe(varint(100_000).at(-1));
      expect(found.elements).toBeUndefined();
    }
    expect(readBytes).toBeLessThan(30_000);
  });

  it('reads external data as written', async () => {
    const entry = (key: string, value: string): number[] => part(13, text(1, key), text(2, value));
    const place = [entry('location', 'sub/../w.bin'), entry('offset', '4096'), entry('length', '12')];
    const { value } = await read(
      modelOf([part(5, int(1, 3), int(2, 1), text(8, 'w'), int(14, 1), ...place)]),
    );
    const data = { place: 'external', location: 'sub/../w.bin', offset: 4096, length: 12 };
    expect(value!.graph.initializers[0]).toMatchObject({ dims: [3], data });
  });

  it('reads types: symbols, open dimensions, scalars, sequences, maps, optionals, opaque', async () => {
    const shape = part(2, part(1, text(2, 'N')), part(1, int(1, 3)), part(1));
    const value = (field: number, name: string, ...type: number[][]): number[] =>
      part(field, text(1, name), part(2, ...type));
    const tensorType = part(1, int(1, 1), shape);
    const { value: model } = await read(
      modelOf([
        value(11, 'a', tensorType),
        value(11, 'b', part(1, int(1, 7), part(2))),
        value(11, 'c', part(4, part(1, tensorType))),
        value(11, 'd', part(5, int(1, 8), part(2, part(1, int(1, 7))))),
        value(11, 'e', part(9, part(1, part(7, text(1, 'dom'), text(2, 'Kind'))))),
        value(11, 'f', part(8, int(1, 11))),
      ]),
    );
    const types = model!.graph.inputs.map((input) => input.type);
    expect(types[0]).toMatchObject({
      kind: 'tensor',
      dtype: 'float',
      shape: [{ key: 'N' }, 3, { key: '?' }],
    });
    expect(types[1]).toEqual({ kind: 'tensor', dtype: 'int64', shape: [] });
    expect(types[2]).toMatchObject({ kind: 'sequence', element: { kind: 'tensor', dtype: 'float' } });
    expect(types[3]).toMatchObject({ kind: 'map', key: 'string', value: { kind: 'tensor', dtype: 'int64' } });
    expect(types[4]).toEqual({ kind: 'optional', element: { kind: 'opaque', domain: 'dom', name: 'Kind' } });
    expect(types[5]).toMatchObject({ kind: 'sparse', dtype: 'double' });
  });

  it('reads functions with their newer fields', async () => {
    const body = part(7, text(1, 'X'), text(2, 'Y'), text(4, 'Relu'));
    const defaults = part(11, text(1, 'beta'), float(2, 2), int(20, 1));
    const info = part(12, text(1, 'X'), part(2, part(1, int(1, 1))));
    const tail = [part(9, int(2, 18)), text(10, 'my'), text(13, 'o'), part(14, text(1, 'k'), text(2, 'v'))];
    const f = part(
      25,
      text(1, 'F'),
      text(4, 'X'),
      text(5, 'Y'),
      text(6, 'alpha'),
      body,
      defaults,
      info,
      ...tail,
    );
    const { value } = await read(Uint8Array.from([...modelOf([text(2, 'g')]), ...f]));
    expect(value!.functions[0]).toMatchObject({
      name: 'F',
      domain: 'my',
      overload: 'o',
      inputs: ['X'],
      outputs: ['Y'],
      attributes: ['alpha'],
      attributeDefaults: [{ name: 'beta', kind: 'float', value: 2 }],
      operatorSets: [{ domain: '', version: 18 }],
      valueInfo: [{ name: 'X', type: { kind: 'tensor', dtype: 'float' } }],
      metadata: [['k', 'v']],
    });
    expect(value!.functions[0]!.nodes[0]!.operator).toBe('Relu');
  });
});

describe('small tensors', () => {
  const cases: readonly (readonly [
    title: string,
    type: number,
    count: number,
    data: number[],
    expected: number[],
  ])[] = [
    ['int64 raw', 7, 2, bytes(9, [1, 0, 0, 0, 0, 0, 0, 0, ...new Array<number>(8).fill(255)]), [1, -1]],
    ['int64 data', 7, 2, bytes(7, [...varint(5), ...varint(-2n)]), [5, -2]],
    ['int64 data, not packed', 7, 2, [...int(7, 5), ...int(7, -2n)], [5, -2]],
    ['float16 raw', 10, 3, bytes(9, [0x00, 0x3c, 0x00, 0xc0, 0x01, 0x00]), [1, -2, 2 ** -24]],
    ['float16 in int32_data', 10, 1, bytes(5, varint(0x3c00)), [1]],
    ['bfloat16 raw', 16, 2, bytes(9, [0x80, 0x3f, 0x40, 0xc0]), [1, -3]],
    ['float8e4m3fn', 17, 3, bytes(9, [0x38, 0x7e, 0x01]), [1, 448, 2 ** -9]],
    ['float8e4m3fnuz', 18, 2, bytes(9, [0x40, 0x80]), [1, NaN]],
    ['float8e5m2', 19, 2, bytes(9, [0x3c, 0x7c]), [1, Infinity]],
    ['float8e5m2fnuz', 20, 2, bytes(9, [0x40, 0x7f]), [1, 57344]],
    ['int4, low nibble first', 22, 3, bytes(9, [0x1f, 0x08]), [-1, 1, -8]],
    ['uint2', 25, 5, bytes(9, [0b11100100, 0b10]), [0, 1, 2, 3, 2]],
    ['float4e2m1', 23, 2, bytes(9, [0xf2]), [1, -6]],
    // The values that onnx.helper.make_tensor of onnx 1.23.2 packs into these patterns.
    ['float6e2m3 in int32_data', 27, 5, bytes(5, [0, 1, 8, 31, 63]), [0, 0.125, 1, 7.5, -7.5]],
    ['float6e3m2 in int32_data', 28, 5, bytes(5, [0, 1, 12, 31, 63]), [0, 0.0625, 1, 28, -28]],
    // 24 bits for four: 1 | 8 << 6 | 31 << 12 | 63 << 18, lowest byte first; then one alone.
    ['float6e2m3 raw', 27, 5, bytes(9, [0x01, 0xf2, 0xfd, 0x08]), [0.125, 1, 7.5, -7.5, 1]],
    ['float8e8m0', 24, 2, bytes(9, [127, 130]), [1, 8]],
    ['bool', 9, 2, bytes(9, [0, 1]), [0, 1]],
    ['int8', 3, 2, bytes(9, [0xff, 0x7f]), [-1, 127]],
    ['complex64 as pairs', 14, 1, bytes(9, [0, 0, 128, 63, 0, 0, 0, 64]), [1, 2]],
  ];
  it.each(cases)('%s', async (_title, type, count, data, expected) => {
    const { value, problems } = await read(
      modelOf([someNode, part(5, int(1, count), int(2, type), text(8, 't'), data)]),
    );
    expect(problems).toEqual([]);
    expect(value!.graph.initializers[0]!.elements).toEqual(expected);
  });

  it('strings', async () => {
    const { value } = await read(
      modelOf([part(5, int(1, 2), int(2, 8), text(6, 'é'), text(6, ''), text(8, 't'))]),
    );
    expect(value!.graph.initializers[0]!.elements).toEqual(['é', '']);
  });

  it('says when data and shape do not match, and keeps none of them', async () => {
    const { value, problems } = await read(
      modelOf([someNode, part(5, int(1, 3), int(2, 1), text(8, 't'), bytes(9, [1, 2, 3]))]),
    );
    expect(value!.graph.initializers[0]!.elements).toBeUndefined();
    expect(problems).toMatchObject([
      { code: 'format.tensor-size', args: { tensor: 't', type: 'float', shape: '3' } },
    ]);
  });
});

describe('files that are something else', () => {
  const ascii = (content: string): Uint8Array => new TextEncoder().encode(content);
  /** The beginning of a zip archive: a head of 30 bytes, then the name of the first entry. */
  const zip = (entry: string): Uint8Array => {
    const head = new Uint8Array(30);
    head.set([0x50, 0x4b, 3, 4]);
    head[26] = entry.length;
    return Uint8Array.from([...head, ...ascii(entry), 1, 2, 3]);
  };
  const cases: readonly (readonly [code: string, content: Uint8Array])[] = [
    ['format.empty', new Uint8Array(0)],
    ['format.zeros', new Uint8Array(5000)],
    ['format.gzip', Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0)],
    ['format.zip', Uint8Array.of(0x50, 0x4b, 3, 4, 0, 0)],
    ['format.lfs-pointer', ascii('version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n')],
    ['format.html', ascii('<!DOCTYPE html><html><body>404</body></html>')],
    ['format.text', ascii('just some words that are no model\n')],
    ['format.onnx-text', ascii('<ir_version: 8, opset_import: ["" : 17]>\ng () => () {}\n')],
    ['format.hdf5', Uint8Array.of(0x89, 0x48, 0x44, 0x46, 13, 10, 26, 10)],
    ['format.pickle', Uint8Array.of(0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46)],
    ['format.safetensors', ascii('\x40\0\0\0\0\0\0\0{"w":{"dtype":"F32"')],
    ['format.pytorch', zip('archive/data.pkl')],
    ['format.other-format', zip('weight.npy')],
    ['format.zip', zip('model.onnx')],
    ['format.json', ascii('{}')],
    ['format.json', ascii('{"a":1}')],
    ['format.json', ascii('[1]\n')],
    ['format.json', ascii('{\n  "architectures": ["LlamaForCausalLM"]\n}\n')],
    ['format.other-format', ascii('<?xml version="1.0"?>\n<net name="m" version="11">')],
    ['format.onnx-as', ascii('{"irVersion": "8", "graph": {}}')],
    ['format.onnx-as', ascii('ir_version: 8\ngraph {\n}\n')],
    // A TensorFlow graph: a node with name, operator and attributes, twice.
    [
      'format.no-graph',
      Uint8Array.from([...part(1, text(1, 'x'), text(2, 'Add')), ...part(1, text(1, 'y'))]),
    ],
    ['format.no-graph', Uint8Array.from([...int(1, 8), ...text(2, 'pytorch')])],
  ];
  it.each(cases)('%s', async (code, content) => {
    const { value, problems } = await read(content);
    expect(value).toBeNull();
    expect(problems.map((problem) => problem.code)).toEqual([code]);
  });
});

describe('broken files', () => {
  it('says when a graph has no nodes', async () => {
    const { value, problems } = await read(modelOf([text(2, 'g')]));
    expect(value!.graph.name).toBe('g');
    expect(problems).toMatchObject([{ code: 'format.no-nodes', severity: 'warning' }]);
  });

  it('with 10,000 functions is read whole, though an import of a version takes two bytes', async () => {
    const count = 10_000;
    const name = (i: number): number[] => text(1, `F${i}`);
    const functions = Array.from({ length: count }, (_, i) => {
      const call = part(7, text(1, 'x'), text(2, 'y'), text(4, i === count - 1 ? 'Relu' : `F${i + 1}`));
      return part(25, name(i), text(4, 'x'), text(5, 'y'), call, part(9, int(2, 17)), part(9, int(2, 17)));
    });
    const { value, problems } = await read(
      Uint8Array.from([modelOf([someNode]), ...functions].flatMap((one) => [...one])),
    );
    expect(problems).toEqual([]);
    expect(value!.functions).toHaveLength(count);
  });

  it('truncated at any byte: the part before, one problem with its offset', async () => {
    const whole = fixture('tiny-conv.onnx');
    let lastNodes = 0;
    for (let size = 1; size < whole.length; size++) {
      const { value, problems } = await read(whole.subarray(0, size));
      if (problems.length > 1) throw new Error(`${size}: ${JSON.stringify(problems)}`);
      // A cut between two fields of the model itself leaves a well-formed file.
      if (problems[0] && problems[0].code !== 'format.no-graph')
        expect(problems[0]).toMatchObject({ code: 'format.truncated', offset: size, args: { size } });
      const nodes = value?.graph.nodes.length ?? 0;
      expect(nodes).toBeGreaterThanOrEqual(lastNodes);
      lastNodes = nodes;
    }
    expect(lastNodes).toBe(9);
  });

  it('keeps what surrounds a damaged node', async () => {
    const good = part(1, text(2, 'y'), text(4, 'Relu'));
    // A name that claims more bytes than its node has.
    const bad = part(1, text(2, 'z'), [...varint(3 * 8 + 2), 100, 65]);
    const { value, problems } = await read(modelOf([good, bad, good]));
    expect(value!.graph.nodes.map((node) => node.outputs)).toEqual([['y'], ['z'], ['y']]);
    expect(problems).toMatchObject([{ code: 'format.damaged', args: { part: 'NodeProto' } }]);
    expect(problems[0]!.offset).toBeGreaterThan(0);
  });

  it('ends nesting at 64 messages', async () => {
    let type = part(2, part(1, int(1, 1)));
    for (let i = 0; i < 100; i++)
      type = part(2, part(4, bytes(1, type.slice(1 + varint(type.length).length))));
    const { value, problems } = await read(modelOf([part(11, text(1, 'x'), type), text(2, 'g')]));
    expect(problems.map((problem) => problem.code)).toEqual(['format.too-deep']);
    expect(value!.graph.name).toBe('g');
  });

  it('shortens a name beyond 64 KiB to the same short name everywhere', async () => {
    const long = 'x'.repeat(100_000);
    const node = part(1, text(2, long), text(4, 'Relu'));
    const { value } = await read(modelOf([node, part(12, text(1, long)), part(12, text(1, `${long}y`))]));
    const { nodes, outputs } = value!.graph;
    expect(nodes[0]!.outputs[0]!.length).toBeLessThan(300);
    expect(nodes[0]!.outputs[0]).toBe(outputs[0]!.name);
    expect(outputs[1]!.name).not.toBe(outputs[0]!.name);
  });

  it('survives a source that is cancelled or fails by passing the error on', async () => {
    const source: ByteSource = { size: 10, read: () => Promise.reject(new Error('gone')) };
    await expect(readOnnx(source, uninterrupted)).rejects.toThrow('gone');
  });
});
