import { expect, it } from 'vitest';
import type { Tensor } from '../../../server/engine/graph/model';
import { infos, modelOf, node, tryModel } from './build';

/** A small constant of another file that nobody could read. */
const unread = (name: string, dtype: 'int64' | 'float', dims: number[]): Tensor => ({
  name,
  dtype,
  dims,
  data: { place: 'external', location: `${name}.bin` },
});

it('a shape that lies in a file that can not be read is named with its file, once, and no dimension is asked for', async () => {
  const { inference } = await tryModel(
    modelOf({
      inputs: infos({ x: 'float[3, 32]' }),
      initializers: [unread('s', 'int64', [3])],
      nodes: [node('Reshape', 'x, s', 'r'), node('Relu', 'r', 'y')],
      outputs: infos({ y: '' }),
    }),
  );
  expect(inference.problems).toEqual([
    {
      severity: 'warning',
      code: 'inference.constant-unread',
      args: { operator: 'Reshape', constant: 's', file: 's.bin' },
      node: 0,
    },
  ]);
  expect(inference.symbols).toEqual([]);
  // Who knows it may give it all the same.
  expect(inference.names).toContain('r.dim0');
});

it('it is found behind casts and joins, and scales of a Resize too', async () => {
  const { inference } = await tryModel(
    modelOf({
      inputs: infos({ x: 'float[3, 32]', image: 'float[1, 3, 8, 8]' }),
      initializers: [unread('s', 'int64', [2]), unread('scales', 'float', [4])],
      nodes: [
        node('Cast', 's', 'c', { to: 7 }),
        node('Shape', 'x', 'sh'),
        node('Concat', 'c, sh', 'both', { axis: 0 }),
        node('Expand', 'x, both', 'y'),
        node('Resize', 'image, , scales', 'z'),
      ],
      outputs: infos({ y: '', z: '' }),
    }),
  );
  const told = inference.problems.map(({ code, args, node: at }) => [code, args, at]);
  expect(told).toEqual([
    ['inference.constant-unread', { operator: 'Expand', constant: 's', file: 's.bin' }, 3],
    ['inference.constant-unread', { operator: 'Resize', constant: 'scales', file: 'scales.bin' }, 4],
  ]);
});

it('weights that nobody reads are no reason for a size that data decides', async () => {
  const { inference } = await tryModel(
    modelOf({
      inputs: infos({ x: 'float[1, 4]' }),
      initializers: [unread('bias', 'float', [4])],
      nodes: [node('Add', 'x, bias', 'a'), node('NonZero', 'a', 'y')],
      outputs: infos({ y: '' }),
    }),
  );
  expect(inference.problems.map(({ code }) => code)).toEqual(['inference.data-decides']);
});
