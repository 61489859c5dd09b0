import { describe, expect, it } from 'vitest';
import { readerOf, readModel } from '../../../../server/engine/formats';
import type { ReadModel, Room } from '../../../../server/engine/formats/room';
import { memorySource } from '../../../../server/engine/graph/byteSource';
import { multiply, symbol } from '../../../../server/engine/graph/dim';
import type { Shape } from '../../../../server/engine/graph/model';
import { infer } from '../../../../server/engine/inference/infer';
import { CancelledError, uninterrupted } from '../../../../server/engine/scheduler';
import { zip } from '../zip/zip';
import { callOf, objectOf, pickleOf, script, scriptOf, tensorOf } from './script';

function read(bytes: Uint8Array, room?: Room): Promise<ReadModel> {
  return readModel(memorySource(bytes), 'm.pt', uninterrupted, room);
}

const codes = ({ problems }: ReadModel): string[] => problems.map(({ code }) => code);
const batch = symbol('batch');

/** The shape of what `forward` returns for an input of [batch, 3], from its lines. */
async function shapeOf(lines: string): Promise<Shape | undefined> {
  const { value, problems } = await read(scriptOf(lines));
  expect(problems).toEqual([]);
  const type = value!.graph.outputs[0]?.type;
  return type?.kind === 'tensor' ? type.shape : undefined;
}

describe('an archive of TorchScript', () => {
  it('is known by its content and its name', () => {
    expect(readerOf(script(), 'm.pt').id).toBe('torchscript');
    expect(readerOf(script(), 'm.torchscript').id).toBe('torchscript');
    expect(readerOf(zip({ 'a.txt': 'x' }), 'm.zip').id).toBe('onnx');
  });

  it('has operators, weights with their places, and sizes from the example of a trace', async () => {
    const { value, problems } = await read(script());
    expect(problems).toEqual([]);
    const { graph, operatorSets } = value!;
    expect(operatorSets.map(({ domain }) => domain)).toEqual(['aten', 'mine']);
    expect(graph.inputs).toEqual([
      { name: 'x', type: { kind: 'tensor', dtype: 'float', shape: [batch, 3] } },
    ]);
    expect(graph.nodes.map(({ domain, operator, inputs }) => [domain, operator, inputs])).toEqual([
      ['aten', 'linear', ['x', 'weight']],
      ['aten', 'relu', ['linear']],
      ['aten', 'view', ['relu']],
      ['mine', 'wonder', ['view']],
    ]);
    // The constant holds 2: as many rows as the batch, twice.
    const view = graph.valueInfo.find(({ name }) => name === 'view');
    expect(view?.type).toMatchObject({ shape: [multiply(batch, 2)] });
    expect(graph.initializers[0]).toMatchObject({
      name: 'weight',
      dtype: 'float',
      dims: [2, 3],
      data: { place: 'embedded', length: 24 },
    });
    expect(graph.initializers[1]).toMatchObject({ name: 'CONSTANTS.c0', elements: [2] });
  });

  it('counts what is known, and names an operator that nobody knows', async () => {
    const { value } = await read(script());
    const workload = {
      bindings: { batch: 4 },
      phase: 'inference',
      precision: 'as-stored',
      runtime: null,
    } as const;
    const { nodes, problems } = await infer(value!, workload);
    // 4 rows of 2 sums of 3 products: 24 multiply-accumulates.
    expect(nodes[0]!.work?.operations.matrix).toBe(48);
    expect(problems.map(({ code, args }) => [code, args])).toContainEqual([
      'operator.unmodelled',
      expect.objectContaining({ operator: 'wonder', domain: 'mine' }),
    ]);
  });

  it('follows branches and loops whose conditions sizes decide', async () => {
    const lines = `if torch.eq(torch.dim(x), 2):
  y = torch.unsqueeze(x, 0)
else:
  ops.prim.RaiseException("no")
for i in range(3):
  y = torch.cat([y, y], 2)
return y`;
    // 3 columns, doubled three times.
    expect(await shapeOf(lines)).toEqual([1, batch, 24]);
  });

  it('takes the way that raises no error, and says where numbers decide between two others', async () => {
    const raising =
      'if bool(torch.any(x)):\n  ops.prim.RaiseException("no")\nelse:\n  pass\nreturn torch.relu(x)';
    expect(await shapeOf(raising)).toEqual([batch, 3]);
    const found = await read(
      scriptOf('if bool(torch.any(x)):\n  y = torch.relu(x)\nelse:\n  y = torch.tanh(x)\nreturn y'),
    );
    expect(codes(found)).toEqual(['format.torchscript-undecided']);
    expect(found.value!.isPartial).toBe(true);
  });

  it.each([
    ['torch.transpose(x, 0, 1)', [3, batch]],
    ['torch.permute(x, [1, 0])', [3, batch]],
    ['torch.flatten(torch.unsqueeze(x, 0), 1, -1)', [1, multiply(batch, 3)]],
    ['torch.view(x, [-1, 3, 1])', [batch, 3, 1]],
    ['torch.mean(x, [1], True)', [batch, 1]],
    ['torch.sum(x)', []],
    ['torch.slice(x, 1, 1, 9223372036854775807)', [batch, 2]],
    ['torch.slice(x, 1, 0, -1)', [batch, 2]],
    ['torch.select(x, 1, 0)', [batch]],
    ['torch.chunk(x, 3, 1)[1]', [batch, 1]],
    ['torch.stack([x, x], 0)', [2, batch, 3]],
    ['torch.expand(torch.unsqueeze(x, 1), [-1, 7, -1])', [batch, 7, 3]],
    ['torch.repeat(x, [1, 4])', [batch, 12]],
    ['torch.nn.functional.pad(x, [1, 2])', [batch, 6]],
    ['torch.pad(x, [1, 2])', [batch, 6]],
    ['torch.matmul(x, torch.t(self.weight))', [batch, 2]],
    ['torch.einsum("ij,kj->ik", [x, self.weight])', [batch, 2]],
    ['torch.add(x, torch.zeros([5, 1, 3], dtype=6))', [5, batch, 3]],
    ['torch.arange(1, 8, 2)', [4]],
    ['torch.avg_pool1d(torch.unsqueeze(torch.zeros([2, 9]), 0), [2], [2])', [1, 2, 4]],
  ] as const)('%s has the shape that torch gives', async (expression, shape) => {
    const found = await read(scriptOf(`return ${expression}`));
    const type = found.value!.graph.outputs[0]?.type;
    const known = type?.kind === 'tensor' ? type.shape : undefined;
    expect(known).toEqual(shape);
  });

  it('that is a checkpoint is told as one', async () => {
    const found = await read(zip({ 'm/data.pkl': pickleOf([1]) }));
    expect(found.value).toBeNull();
    expect(codes(found)).toEqual(['format.pytorch']);
  });
});

describe('an archive of TorchScript that is damaged or hostile', () => {
  it('calls nothing that its pickle names', async () => {
    const data = pickleOf(callOf('os', 'system', ['touch /tmp/never']));
    const found = await read(script(undefined, { 'm/data.pkl': data }));
    expect(found.value).toBeNull();
  });

  it('with a pickle that breaks off or never ends is refused', async () => {
    const cut = pickleOf(objectOf('__torch__', 'Net', {})).slice(0, -3);
    expect(codes(await read(script(undefined, { 'm/data.pkl': cut })))).toEqual(['format.damaged']);
    const unknown = Uint8Array.from([0x80, 2, 0xff]);
    expect(codes(await read(script(undefined, { 'm/data.pkl': unknown })))).toEqual(['format.damaged']);
  });

  it('takes no sizes that are none', async () => {
    const weight = tensorOf('0', [-1, 3]);
    const data = pickleOf(objectOf('__torch__', 'Net', { training: false, weight }));
    const { value } = await read(script(undefined, { 'm/data.pkl': data }));
    expect(value!.graph.initializers.map(({ name }) => name)).toEqual(['CONSTANTS.c0']);
  });

  it('whose code calls itself or loops for long comes to an end', async () => {
    const recursive = await read(scriptOf('return (self).forward(x, )'));
    expect(codes(recursive)).toEqual(['format.too-deep']);
    const before = performance.now();
    const loop = 'y = x\nfor i in range(60000):\n  for j in range(60000):\n    y = torch.relu(y)\nreturn y';
    expect(codes(await read(scriptOf(loop)))).toEqual(['format.too-many']);
    expect(performance.now() - before).toBeLessThan(10_000);
  });

  it('gives others their turns while its code is followed, and stops when nobody waits for it', async () => {
    const loop = (count: number): Uint8Array =>
      scriptOf(`y = x\nfor i in range(${count}):\n  y = torch.relu(y)\nreturn y`);
    const turnsIn = async (count: number, most = Infinity): Promise<number> => {
      let turns = 0;
      const tick = (): Promise<void> | undefined =>
        ++turns > most ? Promise.reject(new CancelledError()) : undefined;
      const { value } = await readModel(memorySource(loop(count)), 'm.pt', { tick });
      expect(value!.graph.nodes).toHaveLength(count);
      return turns;
    };
    // One in 64 statements.
    expect((await turnsIn(6401)) - (await turnsIn(1))).toBe(100);
    await expect(turnsIn(6401, 50)).rejects.toThrow(CancelledError);
  });

  it('nests no deeper than can be followed', async () => {
    const nested = `return ${'torch.relu('.repeat(5000)}x${')'.repeat(5000)}`;
    expect(codes(await read(scriptOf(nested)))).toEqual(['format.too-deep']);
  });

  it('with code that is none is refused', async () => {
    expect(codes(await read(scriptOf('return ) ('))).at(0)).toBe('format.damaged');
  });

  it('gives up where there is no room', async () => {
    expect(codes(await read(script(), () => false))).toEqual(['format.no-room']);
  });
});
