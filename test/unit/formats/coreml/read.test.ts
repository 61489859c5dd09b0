import { describe, expect, it } from 'vitest';
import { readerOf, readModel } from '../../../../server/engine/formats';
import type { Beside } from '../../../../server/engine/formats/beside';
import type { ReadModel, Room } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { int, part, text } from '../wire';
import {
  blob,
  constant,
  float32,
  int32,
  integers,
  manifest,
  named,
  operation,
  programModel,
  single,
  tensorType,
  tinyProgram,
  words,
} from './bytes';

function read(bytes: Uint8Array, room?: Room, beside?: Beside): Promise<ReadModel> {
  return readModel(memorySource(bytes), 'm.mlmodel', uninterrupted, room, beside);
}

const codes = ({ problems }: ReadModel): string[] => problems.map(({ code }) => code);
const vector = tensorType(float32, 4);

describe('a model of Core ML', () => {
  it('is known by its first bytes, whatever its name, and ONNX stays ONNX', () => {
    expect(readerOf(tinyProgram(), 'm.bin').id).toBe('coreml');
    expect(readerOf(new TextEncoder().encode(manifest('a/m.mlmodel')), 'x.json').id).toBe('coreml');
    // An IR version and the name of a producer.
    expect(readerOf(Uint8Array.from([...int(1, 8), ...text(2, 'pytorch')]), 'm.mlmodel').id).toBe('onnx');
  });

  it('has its operations, weights and sizes', async () => {
    const { value, problems } = await read(tinyProgram());
    expect(problems).toEqual([]);
    const { graph, operatorSets, origin } = value!;
    expect(origin).toMatchObject({ format: 'coreml', facts: { metadata: [['specificationVersion', '8']] } });
    expect(operatorSets).toEqual([{ domain: 'coreml', version: 7 }]);
    expect(graph.inputs).toMatchObject([{ name: 'x', type: { dtype: 'float' } }]);
    // 64 bytes of metadata stand before the 24 of the weight.
    const data = { place: 'external', location: 'weights/weight.bin', offset: 128, length: 24 };
    expect(graph.initializers).toEqual([{ name: 'w', dtype: 'float', dims: [2, 3], data }]);
    expect(graph.nodes.map(({ operator, inputs, outputs }) => [operator, inputs, outputs])).toEqual([
      ['linear', ['x', 'w'], ['xw']],
      ['wonder', ['xw'], ['y']],
    ]);
    expect(graph.nodes[1]!.attributes).toEqual([
      { name: 'mode', kind: 'string', value: 'fast' },
      { name: 'often', kind: 'ints', value: [1, 2] },
    ]);
  });

  it('takes numbers for tensors where the operation has tensors there', async () => {
    const { value } = await read(
      programModel({
        main: {
          inputs: [named('x', vector)],
          outputs: ['z'],
          operations: [
            constant('two', tensorType(float32), single(2)),
            operation('mul', { y: 'two', x: 'x' }, named('y', vector)),
            operation('elu', { x: 'y', alpha: single(0.5) }, named('e', vector)),
            operation(
              'concat',
              { values: ['y', 'e'], axis: integers(0) },
              named('z', tensorType(float32, 8)),
            ),
          ],
        },
      }),
    );
    const { nodes, initializers } = value!.graph;
    expect(nodes.map(({ inputs }) => inputs)).toEqual([['x', 'two'], ['y'], ['y', 'e']]);
    expect(nodes[1]!.attributes).toEqual([{ name: 'alpha', kind: 'float', value: 0.5 }]);
    expect(initializers).toMatchObject([{ name: 'two', dims: [], elements: [2] }]);
  });

  it('has blocks as graphs, which see the constants around them', async () => {
    const counter = tensorType(int32, 1);
    const condition = operation('less', { x: 'i', y: 'five' }, named('more', tensorType(1, 1)));
    const body = operation('add', { x: 'i', y: 'one' }, named('next', counter));
    const block = (output: string, one: number[]): number[] =>
      part(4, part(1, named('i', counter)), text(2, output), one);
    const { value, problems } = await read(
      programModel({
        main: {
          inputs: [named('start', counter)],
          outputs: ['last'],
          operations: [
            constant('five', counter, integers(5)),
            constant('one', counter, integers(1)),
            operation(
              'while_loop',
              { loop_vars: 'start' },
              named('last', counter),
              block('more', condition),
              block('next', body),
            ),
          ],
        },
      }),
    );
    expect(problems).toEqual([]);
    const { nodes, initializers } = value!.graph;
    expect(nodes[0]!.attributes.map(({ name, kind }) => [name, kind])).toEqual([
      ['cond', 'graph'],
      ['body', 'graph'],
    ]);
    expect(initializers.map(({ name }) => name)).toEqual(['five', 'one']);
  });

  it('has one function, and says which others there are', async () => {
    const one = { inputs: [named('x', vector)], outputs: ['x'], operations: [] };
    const { value, problems } = await read(
      programModel({ first: one, second: { ...one, outputs: ['x', 'x'] } }, [
        ...part(20, text(1, 'second')),
        ...text(21, 'second'),
      ]),
    );
    expect(problems).toMatchObject([{ code: 'format.coreml-functions', args: { count: 1, names: 'first' } }]);
    expect(value!.graph.outputs).toHaveLength(2);
  });

  it('that is packed for fewer bits has as many elements as its shape says', async () => {
    // 16 entries are told by 4 bits: 8 elements in 4 bytes.
    const attribute = (name: string, value: number[]): number[] => part(5, text(1, name), part(2, value));
    const { value } = await read(
      programModel({
        main: {
          inputs: [],
          outputs: ['w'],
          operations: [
            operation(
              'constexpr_lut_to_dense',
              {},
              named('w', tensorType(float32, 2, 4)),
              attribute('indices', blob(tensorType(31, 4), 0)),
              attribute('lut', blob(tensorType(float32, 16), 128)),
              attribute('shape', integers(2, 4)),
              attribute('name', words('palette')),
            ),
          ],
        },
      }),
    );
    expect(value!.graph.nodes).toMatchObject([{ name: 'palette', inputs: ['w_indices', 'w_lut'] }]);
    expect(value!.graph.initializers).toMatchObject([
      { name: 'w_indices', dtype: 'uint4', dims: [2, 4], data: { length: 4 } },
      { name: 'w_lut', dims: [16], data: { length: 64 } },
    ]);
  });
});

describe('a package of Core ML', () => {
  const encoder = new TextEncoder();
  const beside: Beside = {
    name: 'Manifest.json',
    open: (name) =>
      Promise.resolve(
        name === 'Data/com.apple.CoreML/m.mlmodel'
          ? { source: memorySource(tinyProgram()), close: () => Promise.resolve() }
          : null,
      ),
  };

  it('is read by its manifest, with weights where they lie from there', async () => {
    const { value } = await read(encoder.encode(manifest('com.apple.CoreML/m.mlmodel')), undefined, beside);
    const data = { location: 'Data/com.apple.CoreML/weights/weight.bin' };
    expect(value!.graph.initializers).toMatchObject([{ name: 'w', data }]);
  });

  it.each([
    ['whose model is not there', manifest('../m.mlmodel'), 'format.coreml-model-missing'],
    ['that names none', manifest('').replace('"one"', '"two"'), 'format.damaged'],
    ['that breaks off', manifest('com.apple.CoreML/m.mlmodel').slice(0, 120), 'format.damaged'],
  ])('%s is told', async (_, text, code) => {
    const result = await read(encoder.encode(text), undefined, beside);
    expect(result.value).toBeNull();
    expect(codes(result)).toEqual([code]);
  });
});

describe('a hostile model of Core ML', () => {
  it('that breaks off is listed as far as it goes', async () => {
    const bytes = tinyProgram();
    const result = await read(bytes.subarray(0, bytes.length - 30));
    expect(codes(result)).toContain('format.truncated');
    expect(result.value?.isPartial).toBe(true);
  });

  it('that nests without end is told', async () => {
    // Pipelines of pipelines: Model 202 holds a Pipeline, whose field 1 is a Model.
    let model = [...int(1, 8), ...part(2, part(1, text(1, 'x')))];
    for (let i = 0; i < 100; i++)
      model = [...int(1, 8), ...part(2, part(1, text(1, 'x'))), ...part(202, part(1, model))];
    expect(codes(await read(Uint8Array.from(model)))).toContain('format.too-deep');
  });

  it('is given up where there is no room', async () => {
    expect(codes(await read(tinyProgram(), () => false))).toEqual(['format.no-room']);
  });

  it.each([-1, 2 ** 53, 2 ** 62])('has no size of %d', async (size) => {
    const { value } = await read(
      programModel({
        main: { inputs: [named('x', tensorType(float32, size))], outputs: ['x'], operations: [] },
      }),
    );
    const type = value!.graph.inputs[0]!.type;
    expect(type?.kind === 'tensor' && typeof type.shape![0]).toBe('object');
  });
});
