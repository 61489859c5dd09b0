import { describe, expect, it } from 'vitest';
import { readerOf } from '../../../../server/engine/formats/index';
import { readKeras } from '../../../../server/engine/formats/keras/read';
import { boundless, type ReadModel } from '../../../../server/engine/formats/room';
import { printListing } from '../../../../server/engine/formats/onnxText/print';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { uninterrupted } from '../../../../server/engine/scheduler';
import { zip } from '../zip/zip';
import { archive, calls, functional, layer, program, tensor } from './archive';

const read = (bytes: Uint8Array, room = boundless): Promise<ReadModel> =>
  readKeras(memorySource(bytes), uninterrupted, room);

const codesOf = ({ problems }: ReadModel): readonly string[] => problems.map(({ code }) => code);

async function listing(bytes: Uint8Array): Promise<string> {
  const { value } = await read(bytes);
  return printListing(value!, { fileName: 'm.keras', fileSize: bytes.length }).text;
}

describe('an archive of Keras', () => {
  it('is told by its first entry, whatever its name', () => {
    expect(readerOf(archive(), 'm.bin').id).toBe('keras');
    expect(readerOf(zip({ 'else.json': '{}' }), 'm.zip').id).toBe('onnx');
  });

  it('has its layers with their settings, weights and calls', async () => {
    const text = await listing(archive());
    expect(text).toContain('"keras_version": "3.15.1"');
    expect(text).toContain('float[4, 3] "first/kernel"');
    expect(text).toContain(
      '[first] "first/result" = keras.Dense <units = 3, use_bias = 1> (x, "first/kernel", "first/bias")',
    );
    expect(text).toContain('["first/relu"] first = keras.ops.Relu ("first/result")');
    expect(text).toContain('[wonder] wonder = keras.custom.Wonder <often = 2> (first)');
    expect(text).toContain('[last] last = keras.Dense <units = 2, use_bias = 0> (wonder, "last/kernel")');
  });

  it('is the same where its entries are packed', async () => {
    const [plain, packed] = [await read(archive()), await read(archive(program, true))];
    expect(packed.value?.graph).toEqual(plain.value?.graph);
  });

  it('stores more than is known where a layer is not, and all where each is', async () => {
    expect((await read(archive())).value?.storesMore).toBe(true);
    const known = functional(layer('Dense', { name: 'd', units: 2 }, calls([tensor('x', [null, 4])])));
    expect((await read(archive(known))).value?.storesMore).toBeUndefined();
  });

  it('has the weights of a layer once, however often it is called', async () => {
    const twice = functional(
      layer('Dense', { name: 'd', units: 4 }, calls([tensor('x', [null, 4])], [tensor('d', [null, 4], 0)])),
      layer('Add', { name: 'sum' }, calls([[tensor('d', [null, 4], 0), tensor('d', [null, 4], 1)]])),
    );
    const { value, problems } = await read(archive(twice));
    expect(problems).toEqual([]);
    expect(value!.graph.initializers.map(({ name, dims }) => [name, dims])).toEqual([
      ['d/kernel', [4, 4]],
      ['d/bias', [4]],
    ]);
    expect(value!.graph.nodes.map(({ name, outputs }) => [name, outputs])).toEqual([
      ['d', ['d']],
      ['d_2', ['d_2']],
      ['sum', ['sum']],
    ]);
  });

  it('has settings of calls in their order, and constants as tensors', async () => {
    const operation = (className: string, name: string, args: readonly unknown[]) => ({
      module: 'keras.src.ops.numpy',
      class_name: className,
      config: { name },
      ...calls(args),
    });
    const constant = { class_name: '__numpy__', config: { value: [1, 2, 3, 4], dtype: 'float32' } };
    const text = await listing(
      archive(
        functional(
          operation('Subtract', 'from', [2, tensor('x', [null, 4])]),
          operation('Multiply', 'times', [tensor('from', [null, 4]), constant]),
        ),
      ),
    );
    expect(text).toContain('from = keras.ops.Subtract <arg0 = 2> (x)');
    expect(text).toContain('times = keras.ops.Multiply (from, "times/arg1")');
    expect(text).toContain('float[4] "times/arg1"');
  });

  it('of Keras 2 has its calls as lists', async () => {
    const older = {
      class_name: 'Functional',
      config: {
        name: 'm',
        layers: [
          {
            class_name: 'InputLayer',
            name: 'x',
            config: { batch_input_shape: [null, 4], name: 'x' },
            inbound_nodes: [],
          },
          {
            class_name: 'Dense',
            name: 'd',
            config: { name: 'd', units: 2, dtype: 'float32' },
            inbound_nodes: [[['x', 0, 0, {}]]],
          },
        ],
        input_layers: [['x', 0, 0]],
        output_layers: [['d', 0, 0]],
      },
    };
    expect(await listing(archive(older))).toContain('d = keras.Dense <units = 2> (x, "d/kernel", "d/bias")');
  });
});

describe('of an archive of Keras that is not sound', () => {
  it('a model of a class of its own is named', async () => {
    const own = { module: 'mine', class_name: 'Tower', config: { width: 4 } };
    const { value, problems } = await read(archive(own));
    expect(value).toBeNull();
    expect(problems).toMatchObject([{ code: 'format.keras-class', args: { name: 'Tower' } }]);
  });

  it.each([
    ['a configuration that is none', archive('[1, 2'), 'format.damaged'],
    ['no configuration', zip({ 'metadata.json': '{}' }), 'format.damaged'],
    ['a file that breaks off', archive().subarray(0, 300), 'format.truncated'],
  ])('%s is told', async (_, bytes, code) => {
    const found = await read(bytes);
    expect(found.value).toBeNull();
    expect(codesOf(found)).toEqual([code]);
  });

  it.each([
    ['waits for itself', 'd'],
    ['reads what nobody gives', 'nobody'],
  ])('a call that %s is told, and the others are there', async (_, name) => {
    const found = await read(
      archive(
        functional(
          layer('Dense', { name: 'd', units: 2 }, calls([tensor(name, [null, 4])])),
          layer('Add', { name: 'sum' }, calls([[tensor('d', [null, 2]), tensor('d', [null, 2])]])),
        ),
      ),
    );
    expect(codesOf(found)).toEqual(['format.damaged']);
    expect(found.value?.isPartial).toBe(true);
    expect(found.value?.graph.nodes.map((node) => node.name)).toEqual(['d', 'sum']);
  });

  it('models within models are followed so deep and no deeper', async () => {
    let inner = layer('Dense', { name: 'd', units: 2 });
    for (let i = 0; i < 40; i++) inner = layer('Sequential', { name: 's', layers: [inner] });
    expect(codesOf(await read(archive(inner)))).toEqual(['format.too-deep']);
    const cell = (depth: number): unknown =>
      depth === 0 ? 1 : layer('TimeDistributed', { name: 't', layer: cell(depth - 1) });
    const chain = layer('Sequential', { name: 's', layers: [cell(40)], build_input_shape: [null, 3, 4] });
    expect(codesOf(await read(archive(chain)))).toEqual(['format.too-deep']);
  });

  it('models that are called over and over are written out until there are too many nodes', async () => {
    // Each model calls the one within it ten times: ten to the sixth calls in all.
    let inner = layer('ReLU', { name: 'r' });
    for (let i = 0; i < 6; i++) {
      const { name } = inner['config'] as { name: string };
      const others = Array.from({ length: 9 }, (_, node) => [tensor(name, [null, 4], node)]);
      const made = functional({ ...inner, ...calls([tensor('x', [null, 4])], ...others) });
      const config = { ...(made['config'] as object), name: `m${i}`, output_layers: [[name, 9, 0]] };
      inner = { ...made, config };
    }
    expect(codesOf(await read(archive(inner)))).toEqual(['format.too-many']);
  });

  it('settings of any kind and size do no harm', async () => {
    for (const units of [-1, 1e300, 'many', null, [3], {}, 0.5, 2 ** 53]) {
      const made = functional(layer('Dense', { name: 'd', units }, calls([tensor('x', [null, 4])])));
      const { value } = await read(archive(made));
      expect(value?.graph.nodes, JSON.stringify(units)).toHaveLength(1);
    }
  });

  it('a model that there is no room for is given up', async () => {
    expect(codesOf(await read(archive(), () => false))).toEqual(['format.no-room']);
  });
});
