import { framesOf, traceOf } from '../../../../server/engine/graph/sourceFrames';
import { describe, expect, it } from 'vitest';
import { readerOf, readModel } from '../../../../server/engine/formats';
import { sizeOf } from '../../../../server/engine/formats/pytorch/sizes';
import type { ReadModel, Room } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { printDim } from '../../../../server/engine/graph/dim';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { zip } from '../zip/zip';
import { archive, program } from './program';

function read(bytes: Uint8Array, room?: Room): Promise<ReadModel> {
  return readModel(memorySource(bytes), 'm.pt2', uninterrupted, room);
}

const codes = ({ problems }: ReadModel): string[] => problems.map(({ code }) => code);
const text = JSON.stringify(program);

describe('an archive of torch.export', () => {
  it('is known by its first entry, whatever its name', () => {
    expect(readerOf(archive().subarray(0, 1024), 'm.zip').id).toBe('pt2');
    // TorchScript is stored so, too: its reader tells checkpoints, those of another name are told by the first one.
    expect(readerOf(zip({ 'm/data.pkl': 'x' }), 'm.pt').id).toBe('torchscript');
    expect(readerOf(zip({ 'm/data.pkl': 'x' }), 'pytorch_model.bin').id).toBe('onnx');
  });

  it.each([false, true])('has its operators, weights and sizes, packed %s', async (isPacked) => {
    const { value, problems } = await read(archive(program, isPacked));
    expect(problems).toEqual([]);
    const { graph, operatorSets, origin } = value!;
    expect(origin).toMatchObject({ format: 'pt2', facts: { metadata: [['torch_version', '2.13.0']] } });
    expect(operatorSets).toEqual([
      { domain: 'aten', version: 10 },
      { domain: 'mine', version: 1 },
    ]);
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(graph.initializers).toMatchObject([{ name: 'head.weight', dtype: 'float', dims: [2, 3] }]);
    // The head of the first entry takes 30 bytes and its name 23.
    if (!isPacked) expect(graph.initializers[0]!.data).toEqual({ place: 'embedded', offset: 53, length: 24 });
    expect(
      graph.nodes.map(({ domain, operator, inputs, outputs }) => [domain, operator, inputs, outputs]),
    ).toEqual([
      ['aten', 'linear', ['x', 'head.weight'], ['linear']],
      ['mine', 'wonder', ['linear'], ['y']],
    ]);
    expect(graph.nodes[0]!.metadata[0]).toEqual(['module', 'head']);
    expect(framesOf(traceOf(graph.nodes[0]!)!)).toEqual([
      { file: '/home/user/net.py', line: 9, code: 'return self.head(x)' },
    ]);
    expect(graph.nodes[1]!.attributes).toEqual([{ name: 'often', kind: 'ints', value: [1, 2] }]);
  });

  it('writes graphs out that only set a mode', async () => {
    const { graph } = program.graph_module;
    const called = {
      target: 'torch.ops.higher_order.wrap_with_set_grad_enabled',
      inputs: [
        { name: '', arg: { as_bool: false } },
        { name: '', arg: { as_graph: { name: 'submod', graph } } },
        { name: '', arg: { as_tensor: { name: 'p_w' } } },
        { name: '', arg: { as_tensor: { name: 'outer' } } },
      ],
      outputs: [{ as_tensors: [{ name: 'result' }] }],
      metadata: {},
    };
    const outer = {
      ...graph,
      inputs: [{ as_tensor: { name: 'p_w' } }, { as_tensor: { name: 'outer' } }],
      nodes: [called],
    };
    const { value } = await read(
      archive({ ...program, graph_module: { ...program.graph_module, graph: outer } }),
    );
    expect(value!.graph.nodes.map(({ inputs, outputs }) => [inputs, outputs])).toEqual([
      [['outer', 'head.weight'], ['result.linear']],
      [['result.linear'], ['result']],
    ]);
  });

  it.each([
    ['without a program', zip({ 'm/data/weights/weight_0': '' }), 'format.damaged'],
    ['whose program is no JSON', archive('{'), 'format.damaged'],
    ['whose program is a list', archive('[]'), 'format.damaged'],
    ['that breaks off', archive().subarray(0, 300), 'format.truncated'],
    ['that nests as no parser takes it', archive(`${'['.repeat(200_000)}`), 'format.damaged'],
  ])('%s is told', async (_, bytes, code) => {
    expect(codes(await read(bytes))).toContain(code);
  });

  it.each([
    text.replaceAll('"nodes":[', '"nodes":[null,7,"x",{"target":3,"inputs":{},"outputs":"y"},'),
    text.replaceAll('"as_tensor"', '"as_nothing"'),
    text.replaceAll('{"as_int":2}', '{"as_int":-2}'),
    text.replaceAll('{"as_int":2}', '{"as_int":1e300}'),
    text.replaceAll('"name"', '"__proto__"'),
    text.replaceAll('"sizes":[', '"sizes":[{"as_expr":{"expr_str":"Add(Add(Add("}},'),
  ])('takes what it can of a strange one (%#)', async (strange) => {
    const { value } = await read(archive(strange));
    expect(value).not.toBeNull();
  });

  it('is given up where there is no room', async () => {
    expect(codes(await read(archive(), () => false))).toEqual(['format.no-room']);
  });

  it('stops at graphs that call graphs without end', async () => {
    let graph: unknown = program.graph_module.graph;
    for (let i = 0; i < 100; i++)
      graph = {
        nodes: [
          {
            target: 'torch.ops.higher_order.wrap_with_autocast',
            inputs: [{ name: '', arg: { as_graph: { graph } } }],
            outputs: [{ as_tensor: { name: 'y' } }],
          },
        ],
      };
    const found = await read(archive({ ...program, graph_module: { ...program.graph_module, graph } }));
    expect(codes(found)).toEqual(['format.too-deep']);
  });
});

describe('sizes of torch.export', () => {
  it.each([
    ["Symbol('s0', positive=True, integer=True)", 's0'],
    ["Add(Mul(Integer(2), Symbol('s0')), Integer(-1))", 's0*2 - 1'],
    ["FloorDiv(Add(Symbol('a'), Integer(1)), Integer(2))", 'floor((a + 1)/2)'],
    ["Pow(Symbol('a'), Integer(2))", 'a*a'],
    ['Integer(7)', '7'],
    ["FloorDiv(Symbol('a'), Integer(0))", '?'],
    ["Unheard(Symbol('a'))", '?'],
    ['Integer(-3)', '?'],
    ['Add(', '?'],
    [`${'Add('.repeat(10_000)}`, '?'],
  ])('%s', (given, expected) => {
    const size = sizeOf(given);
    expect(typeof size === 'number' ? String(size) : printDim(size)).toBe(expected);
  });
});
