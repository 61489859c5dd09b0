import { describe, expect, it } from 'vitest';
import type { Attribute } from '../../../server/engine/graph/model';
import { NodeAttributes } from '../../../server/engine/inference/attributes';
import { bytesOfFact, bytesOfStrings, workOf } from '../../../server/engine/inference/work';
import type { OperatorWork } from '../../../server/engine/operators/rule';
import { tensorOf } from '../operators/check';
import { infos, modelOf, node, subgraph, tryModel } from './build';

describe('the branch that counts', () => {
  /** How often the node that makes a name runs, where an If chooses between two lists of nodes. */
  async function runs(yes: ReturnType<typeof node>[], no: ReturnType<typeof node>[], ...names: string[]) {
    const branch = (name: string, nodes: ReturnType<typeof node>[]) => ({
      ...subgraph({}, nodes, nodes.at(-1)!.outputs[0]!),
      name,
    });
    const choice = node('If', 'c', 'y');
    const attributes = [branch('then_branch', yes), branch('else_branch', no)];
    const { nodeOf } = await tryModel(
      modelOf({
        inputs: infos({ c: 'bool[]', x: 'float[4, 4]', long: 'float[100]' }),
        nodes: [{ ...choice, attributes }],
      }),
    );
    return names.map((name) => nodeOf(name).repeat);
  }

  it('is that with more operations and bytes, the first of equal ones', async () => {
    const [product, sign] = [node('MatMul', 'x, x', 'p'), node('Neg', 'x', 's')];
    expect(await runs([product], [sign], 'p', 's')).toEqual([1, 0]);
    expect(await runs([sign], [product], 'p', 's')).toEqual([1, 0]);
    expect(await runs([node('Neg', 'x', 'a')], [node('Neg', 'x', 'b')], 'a', 'b')).toEqual([1, 0]);
    // Concatenation computes nothing: 200 floats that are moved weigh more than 16 signs.
    expect(await runs([sign], [node('Concat', 'long, long', 'l', { axis: 0 })], 's', 'l')).toEqual([0, 1]);
    // A special function is an operation too: 100 of them on 100 floats against two times 16.
    expect(await runs([node('Exp', 'long', 'e')], [sign], 'e', 's')).toEqual([1, 0]);
  });

  it('is weighed with the runs of what stands in it', async () => {
    const body = subgraph(
      { i: 'int64[]', go: 'bool[]', t: 'float[4, 4]' },
      [node('Neg', 't', 'u'), node('Identity', 'go', 'on')],
      'on, u',
    );
    const loop = (trips: number) => [
      node('Constant', '', 'trips', { value_int: trips }),
      {
        ...node('Loop', 'trips,, x', 'z'),
        inputs: ['trips', '', 'x'],
        attributes: [{ ...body, name: 'body' }],
      },
    ];
    const three = [node('Neg', 'x', 'a'), node('Neg', 'a', 'b'), node('Neg', 'b', 'n')];
    expect(await runs(loop(1), three, 'u', 'n')).toEqual([0, 1]);
    expect(await runs(loop(50), three, 'u', 'n')).toEqual([50, 0]);
  });
});

describe('attributes', () => {
  const given: Attribute[] = [
    { name: 'i', kind: 'int', value: 3 },
    { name: 'f', kind: 'float', value: 0.5 },
    { name: 's', kind: 'string', value: 'a' },
    { name: 'is', kind: 'ints', value: [1, 2] },
    { name: 'fs', kind: 'floats', value: [0.5] },
    { name: 'none', kind: 'floats', value: [] },
    { name: 'ss', kind: 'strings', value: ['a'] },
  ];
  const of = new NodeAttributes({ ...node('Op', 'x', 'y'), attributes: given }, undefined);

  it('are there in their own kind, else as the fallback says', () => {
    expect([of.int('i'), of.int('f'), of.int('f', 7), of.int('other', 7), of.int('other')]).toEqual([
      ...[3, undefined, 7, 7],
      undefined,
    ]);
    expect([of.float('f'), of.float('i', 2), of.float('other')]).toEqual([0.5, 2, undefined]);
    expect([of.string('s'), of.string('i', 'b'), of.string('other')]).toEqual(['a', 'b', undefined]);
    expect([of.strings('ss'), of.strings('s')]).toEqual([['a'], undefined]);
    expect([of.has('i'), of.has('none'), of.has('other')]).toEqual([true, true, false]);
  });

  it('are lists of numbers of either kind where nothing tells them apart', () => {
    expect([of.ints('is'), of.ints('fs'), of.ints('none'), of.ints('i')]).toEqual([
      ...[[1, 2], undefined, []],
      undefined,
    ]);
    expect([of.floats('fs'), of.floats('is'), of.floats('i')]).toEqual([[0.5], [1, 2], undefined]);
  });

  it('of a call reach its body by reference, under the names that these have there', () => {
    const reference: Attribute = { name: 'axis', kind: 'reference', value: 'at' } as never;
    const body = { ...node('Op', 'x', 'y'), attributes: [reference] };
    const called = new NodeAttributes(body, new Map([['at', { name: 'at', kind: 'int', value: 5 }]]));
    expect([called.int('axis'), called.attribute('axis')?.name, called.has('at')]).toEqual([
      5,
      'axis',
      false,
    ]);
    const bare = new NodeAttributes(body, new Map());
    expect([bare.int('axis', 1), bare.has('axis')]).toEqual([1, false]);
    expect(new NodeAttributes(body, undefined).has('axis')).toBe(false);
  });
});

describe('work', () => {
  const tensor = (dtype: 'float' | 'string', ...shape: number[]) => ({
    type: { kind: 'tensor' as const, dtype, shape },
  });
  const x = tensor('float', 2, 3);
  const subject = {
    ...{ node: node('Op', 'x, w', 'y'), version: 1 },
    ...{ inputs: [x, tensor('float', 5)], outputs: [tensor('float', 7)], weights: [false, true] },
  };
  const of = (work: OperatorWork, more: object = {}) =>
    workOf({ work: () => work } as never, { ...subject, ...more });

  it('is of the bytes of all operands, or of those that the rule says, weights apart', () => {
    // 6, 5 and 7 floats of four bytes.
    expect(of({})).toEqual({
      operations: { matrix: 0, vector: 0, special: 0 },
      bytes: { inputs: 24, weights: 20, outputs: 28 },
      touched: { inputs: [24, 20], outputs: [28] },
    });
    expect(of({ inputBytes: [8], outputBytes: [4], vector: 9 })).toEqual({
      operations: { matrix: 0, vector: 9, special: 0 },
      bytes: { inputs: 8, weights: 20, outputs: 4 },
      touched: { inputs: [8, 20], outputs: [4] },
    });
    expect(of({}, { inputs: [x, x], weights: [false, false] })!.touched.inputs).toEqual([24, 0]);
    expect(of({}, { inputs: [undefined, x], outputs: [undefined] })!.bytes).toEqual({
      ...{ inputs: 0, weights: 24, outputs: 0 },
    });
  });

  it('is unknown where a shape is, and where counts make no sense', () => {
    const open = { type: { kind: 'tensor' as const, dtype: 'float' as const } };
    expect(of({}, { inputs: [open] })).toBeNull();
    expect(of({}, { outputs: [{}] })).toBeNull();
    expect(of({}, { outputs: [tensor('float', -1)] })).toBeNull();
    for (const wrong of [-1, NaN, Infinity])
      expect([of({ matrix: wrong }), of({ special: wrong }), of({ inputBytes: [wrong] })]).toEqual([
        null,
        null,
        null,
      ]);
    const shape = { kind: 'gemm', batch: 1, m: 2, n: 0, k: 3, weights: 'none' } as const;
    expect(of({ matrix: 0, matrixShape: shape })).toMatchObject({ matrixShape: shape });
    expect(of({ matrix: 1, matrixShape: shape })).toBeNull();
  });

  it('of a list has the bytes of its items, of an optional those of what it may hold', () => {
    const list = { kind: 'sequence' as const, element: x.type };
    expect(bytesOfFact({ type: list, items: [x.type, tensor('float', 1).type] })).toBe(28);
    expect(bytesOfFact({ type: list, items: [x.type, undefined] })).toBe(48);
    expect(bytesOfFact({ type: list })).toBeNull();
    expect(bytesOfFact({ type: { kind: 'optional', element: x.type } })).toBe(24);
    expect(bytesOfFact({ type: { kind: 'map', key: 'int64', value: x.type } } as never)).toBeNull();
    expect([bytesOfFact(undefined), bytesOfFact(tensor('float'))]).toEqual([null, 4]);
  });

  it('of texts has the bytes that the file says', () => {
    const texts = tensorOf('t', 'string', [2], ['ab', '한'] as never);
    // Two letters of one byte, one of three.
    expect(bytesOfStrings({ ...texts, data: { place: 'none' } } as never)).toBe(5);
    expect(bytesOfStrings({ ...texts, data: { place: 'embedded', offset: 0, length: 9 } } as never)).toBe(9);
    expect([bytesOfStrings(tensorOf('f', 'float', [1], [1])), bytesOfStrings(undefined)]).toEqual([
      null,
      null,
    ]);
  });
});
