import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readOnnx } from '../../../server/engine/formats/onnx/read';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { ParsedText } from '../../../server/engine/formats/onnxText/parse';
import { tokenize } from '../../../server/engine/formats/onnxText/lexer';
import { printListing } from '../../../server/engine/formats/onnxText/print';
import type { Range } from '../../../server/engine/formats/onnxText/places';
import { nameText } from '../../../server/engine/formats/onnxText/words';
import { memorySource } from '../../../server/engine/graph/byteSource';
import { dataTypes } from '../../../server/engine/graph/dataTypes';
import type { DataType } from '../../../server/engine/graph/dataTypes';
import type { Attribute, Model, Node, Tensor } from '../../../server/engine/graph/model';
import { uninterrupted } from '../../../server/engine/scheduler';
import { fixture, fixtureNames } from './fixtures';

function parse(text: string): Promise<ParsedText> {
  return parseOnnxText(text, uninterrupted);
}

function textOf(model: Model): string {
  return printListing(model, { fileName: 'm.onnxtxt', complete: true }).text;
}

/** A model around the statements of one graph. */
function body(...lines: string[]): string {
  return [
    '<ir_version: 8, opset_import: ["" : 17]>',
    'g (float[N] x) => (float[N] y)',
    '{',
    ...lines,
    '}',
  ].join('\n');
}

async function nodesOf(...lines: string[]): Promise<readonly Node[]> {
  const { value, problems } = await parse(body(...lines));
  expect(problems).toEqual([]);
  return value!.graph.nodes;
}

/** Where a problem is, as `line:character-line:character` counted from 0. */
function place({ start, end }: Range): string {
  return `${start.line}:${start.character}-${end.line}:${end.character}`;
}

describe('the grammar', () => {
  it('reads head, inputs, outputs, declared values and initializers', async () => {
    const { value, problems } = await parse(`# a comment
<
  ir_version: 9, # another
  opset_import: ["" : 18, "com.microsoft" : 1],
  producer_name: "me", producer_version: "1.0", domain: "d", model_version: 3,
  doc_string: "two
lines", metadata_props: ["k": "v \\"q\\""]
>
"my graph" (float[batch, "past + seq", 3, ?] x = {}, seq(int64[]) s) => (optional(float) y)
<int64[2] shape = {1, -1}, float z, sparse_tensor(double[3]) sp, map(string, float) m,
 float16[2] h = {15360, 49152}, float[1000] w = ["location": "w.bin", "offset": "4096", "length": "4000"]>
{ }`);
    expect(problems.map(({ code }) => code)).toEqual(['format.text-tensor-type']);
    expect(value).toMatchObject({
      origin: {
        format: 'onnx-text',
        facts: {
          irVersion: 9,
          producerName: 'me',
          producerVersion: '1.0',
          domain: 'd',
          modelVersion: 3,
          docString: 'two\nlines',
          metadata: [['k', 'v "q"']],
        },
      },
      operatorSets: [
        { domain: '', version: 18 },
        { domain: 'com.microsoft', version: 1 },
      ],
    });
    const { graph } = value!;
    expect(graph.name).toBe('my graph');
    const shape = [{ key: 'batch' }, { key: 'past + seq' }, 3, { key: '?' }];
    expect(graph.inputs[0]).toMatchObject({ name: 'x', type: { kind: 'tensor', dtype: 'float', shape } });
    const element = { kind: 'tensor', dtype: 'int64', shape: undefined };
    expect(graph.inputs[1]).toEqual({ name: 's', type: { kind: 'sequence', element } });
    expect(graph.outputs[0]!.type).toMatchObject({
      kind: 'optional',
      element: { dtype: 'float', shape: [] },
    });
    expect(graph.valueInfo.map(({ name }) => name)).toEqual(['z', 'sp', 'm']);
    expect(graph.initializers).toEqual([
      { name: 'shape', dtype: 'int64', dims: [2], data: { place: 'none' }, elements: [1, -1] },
      { name: 'h', dtype: 'float16', dims: [2], data: { place: 'none' }, elements: [1, -2] },
      {
        name: 'w',
        dtype: 'float',
        dims: [1000],
        data: { place: 'external', location: 'w.bin', offset: 4096, length: 4000 },
      },
    ]);
  });

  it('reads every kind of attribute, before or behind the inputs', async () => {
    const attributes = [
      'a = 1',
      'b = -1.5e3',
      'c: float = 2',
      'd = "text"',
      'e = [1, 2]',
      'f = [1, 2.5]',
      'g = ["p", "q"]',
      'h: ints = []',
      'i = float[2] {1, 2}',
      'j = int64 name = {7}',
      'k = seq(float[3])',
      'l = @outer',
      'm = inf',
      'n = -inf',
      'o = float[9] = ["location": "w"]',
    ];
    const [before, behind] = await nodesOf(
      `y = Op <${attributes.join(', ')}> (x)`,
      `z = Op (x) <${attributes.join(', ')}>`,
    );
    expect(behind!.attributes).toEqual(before!.attributes);
    const values = before!.attributes.map(({ kind, value }) => [kind, value]);
    const none = { place: 'none' };
    expect(values).toEqual([
      ['int', 1],
      ['float', -1500],
      ['float', 2],
      ['string', 'text'],
      ['ints', [1, 2]],
      ['floats', [1, 2.5]],
      ['strings', ['p', 'q']],
      ['ints', []],
      ['tensor', { name: '', dtype: 'float', dims: [2], data: none, elements: [1, 2] }],
      ['tensor', { name: 'name', dtype: 'int64', dims: [], data: none, elements: [7] }],
      ['type', { kind: 'sequence', element: { kind: 'tensor', dtype: 'float', shape: [3] } }],
      ['reference', 'outer'],
      ['float', Infinity],
      ['float', -Infinity],
      ['tensor', { name: '', dtype: 'float', dims: [9], data: { place: 'external', location: 'w' } }],
    ]);
  });

  it('reads labels, domains, overloads, left-out names', async () => {
    const [node, none] = await nodesOf(
      '["a label"] y, , z = com.microsoft.Fused:v2 (, x, "")',
      '= Sink (x,)',
    );
    expect(node).toMatchObject({
      name: 'a label',
      operator: 'Fused',
      domain: 'com.microsoft',
      overload: 'v2',
    });
    expect(node).toMatchObject({ outputs: ['y', '', 'z'], inputs: ['', 'x', ''] });
    expect(none).toMatchObject({ outputs: [], inputs: ['x'] });
  });

  it('reads subgraphs and functions, with a scope each', async () => {
    const text = `${body('y = If <then_branch = t () => (a) { a = Relu (x) }, else_branch = e () => (b) {', 'b = F (x) }> (x)')}
<domain: "my", opset_import: ["" : 17], overload: "o">
F <alpha, beta: float = 2> (float[3] p, q) => (r) { r = Add (p, q) }`;
    const { value, problems, positions } = await parse(text);
    expect(problems).toEqual([]);
    const outer = value!.graph.nodes[0]!;
    const branches = outer.attributes.map((attribute) =>
      attribute.kind === 'graph' ? attribute.value : null,
    );
    expect(branches.map((graph) => graph!.nodes[0]!.operator)).toEqual(['Relu', 'F']);
    const scope = positions.scope(branches[1]!)!;
    expect(scope).toMatchObject({ kind: 'subgraph', node: outer, parent: positions.scope(value!.graph) });
    expect(positions.value(scope, 'x')!.uses.length).toBe(3);
    expect(value!.functions[0]).toMatchObject({
      name: 'F',
      domain: 'my',
      overload: 'o',
      inputs: ['p', 'q'],
      outputs: ['r'],
      attributes: ['alpha'],
      attributeDefaults: [{ name: 'beta', kind: 'float', value: 2 }],
      valueInfo: [{ name: 'p', type: { kind: 'tensor', dtype: 'float', shape: [3] } }],
    });
    expect(positions.scope(value!.functions[0]!)!.kind).toBe('function');
    const inner = branches[1]!.nodes[0]!;
    expect(positions.nodeAtPlace({ line: 4, character: 2 })).toBe(inner);
    expect(positions.nodeAtPlace({ line: 4, character: 14 })).toBe(outer);
    expect(positions.hit(3, 6)).toMatchObject({ kind: 'operator', node: outer });
  });

  it('splits into tokens with comments and escapes', () => {
    const tokens = tokenize('y = Relu("a\\"b\\u{a}") # c\n=> -1.5e+3');
    expect(tokens.map(({ kind, text }) => [kind, text])).toEqual([
      ['identifier', 'y'],
      ['mark', '='],
      ['identifier', 'Relu'],
      ['mark', '('],
      ['string', 'a"b\n'],
      ['mark', ')'],
      ['comment', '# c'],
      ['arrow', '=>'],
      ['number', '-1.5e+3'],
    ]);
    expect(tokens[7]).toMatchObject({ line: 1, character: 0 });
  });
});

describe('a negative size, as damaged files have it', () => {
  it('stays with a tensor and leaves the dimension of a value open', async () => {
    const text = 'g (float[-1] x) => (float y) <float[2, -3] w = ["location": "w.bin"]> { y = Relu (x) }';
    const { value, problems } = await parseOnnxText(text, uninterrupted);
    expect(problems).toEqual([]);
    expect(value!.graph.initializers[0]!.dims).toEqual([2, -3]);
    expect(value!.graph.inputs[0]!.type).toMatchObject({ shape: [{ key: '?' }] });
  });
});

describe('broken lines', () => {
  const good = 'y = Relu (x)';
  const cases: readonly (readonly [line: string, code: string, where: string])[] = [
    ['z = Relu (x', 'format.text-expected', '4:11-4:11'],
    ['z = Relu x)', 'format.text-expected', '4:9-4:10'],
    ['z = (x)', 'format.text-operator', '4:4-4:5'],
    ['z Relu (x)', 'format.text-expected', '4:2-4:6'],
    [')', 'format.text-expected', '4:0-4:1'],
    ['z = Relu ("x)', 'format.text-string', '4:10-4:13'],
    ['z = Op <a = > (x)', 'format.text-value', '4:12-4:13'],
    ['z = Op <a: floot = 1> (x)', 'format.text-attribute-type', '4:11-4:16'],
    ['z = Op <a = [1, "b"]> (x)', 'format.text-list', '4:20-4:21'],
    ['z = Op <a = float[2] {1}> (x)', 'format.tensor-size', '4:21-4:22'],
    ['z = Op <a = float[N] {1}> (x)', 'format.text-tensor-type', '4:21-4:22'],
    ['한글 = Relu (x)', 'format.text-unquoted', '4:0-4:2'],
    ['z = If <t = g () => (z { a = Relu (x) }> (x)', 'format.text-expected', '4:23-4:24'],
  ];
  it.each(cases)('%s costs one line', async (line, code, where) => {
    const { value, problems } = await parse(body(good, line, good));
    expect(problems[0]).toMatchObject({ code });
    expect(place(problems[0]!.range)).toBe(where);
    expect(problems.every(({ range }) => range.start.line === 4)).toBe(true);
    const complete = value!.graph.nodes.filter(
      ({ outputs, inputs }) => outputs[0] === 'y' && inputs[0] === 'x',
    );
    expect(complete.length).toBe(2);
  });

  it('keep a statement whose operator was read, for those who are still typing', async () => {
    const { value } = await parse(body('z = Gemm <alpha = 1.0> (x, "w"', good));
    expect(value!.graph.nodes[0]).toMatchObject({ operator: 'Gemm', outputs: ['z'], inputs: ['x', 'w'] });
    expect(value!.graph.nodes.length).toBe(2);
  });

  it('do not swallow what surrounds broken subgraphs, heads, inputs and functions', async () => {
    const text = `<ir_version: x, opset_import: ["" : 17]>
g (floot[N] x, float[N] z) => (float y) <float[2] w = {1}, float[2] v = {1, 2}>
{
  y = If <then_branch = g ( => (z)
  {
    z = Relu (x)
  }> (x)
  q = Relu (z)
}
F (a => (b)
{
  b = Relu (a)
}
H (a) => (b) { b = Relu (a) }`;
    const { value, problems } = await parse(text);
    expect(value!.operatorSets).toEqual([{ domain: '', version: 17 }]);
    expect(value!.graph.inputs.map(({ name }) => name)).toEqual(['z']);
    expect(value!.graph.initializers.map(({ name }) => name)).toEqual(['w', 'v']);
    expect(value!.graph.nodes.map(({ operator }) => operator)).toEqual(['If', 'Relu']);
    expect(value!.functions.map(({ name }) => name)).toContain('H');
    expect(problems.map(({ range }) => range.start.line)).toEqual([0, 1, 1, 3, 9]);
  });

  it.each(['', '# only a comment\n', '<', 'g', 'g (', 'g () => () {', '{', '}}}}', '"', '\u0000', '<<<>>>'])(
    '%j gives problems and no exception',
    async (text) => {
      const { problems } = await parse(text);
      expect(problems.length).toBeGreaterThan(0);
    },
  );

  it('ends nesting', async () => {
    const deep = 'y = If <b = g () => (y) { '.repeat(2000);
    const { problems } = await parse(body(deep));
    expect(problems.some(({ code }) => code === 'format.too-deep')).toBe(true);
    const types = await parse(`g (${'seq('.repeat(5000)}float x) => () {}`);
    expect(types.problems[0]!.code).toBe('format.too-deep');
  });
});

describe('text → model → text', () => {
  it.each(fixtureNames)(
    'is a fixed point for the listing of %s, with the positions of the printer',
    async (name) => {
      const model = (await readOnnx(memorySource(fixture(name)), uninterrupted)).value!;
      const listing = printListing(model, { fileName: name });
      const parsed = await parse(listing.text);
      expect(parsed.problems).toEqual([]);
      // Without the first comment, which the model does not hold.
      expect(textOf(parsed.value!)).toBe(listing.text.replace(/^#.*\n/, ''));
      model.graph.nodes.forEach((node, i) => {
        const expected = listing.positions.position(node)!;
        const { range, operator, outputs, inputs, attributes } = parsed.positions.position(
          parsed.value!.graph.nodes[i]!,
        )!;
        expect({ range, operator, outputs, inputs, attributes }).toEqual({
          range: expected.range,
          operator: expected.operator,
          outputs: expected.outputs,
          inputs: expected.inputs,
          attributes: expected.attributes,
        });
      });
      const [ours, theirs] = [
        parsed.positions.scope(parsed.value!.graph)!,
        listing.positions.scope(model.graph)!,
      ];
      expect(ours.range).toEqual(theirs.range);
      expect(ours.initializers.map(({ range }) => range)).toEqual(
        theirs.initializers.map(({ range }) => range),
      );
    },
  );

  const name = fc.oneof(
    fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/),
    fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((text) => !/\p{Cs}/u.test(text)),
    fc.constantFrom('float', 'seq', 'inf', '', 'a\\b', '"', '\n', '\u202e', 'u{a}'),
  );
  const identifier = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,6}$/);
  const single = fc.float().map((value) => (Object.is(value, -0) ? 0 : value));
  const integer = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(2 ** 63, -(2 ** 63)));
  const tensor: fc.Arbitrary<Tensor> = fc
    .tuple(
      name,
      fc.constantFrom<DataType>('float', 'double', 'int64', 'uint8', 'string', 'bool', 'float16', 'int4'),
      fc.nat(3),
    )
    .chain(([title, dtype, count]) => {
      const element: fc.Arbitrary<number | string> =
        dataTypes[dtype].kind === 'string'
          ? name
          : dtype === 'float'
            ? single
            : dtype === 'double'
              ? fc.double().map((value) => (Object.is(value, -0) ? 0 : value))
              : dtype === 'float16'
                ? fc.constantFrom(0, 0.5, -2, 65504)
                : fc.integer({ min: 0, max: 1 });
      return fc.array(element, { minLength: count, maxLength: count }).map((elements) => ({
        name: title,
        dtype,
        dims: [count],
        data: { place: 'none' },
        elements: elements as number[],
      }));
    });
  const attribute: fc.Arbitrary<Attribute> = fc.oneof(
    fc.record({ name: identifier, kind: fc.constant('float' as const), value: single }),
    fc.record({ name: identifier, kind: fc.constant('int' as const), value: integer }),
    fc.record({ name: identifier, kind: fc.constant('string' as const), value: name }),
    fc.record({
      name: identifier,
      kind: fc.constant('ints' as const),
      value: fc.array(integer, { maxLength: 3 }),
    }),
    fc.record({
      name: identifier,
      kind: fc.constant('floats' as const),
      value: fc.array(single, { maxLength: 3 }),
    }),
    fc.record({
      name: identifier,
      kind: fc.constant('strings' as const),
      value: fc.array(name, { maxLength: 3 }),
    }),
    fc.record({
      name: identifier,
      kind: fc.constant('tensor' as const),
      value: tensor.map((t) => ({ ...t, name: '' })),
    }),
    fc.record({ name: identifier, kind: fc.constant('reference' as const), value: name }),
  );
  const node: fc.Arbitrary<Node> = fc.record({
    name,
    operator: identifier,
    domain: fc.constantFrom('', 'com.microsoft', 'a.b.c'),
    overload: fc.constantFrom('', 'v2'),
    inputs: fc.array(name, { maxLength: 3 }),
    outputs: fc.array(name, { maxLength: 3 }),
    attributes: fc.array(attribute, { maxLength: 4 }),
    metadata: fc.constant([]),
  });
  const model: fc.Arbitrary<Model> = fc
    .record({
      title: name,
      nodes: fc.array(node, { maxLength: 4 }),
      initializers: fc.array(tensor, { maxLength: 3 }),
      doc: name,
    })
    .map(({ title, nodes, initializers, doc }) => ({
      origin: {
        format: 'onnx-text',
        facts: {
          irVersion: 8,
          producerName: doc,
          producerVersion: '',
          domain: '',
          modelVersion: null,
          docString: doc,
          metadata: [],
          trainingInfoCount: 0,
        },
      },
      operatorSets: [{ domain: '', version: 17 }],
      graph: {
        name: title,
        inputs: [{ name: title, type: { kind: 'tensor', dtype: 'float', shape: [1] } }],
        outputs: [],
        valueInfo: [],
        initializers,
        sparseInitializers: [],
        nodes,
        metadata: [],
      },
      functions: [],
    }));

  it('loses nothing of any model', async () => {
    await fc.assert(
      fc.asyncProperty(model, async (value) => {
        const { value: parsed, problems } = await parse(textOf(value));
        expect(problems).toEqual([]);
        const plain = (item: unknown): unknown =>
          JSON.parse(
            JSON.stringify(item, (_key, v: unknown) =>
              v === Infinity ? 'inf' : v === -Infinity ? '-inf' : v,
            ),
          );
        expect(plain(parsed)).toEqual(plain(value));
      }),
      { numRuns: 300 },
    );
  });

  it('is a fixed point for broken texts too', async () => {
    const text = textOf(
      (await parse(body('y = Conv <pads = [1, 2], w = float[2] {1, 2}> (x, "a b")', 'z = Relu (y)'))).value!,
    );
    await fc.assert(
      fc.asyncProperty(
        fc.nat(text.length),
        fc.nat(6),
        fc.constantFrom('', '"', '{', '}', '(', ')', ',', '<', '\n', '한', '\\'),
        async (at, cut, put) => {
          const { value } = await parse(text.slice(0, at) + put + text.slice(at + cut));
          if (!value) return;
          const once = textOf(value);
          expect(textOf((await parse(once)).value!)).toBe(once);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('quotes any name so that it is read back', () => {
    fc.assert(
      fc.property(name, (text) => {
        const tokens = tokenize(nameText(text));
        expect(tokens.map((token) => token.text)).toEqual([text]);
      }),
    );
  });
});
