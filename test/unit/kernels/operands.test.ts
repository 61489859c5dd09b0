import { describe, expect, it } from 'vitest';
import { movedBytes, operandsOf as crossing } from '../../../server/engine/kernels/operands';
import { planKernels } from '../../../server/engine/kernels/plan';
import { profileById } from '../../../server/engine/kernels/profile';
import { uninterrupted } from '../../../server/engine/scheduler';
import { tensorOf } from '../operators/check';
import { functionOf, infos, modelOf, node, tryModel } from '../inference/build';

async function planOf(runtime: string, ...args: Parameters<typeof modelOf>) {
  const { inference } = await tryModel(modelOf(...args));
  return { inference, plan: await planKernels(inference, profileById(runtime)!, uninterrupted) };
}

/** Operands of the kernels of a runtime, by name. */
async function operandsOf(runtime: string, ...args: Parameters<typeof modelOf>) {
  const { inference, plan } = await planOf(runtime, ...args);
  return plan.kernels.map(({ operands }) =>
    operands.map(({ value, ...rest }) => ({ name: inference.values[value]!.name, ...rest })),
  );
}

describe('operands', () => {
  it('have a role, the stored type, all elements and the bytes that are touched', async () => {
    const kernels = await operandsOf('none', {
      inputs: infos({ table: 'float16[100, 8]', rows: 'int64[3]' }),
      nodes: [node('Gather', 'table, rows', 'y')],
    });
    // Three rows of eight elements of two bytes are read and written; three indices of eight bytes.
    expect(kernels).toEqual([
      [
        { name: 'table', role: 'input', format: 'float16', elements: 800, bytes: 48 },
        { name: 'rows', role: 'input', format: 'int64', elements: 3, bytes: 24 },
        { name: 'y', role: 'output', format: 'float16', elements: 24, bytes: 48 },
      ],
    ]);
  });

  it('read what stands before a removed cast, in its own size', async () => {
    const kernels = await operandsOf('onnxruntime-cpu', {
      inputs: infos({ x: 'float16[4, 8]', z: 'float[4, 8]' }),
      nodes: [node('Cast', 'x', 'wide', { to: 1 }), node('Mul', 'wide, z', 'y')],
    });
    // The CPU computes in floats anyway: 32 halves of two bytes, 32 floats of four.
    expect(kernels).toEqual([
      [
        { name: 'x', role: 'input', format: 'float16', elements: 32, bytes: 64 },
        { name: 'z', role: 'input', format: 'float', elements: 32, bytes: 128 },
        { name: 'y', role: 'output', format: 'float', elements: 32, bytes: 128 },
      ],
    ]);
  });

  it('count a value once that is named twice', async () => {
    const kernels = await operandsOf('none', {
      inputs: infos({ x: 'float[10]' }),
      nodes: [node('Mul', 'x, x', 'y')],
    });
    expect(kernels[0]!.map(({ name, bytes }) => [name, bytes])).toEqual([
      ['x', 40],
      ['y', 40],
    ]);
  });

  it('add up to what a chain of products moves: what is read, and what is written', async () => {
    const { plan } = await planOf('none', {
      inputs: infos({ x: 'float[2, 3]', v: 'float[3, 5]', w: 'float[5, 7]' }),
      nodes: [node('MatMul', 'x, v', 'h'), node('MatMul', 'h, w', 'y')],
    });
    // Floats of four bytes: 6 + 15 read and 10 written, then 10 + 35 read and 14 written.
    expect(plan.kernels.map(movedBytes)).toEqual([4 * (6 + 15 + 10), 4 * (10 + 35 + 14)]);
  });

  it('read all of a weight that a runtime dequantises in each run', async () => {
    const kernels = await operandsOf('onnxruntime-cpu', {
      inputs: infos({ x: 'float[2, 3]' }),
      initializers: [
        tensorOf(
          'stored',
          'int8',
          [3, 4],
          Array.from({ length: 12 }, (_, i) => i),
        ),
        tensorOf('scale', 'float', [], [0.5]),
      ],
      nodes: [node('DequantizeLinear', 'stored, scale', 'w'), node('MatMul', 'x, w', 'y')],
    });
    // Twelve weights of a byte and a scale of four are read, twelve floats written; then 6 + 12 floats read and 8 written.
    expect(kernels.map((operands) => operands.map(({ name, bytes }) => [name, bytes]))).toEqual([
      [
        ['stored', 12],
        ['scale', 4],
        ['w', 48],
      ],
      [
        ['x', 24],
        ['w', 48],
        ['y', 32],
      ],
    ]);
  });

  it('are all of what is read and written where a runtime computes a constant in each run', async () => {
    const { inference } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[2, 3]' }),
        initializers: [tensorOf('stored', 'float', [3, 4], new Array<number>(12).fill(1))],
        nodes: [node('Neg', 'stored', 'w'), node('MatMul', 'x, w', 'y')],
      }),
    );
    const none = profileById('none')!;
    const eager = { ...none, folding: { ...none.folding, constants: false } };
    const { kernels } = await planKernels(inference, eager, uninterrupted);
    // Floats of four bytes: 12 read and 12 written; then 6 + 12 read and 8 written.
    expect(kernels.map(movedBytes)).toEqual([4 * (12 + 12), 4 * (6 + 12 + 8)]);
  });

  it('count what a view passes on once, whether the value itself leaves the kernel too or not', async () => {
    const { inference } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[2, 5]' }),
        initializers: [tensorOf('shape', 'int64', [1], [10])],
        nodes: [node('Relu', 'x', 'v'), node('Reshape', 'v, shape', 'w')],
      }),
    );
    const written = (leaving: readonly string[]): unknown[] => {
      const nameOf = (id: number): string => inference.values[id]!.name;
      const names = {
        resolve: (id: number) => id,
        isReadOutside: (id: number) => leaving.includes(nameOf(id)),
      };
      return crossing(inference, [0, 1], names, new Map())
        .filter(({ role }) => role === 'output')
        .map(({ value, bytes }) => [nameOf(value), bytes]);
    };
    // Ten floats of four bytes, computed once: the view is the same memory under another name.
    expect(written(['v', 'w'])).toEqual([
      ['v', 40],
      ['w', 0],
    ]);
    expect(written(['w'])).toEqual([['w', 40]]);
  });

  it('follow views outside of a kernel back into it, however many there are', async () => {
    const { inference } = await tryModel(
      modelOf({
        inputs: infos({ x: 'float[2, 5]', z: 'float[10]' }),
        initializers: [tensorOf('ten', 'int64', [1], [10]), tensorOf('five', 'int64', [2], [2, 5])],
        nodes: [
          node('Relu', 'x', 'v'),
          node('Reshape', 'v, ten', 'a'),
          node('Reshape', 'a, five', 'b'),
          node('Reshape', 'b, ten', 'c'),
          node('Mul', 'c, z', 'y'),
        ],
      }),
    );
    const names = { resolve: (id: number) => id, isReadOutside: () => false };
    const of = (members: number[], isReadOutside: (id: number) => boolean) =>
      crossing(inference, members, { ...names, isReadOutside }, new Map()).map(({ value, role, bytes }) => [
        inference.values[value]!.name,
        role,
        bytes,
      ]);
    const leaves =
      (...left: string[]) =>
      (id: number) =>
        left.includes(inference.values[id]!.name);
    // Ten floats of four bytes each. What the product reads through three views is the kernel's own.
    const moved = [
      ['x', 'input', 40],
      ['z', 'input', 40],
      ['y', 'output', 40],
    ];
    expect(of([0, 4], leaves('y'))).toEqual(moved);
    // With the views inside nothing else crosses the border: they are read by nobody else.
    expect(of([0, 1, 2, 3, 4], leaves('y'))).toEqual(moved);
    // Without the first node the product reads what the last view is called.
    expect(of([3, 4], leaves('y')).map(([name]) => name)).toEqual(['b', 'z', 'y']);
    // With the first view it reads what that view is of.
    expect(of([1, 4], leaves('y')).map(([name]) => name)).toEqual(['v', 'z', 'y']);
  });

  it('read what a duplicated node reads instead of what it makes', async () => {
    const { inference } = await tryModel(
      modelOf({
        inputs: infos({ x: 'int8[8]', z: 'float[8]', scale: 'float[]' }),
        nodes: [node('DequantizeLinear', 'x, scale', 'd'), node('Mul', 'd, z', 'y')],
      }),
    );
    const idOf = (name: string): number => inference.values.find((value) => value.name === name)!.id;
    const names = { resolve: (id: number) => id, isReadOutside: (id: number) => id === idOf('y') };
    const recomputed = new Map([[idOf('d'), idOf('x')]]);
    const found = crossing(inference, [1], names, recomputed);
    // Eight bytes for the eight floats that are made of them.
    expect(found.map(({ value, bytes }) => [inference.values[value]!.name, bytes])).toEqual([
      ['x', 8],
      ['z', 32],
      ['y', 32],
    ]);
  });

  it('are those of the body of a function, and none of its call', async () => {
    const { inference } = await tryModel(
      modelOf(
        { inputs: infos({ x: 'float[4]' }), nodes: [node('local::F', 'x', 'y')], outputs: infos({ y: '' }) },
        [functionOf('F', 'a', 'c', [node('Neg', 'a', 'b'), node('Relu', 'b', 'c')])],
      ),
    );
    const { kernels } = await planKernels(inference, profileById('none')!, uninterrupted);
    expect(kernels.map(({ nodes }) => nodes.map((at) => inference.nodes[at]!.node.operator))).toEqual([
      ['Neg'],
      ['Relu'],
    ]);
  });
});
