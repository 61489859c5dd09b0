import { emptyGraph, emptyModel } from '../../../server/engine/graph/emptyModel';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import { printListing, printUnreadable } from '../../../server/engine/formats/onnxText/print';
import type { Listing } from '../../../server/engine/formats/onnxText/print';
import type { Range } from '../../../server/engine/formats/onnxText/places';
import { nameText } from '../../../server/engine/formats/onnxText/words';
import { memorySource } from '../../../server/engine/graph/byteSource';
import type { Graph, Model, Node, Tensor } from '../../../server/engine/graph/model';
import { onnxOrigin } from '../../../server/engine/graph/origin';
import { uninterrupted } from '../../../server/engine/scheduler';
import { fixture, fixtureNames } from './fixtures';

async function modelOf(name: string): Promise<Model> {
  return (await readOnnx(memorySource(fixture(name)), uninterrupted)).value!;
}

function reader(text: string): (range: Range) => string {
  const lines = text.split('\n');
  return ({ start, end }) => {
    if (start.line === end.line) return lines[start.line]!.slice(start.character, end.character);
    const middle = lines.slice(start.line + 1, end.line);
    return [
      lines[start.line]!.slice(start.character),
      ...middle,
      lines[end.line]!.slice(0, end.character),
    ].join('\n');
  };
}

function node(operator: string, inputs: string[], outputs: string[], more: Partial<Node> = {}): Node {
  return {
    name: '',
    operator,
    domain: '',
    overload: '',
    inputs,
    outputs,
    attributes: [],
    metadata: [],
    ...more,
  };
}

function model(graph: Partial<Graph>, more: Partial<Model> = {}): Model {
  return {
    ...emptyModel,
    origin: onnxOrigin({ irVersion: 8 }),
    operatorSets: [{ domain: '', version: 17 }],
    graph: { ...emptyGraph, name: 'g', ...graph },
    ...more,
  };
}

function tensor(name: string, more: Partial<Tensor>): Tensor {
  return {
    name,
    dtype: 'int64',
    dims: [2],
    data: { place: 'embedded', offset: 7, length: 16 },
    ...more,
  };
}

function print(value: Model): Listing {
  return printListing(value, { fileName: 'm.onnx' });
}

function bodyOf(value: Model): string {
  return print(value).text.split('\n').slice(5, -1).join('\n');
}

describe.each(fixtureNames)('the listing of %s', (name) => {
  it('has each part where the positions say', async () => {
    const value = await modelOf(name);
    const { text, positions } = printListing(value, { fileName: name });
    const at = reader(text);
    expect(positions.nodes.length).toBeGreaterThanOrEqual(value.graph.nodes.length);
    for (const node of value.graph.nodes) {
      const position = positions.position(node)!;
      expect(at(position.operator)).toBe(node.operator);
      expect(position.outputs.map(at)).toEqual(node.outputs.map(nameText));
      expect(position.inputs.map(at)).toEqual(node.inputs.map((input) => nameText(input)));
      expect(position.attributes.map(at)).toEqual(node.attributes.map((attribute) => attribute.name));
      expect(positions.nodeAt(position.range.start.line)).toBe(node);
      expect(at(position.range)).toMatch(/^\S.*\)$/s);
    }
    const scope = positions.scope(value.graph)!;
    expect(scope.initializers.map(({ range }) => at(range))).toEqual(
      value.graph.initializers.map((tensor) => nameText(tensor.name)),
    );
    expect(scope.inputs.map(({ range }) => at(range))).toEqual(
      value.graph.inputs.map((input) => nameText(input.name)),
    );
    expect(scope.outputs.map(({ range }) => at(range))).toEqual(
      value.graph.outputs.map((output) => nameText(output.name)),
    );
    expect(at(scope.range).endsWith('}')).toBe(true);
    expect(at(scope.name)).toBe(nameText(value.graph.name));
  });

  it('knows the definition of every value that a node uses', async () => {
    const value = await modelOf(name);
    const { text, positions } = printListing(value, { fileName: name });
    const at = reader(text);
    const scope = positions.scope(value.graph)!;
    for (const node of value.graph.nodes) {
      for (const input of node.inputs.filter(Boolean)) {
        const found = positions.value(scope, input)!;
        expect(found.definitions.length).toBeGreaterThan(0);
        expect(found.uses.length).toBeGreaterThan(0);
        expect(at(found.definitions[0]!)).toBe(nameText(input));
      }
    }
  });

  it('holds no line breaks within a node and no weights', async () => {
    const value = await modelOf(name);
    const { text } = printListing(value, { fileName: name });
    const nodes = value.graph.nodes.filter((item) => item.attributes.every(({ kind }) => kind !== 'graph'));
    if (nodes.length === value.graph.nodes.length) {
      const statements = text.slice(text.indexOf('\n{\n')).trim().split('\n').slice(1, -1);
      expect(statements.length).toBe(nodes.length);
    }
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThan(2_000);
  });
});

describe('statements', () => {
  it('writes attributes so that their type can be told', () => {
    const attributes: Node['attributes'] = [
      { name: 'f', kind: 'float', value: 1 },
      { name: 'i', kind: 'int', value: -3 },
      { name: 's', kind: 'string', value: 'a "quoted" \\ text\n' },
      { name: 'fs', kind: 'floats', value: [0.5, Infinity] },
      { name: 'none', kind: 'ints', value: [] },
      { name: 'max', kind: 'int', value: 2 ** 63 },
      {
        name: 'to',
        kind: 'type',
        value: { kind: 'sequence', element: { kind: 'tensor', dtype: 'int64', shape: [] } },
      },
      { name: 'ref', kind: 'reference', value: 'alpha' },
    ];
    const list = bodyOf(
      model({ nodes: [node('Op', ['x', '', 'a b'], ['y', ''], { domain: 'com.x', attributes })] }),
    );
    expect(list).toBe(
      'g () => ()\n{\n' +
        '  y, "" = com.x.Op <f = 1.0, i = -3, s = "a \\"quoted\\" \\\\ text\\u{a}", fs = [0.5, inf], none: ints = [], ' +
        'max = 9223372036854775807, to = seq(int64), ref = @alpha> (x, "", "a b")\n}',
    );
  });

  it('says of sparse initializers their type and how many values they have', () => {
    const place = { place: 'none' } as const;
    const values: Tensor = { name: 's', dtype: 'float16', dims: [3], data: place };
    const indices: Tensor = { name: '', dtype: 'int64', dims: [3], data: place };
    const graph = { sparseInitializers: [{ name: 's', dims: [40, 5], values, indices }] };
    expect(bodyOf(model(graph))).toContain('\n  # s: sparse_tensor(float16[40, 5]), 3 values\n');
  });

  // As onnx.printer of onnx 1.23 writes these two nodes; its parser takes quoted names and bare identifiers alone.
  it('leads each node by its name, so that it is found', async () => {
    const named = model({
      inputs: [{ name: 'x' }],
      outputs: [{ name: 'z' }],
      nodes: [
        node('Relu', ['x'], ['y'], { name: '/a/b c]"x' }),
        node('Relu', ['y'], ['z'], { name: 'conv_1' }),
      ],
    });
    const { text, positions } = printListing(named, { fileName: 'm.onnx' });
    expect(text).toContain('  ["/a/b c]\\"x"] y = Relu (x)\n  [conv_1] z = Relu (y)\n');
    const at = reader(text);
    const position = positions.position(named.graph.nodes[1]!)!;
    expect([at(position.operator), at(position.outputs[0]!)]).toEqual(['Relu', 'z']);
    expect(at(position.range)).toBe('[conv_1] z = Relu (y)');
    const { value } = await parseOnnxText(text, uninterrupted);
    expect(value!.graph.nodes.map(({ name }) => name)).toEqual(['/a/b c]"x', 'conv_1']);
  });

  it('writes tensors by place, small ones by content', () => {
    const initializers = [
      tensor('shape', { elements: [1, -1] }),
      tensor('w', {
        dtype: 'float',
        dims: [1000],
        data: { place: 'external', location: 'w.bin', offset: 4096 },
      }),
      tensor('half', { dtype: 'float16', elements: [1, 2] }),
      tensor('text', { dtype: 'float16', elements: [1, -2], data: { place: 'none' } }),
      tensor('scalar', { dims: [], dtype: 'float', elements: [Math.fround(0.1)] }),
    ];
    // 2 · 8 + 1000 · 4 + 2 · 2 + 2 · 2 + 4
    expect(print(model({ initializers })).text.split('\n')[0]).toContain('(4,028 bytes)');
    expect(bodyOf(model({ initializers })).split('\n').slice(1, -2)).toEqual([
      '<',
      '  int64[2] shape = {1, -1},',
      '  float[1000] w = ["location": "w.bin", "offset": "4096"],',
      '  float16[2] half = ["location": "m.onnx", "offset": "7", "length": "16"],',
      '  float16[2] text = {15360, 49152},',
      '  float scalar = {0.1}',
      '>',
    ]);
  });

  it('says of embedded weights that they are in this file, and of no weights where they begin', () => {
    const dims = [1000];
    const initializers = [
      tensor('w', { dtype: 'float', dims, data: { place: 'external', location: 'w.bin', offset: 4096 } }),
      tensor('v', { dtype: 'float', dims, data: { place: 'embedded', offset: 7, length: 4000 } }),
    ];
    const lines = printListing(model({ initializers }), { fileSize: 4500 }).text.split('\n');
    expect(lines[0]).toBe('# 4,500 bytes, 0 nodes, 2 initializers (8,000 bytes)');
    expect(lines).toContain('  float[1000] w = ["location": "w.bin"],');
    expect(lines).toContain('  float[1000] v = ["location": "<this file>", "length": "4000"]');
  });

  it('indents subgraphs, and finds inner nodes, outer values and all places', () => {
    const inner = node('Relu', ['x'], ['z']);
    const body: Graph = { ...emptyGraph, name: 'sub:1', nodes: [inner], outputs: [{ name: 'z' }] };
    const attributes: Node['attributes'] = [
      { name: 'else_branch', kind: 'graph', value: body },
      { name: 'after', kind: 'int', value: 1 },
    ];
    const outer = node('If', ['c'], ['y'], { attributes });
    const value = model({
      inputs: [{ name: 'c' }, { name: 'x' }],
      nodes: [outer, node('Relu', ['y'], ['w'])],
    });
    const { text, positions } = print(value);
    expect(bodyOf(value)).toBe(
      'g (c, x) => ()\n{\n  y = If <else_branch = sub_1 () => (z)\n  {\n    z = Relu (x)\n  }, after = 1> (c)\n  w = Relu (y)\n}',
    );
    const at = reader(text);
    expect(positions.position(outer)!.attributes.map(at)).toEqual(['else_branch', 'after']);
    expect(at(positions.position(outer)!.inputs[0]!)).toBe('c');
    expect(positions.position(inner)!.parent).toBe(outer);
    expect(positions.nodeAt(positions.lineOf(inner))).toBe(inner);
    expect(positions.nodeAt(positions.position(outer)!.range.end.line)).toBe(outer);
    const scope = positions.scope(body)!;
    expect(scope).toMatchObject({ kind: 'subgraph', node: outer, parent: positions.scope(value.graph) });
    expect(positions.value(scope, 'x')!.definitions).toEqual(
      positions
        .scope(value.graph)!
        .inputs.slice(1)
        .map((n) => n.range),
    );
    expect(positions.value(scope, 'x')!.uses).toEqual([positions.position(inner)!.inputs[0]]);
    const use = positions.position(inner)!.inputs[0]!;
    expect(positions.hit(use.start.line, use.start.character)).toMatchObject({
      kind: 'value',
      name: 'x',
      node: inner,
    });
    const head = positions.scope(value.graph)!.inputs[0]!.range;
    expect(positions.hit(head.start.line, head.start.character)).toMatchObject({
      kind: 'value',
      name: 'c',
      node: null,
    });
    expect(positions.hit(0, 0)).toBeNull();
  });

  it('writes functions after the graph', () => {
    const value = model(
      {},
      {
        functions: [
          {
            name: 'F x',
            domain: 'my',
            overload: 'v',
            inputs: ['a'],
            outputs: ['b'],
            attributes: ['alpha'],
            attributeDefaults: [{ name: 'beta', kind: 'float', value: 2 }],
            operatorSets: [{ domain: '', version: 18 }],
            nodes: [node('Relu', ['a'], ['b'])],
            valueInfo: [],
            metadata: [],
          },
        ],
      },
    );
    expect(bodyOf(value).split('\n').slice(3)).toEqual([
      '',
      '<domain: "my", overload: "v", opset_import: ["" : 18]>',
      '"F x" <alpha, beta: float = 2.0> (a) => (b)',
      '{',
      '  b = Relu (a)',
      '}',
    ]);
  });

  it('quotes names that are types or that could mislead, so that each stays on its line', () => {
    expect(['x_1', 'float', '1x', '', 'a/b', '한글'].map(nameText)).toEqual([
      'x_1',
      '"float"',
      '"1x"',
      '""',
      '"a/b"',
      '"한글"',
    ]);
    expect(nameText('a\u202Eb\n"')).toBe('"a\\u{202e}b\\u{a}\\""');
  });
});

describe('limits', () => {
  it('says what it leaves out of a long list', () => {
    const names = Array.from({ length: 250 }, (_, i) => `x${i}`);
    const concat = node('Concat', names, ['y']);
    const { text, positions } = print(model({ nodes: [concat] }));
    expect(text).toContain('x99)  # ... 150 more inputs\n');
    expect(positions.position(concat)!.inputs.length).toBe(100);
  });

  it('stays under 250,000 lines, and says how many nodes it leaves out', () => {
    const nodes = Array.from({ length: 300_000 }, (_, i) => node('Relu', [`x${i}`], [`x${i + 1}`]));
    const { text, positions } = print(model({ nodes }));
    const lines = text.split('\n');
    expect(lines.length).toBeLessThan(250_000);
    expect(positions.nodes.length).toBeGreaterThan(240_000);
    expect(lines.at(-3)).toBe(
      `  # ... ${(300_000 - positions.nodes.length).toLocaleString('en')} more nodes`,
    );
    expect(positions.position(nodes.at(-1)!)).toBeUndefined();
    expect(positions.lineOf(nodes[0]!)).toBe(7);
  });
});

describe('an unreadable file', () => {
  it('gives comment lines only, whatever its reasons hold', () => {
    const text = printUnreadable(['What\nand where\u0007', '', 'Do \u202ethis']);
    expect(text).toBe('# What\n# and where\\u{7}\n#\n# Do \\u{202e}this\n');
  });
});

describe('remarks', () => {
  it('stand as comments below the first line and move no position out of place', async () => {
    const model = await modelOf(fixtureNames.find((name) => name.includes('tiny-conv'))!);
    const { text, positions } = printListing(model, { fileName: 'm.onnx', remarks: ['Cut off.', 'a\nb'] });
    expect(text.split('\n').slice(1, 4)).toEqual(['# Cut off.', expect.stringMatching(/^# a.*b$/), '<']);
    const first = positions.position(model.graph.nodes[0]!)!;
    expect(text.split('\n')[first.range.start.line]).toContain(' = Conv <');
  });
});
