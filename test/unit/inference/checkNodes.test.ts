import { describe, expect, it } from 'vitest';
import type { Graph } from '../../../server/engine/graph/model';
import { functionOf, infos, modelOf, node, subgraph, tryModel } from './build';

const inputs = { x: 'float[2, 3]', b: 'bool[2, 3]', i: 'int64[2, 3]' };

/** Problems of a graph of these nodes: code, node and part. */
async function found(nodes: Graph['nodes'], ...more: unknown[]): Promise<string[]> {
  const graph = { inputs: infos(inputs), nodes };
  const { inference } = await tryModel(modelOf(graph, ...(more as [])));
  return inference.problems.map(({ code, node: at, part }) =>
    [code, at, ...(part ? [`${part.side} ${part.index}`] : [])].join(' '),
  );
}

// Each is refused by onnx.checker.check_model(full_check=True) of onnx 1.23.
describe('nodes held against the schemas of their operators', () => {
  it.each([
    ['no such operator', node('Relo', 'x', 'y'), 'operator.unknown 0'],
    ['an input too few', node('MatMul', 'x', 'y'), 'operator.inputs-few 0'],
    ['an input too many', node('Relu', 'x, x', 'y'), 'operator.inputs-many 0 inputs 1'],
    ['an output too many', node('Relu', 'x', 'y, z'), 'operator.outputs-many 0 outputs 1'],
    ['an input left out', node('MatMul', ', x', 'y'), 'operator.input-missing 0 inputs 0'],
    [
      'no attribute of that name',
      node('Relu', 'x', 'y', { slope: 1 }),
      'operator.attribute-unknown 0 attributes 0',
    ],
    [
      'an attribute of another type',
      node('Softmax', 'x', 'y', { axis: '1' }),
      'operator.attribute-type 0 attributes 0',
    ],
    ['an attribute left out', node('Concat', 'x, x', 'y'), 'operator.attribute-missing 0'],
    ['a type that is not taken', node('And', 'b, x', 'y'), 'operator.type-not-allowed 0 inputs 1'],
    ['two types for one', node('Add', 'x, i', 'y'), 'operator.type-differs 0 inputs 1'],
  ])('%s', async (_, broken, expected) => {
    expect(await found([broken])).toEqual([expected]);
  });

  it('says from which version on there is an operator', async () => {
    const sets = [{ domain: '', version: 19 }];
    expect(await found([node('Gelu', 'x', 'y')], [], sets)).toEqual(['operator.later 0']);
  });

  it('asks once for the import of a domain, of the standard with an error', async () => {
    const nodes = [node('Relu', 'x', 'y'), node('Relu', 'x', 'z')];
    expect(await found(nodes, [], [{ domain: 'local', version: 1 }])).toEqual(['operator.opset-missing 0']);
  });

  it('blames the first of a chain and nothing that follows from it', async () => {
    // float + int64 is refused; what And and MatMul have against it follows.
    const nodes = [node('Add', 'x, i', 's'), node('And', 's, b', 'a'), node('MatMul', 's, a', 'm')];
    expect(await found(nodes)).toEqual(['operator.type-differs 0 inputs 1']);
    // Beside it another fault is one of its own.
    expect(await found([...nodes, node('And', 'x, b', 'own')])).toHaveLength(2);
  });

  it('looks into branches, and once into a function that is called twice', async () => {
    const branch = subgraph({}, [node('Relu', 'x, x', 'r')], 'r');
    const choice = node('If', 'c', 'y', { then_branch: branch, else_branch: branch });
    const condition = node('ReduceMax', 'b', 'c', { keepdims: 0 });
    expect(await found([condition, choice])).toEqual(
      expect.arrayContaining(['operator.inputs-many 2 inputs 1']),
    );
    const twice = functionOf('Twice', 'a', 'r', [node('Relu', 'a, a', 'r')]);
    const calls = [node('local::Twice', 'x', 'y'), node('local::Twice', 'x', 'z')];
    expect(await found(calls, [twice])).toEqual(['operator.inputs-many 2 inputs 1']);
  });
});
