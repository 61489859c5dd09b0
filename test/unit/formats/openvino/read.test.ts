import { describe, expect, it } from 'vitest';
import { readerOf, readModel } from '../../../../server/engine/formats';
import type { ReadModel, Room } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { infer } from '../../../../server/engine/inference/infer';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { layer, net, tinyNet } from './ir';

function read(text: string, room?: Room): Promise<ReadModel> {
  return readModel(memorySource(new TextEncoder().encode(text)), 'tiny.xml', uninterrupted, room);
}

const codes = ({ problems }: ReadModel): string[] => problems.map(({ code }) => code);

describe('an OpenVINO model', () => {
  it('is known by its content', () => {
    const head = new TextEncoder().encode(tinyNet());
    expect(readerOf(head, 'tiny.txt').id).toBe('openvino');
    expect(readerOf(new TextEncoder().encode('<?xml version="1.0"?><project/>'), 'pom.xml').id).toBe('onnx');
  });

  it('has its layers, ports and constants', async () => {
    const { value, problems } = await read(tinyNet());
    expect(problems).toEqual([]);
    const { graph, operatorSets, origin } = value!;
    expect(operatorSets).toEqual([{ domain: 'openvino', version: 1 }]);
    expect(origin).toMatchObject({
      format: 'openvino',
      facts: { metadata: [['Runtime_version', '2026.4']] },
    });
    expect(graph.inputs.map(({ name }) => name)).toEqual(['x']);
    expect(graph.outputs.map(({ name }) => name)).toEqual(['wonder']);
    expect(graph.initializers).toEqual([
      {
        name: 'w',
        dtype: 'float',
        dims: [2, 3],
        data: { place: 'external', location: 'tiny.bin', offset: 0, length: 24 },
      },
    ]);
    expect(graph.nodes.map(({ operator, inputs, outputs }) => [operator, inputs, outputs])).toEqual([
      ['MatMul', ['x', 'w'], ['xw']],
      ['Wonder', ['xw'], ['wonder']],
    ]);
  });

  it('names a layer that nobody knows, and counts the others', async () => {
    const { value } = await read(tinyNet());
    const { nodes, problems } = await infer(value!, {
      bindings: { 'x.dim0': 4 },
      phase: 'inference',
      precision: 'as-stored',
      runtime: null,
    });
    // 4 rows of 3 times 3 x 2: 24 multiply-accumulates.
    expect(nodes[0]!.work?.operations.matrix).toBe(48);
    expect(nodes[1]!.rule).not.toBe('exact');
    const told = problems.filter(({ args }) => 'operator' in args && args.operator === 'Wonder');
    expect(told.map(({ code }) => code)).toEqual(['operator.unmodelled']);
  });

  it('counts a grouped convolution by its groups', async () => {
    const text = net(
      [
        layer(0, 'Parameter', {
          name: 'x',
          data: 'shape="1,4,5,5" element_type="f32"',
          outputs: [[1, 4, 5, 5]],
        }),
        layer(1, 'Const', {
          data: 'element_type="f32" shape="2,3,2,3,3" offset="0" size="432"',
          outputs: [[2, 3, 2, 3, 3]],
        }),
        layer(2, 'GroupConvolution', {
          data: 'strides="1,1" pads_begin="0,0" pads_end="0,0" dilations="1,1" auto_pad="explicit"',
          inputs: [
            [1, 4, 5, 5],
            [2, 3, 2, 3, 3],
          ],
          outputs: [[-1, -1, -1, -1]],
        }),
        layer(3, 'Result', { inputs: [[1, 6, 3, 3]] }),
      ],
      ['0 0 2 0', '1 0 2 1', '2 2 3 0'],
    );
    const { value } = await read(text);
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const { nodes, values } = await infer(value!, workload);
    const type = values[nodes[0]!.outputs[0]!]!.type;
    expect(type).toMatchObject({ shape: [1, 6, 3, 3] });
    // 6 channels of 3 x 3, each of 2 channels under 3 x 3: 6 · 9 · 18 multiply-accumulates.
    expect(nodes[0]!.work?.operations.matrix).toBe(1944);
  });

  it.each([
    ['of an older version', tinyNet().replace('version="11"', 'version="7"'), 'format.openvino-version'],
    ['that is no XML', tinyNet().replace('</input>', '</nothing>'), 'format.damaged'],
    ['with a DTD', tinyNet().replace('<net', '<!DOCTYPE net [<!ENTITY a "aaaa">]><net'), 'format.damaged'],
    ['with an entity of its own', tinyNet().replace('name="x"', 'name="&a;"'), 'format.damaged'],
    ['that breaks off', tinyNet().slice(0, 900), 'format.damaged'],
    ['with a constant of no place', tinyNet().replace('offset="0"', ''), 'format.damaged'],
    ['with a constant of too few bytes', tinyNet().replace('size="24"', 'size="8"'), 'format.tensor-size'],
    [
      'with an impossible size',
      tinyNet().replace('shape="2, 3"', 'shape="9007199254740991, 9007199254740991"'),
      'format.damaged',
    ],
    [
      'of a type that nobody knows',
      tinyNet().replace('element_type="f32" shape="2', 'element_type="f99" shape="2'),
      'format.unknown-type',
    ],
    [
      'that nests without end',
      tinyNet().replace('<rt_info>', `<rt_info>${'<a>'.repeat(100_000)}`),
      'format.too-deep',
    ],
    [
      'with a name without end',
      tinyNet().replace('name="wonder"', `name="${'a'.repeat(5_000_000)}"`),
      'format.part-too-long',
    ],
  ])('%s is told', async (_, text, code) => {
    expect(codes(await read(text))).toContain(code);
  });

  it('gives what there is of it, wherever it breaks off', async () => {
    const whole = tinyNet();
    for (let length = 60; length < whole.length; length += 13) {
      const { value, problems } = await read(whole.slice(0, length));
      expect(problems.length).toBeGreaterThan(0);
      expect(value === null || value.isPartial === true).toBe(true);
    }
  });

  it('is given up where there is no room', async () => {
    const { value, problems } = await read(tinyNet(), () => false);
    expect(value).toBeNull();
    expect(problems.map(({ code }) => code)).toEqual(['format.no-room']);
  });

  it('may lead from a layer to itself, and from layers that are not there', async () => {
    const { value } = await read(
      tinyNet().replace('from-layer="0"', 'from-layer="2"').replace('from-layer="1"', 'from-layer="77"'),
    );
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    await expect(infer(value!, workload)).resolves.toBeDefined();
  });
});
