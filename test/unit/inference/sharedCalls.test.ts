import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ModelFunction, Node } from '../../../server/engine/graph/model';
import { ruleOf } from '../../../server/engine/operators/table';
import { functionOf, infos, modelOf, node, tryModel } from './build';

afterEach(() => vi.restoreAllMocks());

const call = (name: string, from: string, to: string, attributes = {}): Node =>
  node(`local::${name}`, from, to, attributes);

async function inferred(
  inputs: Readonly<Record<string, string>>,
  nodes: readonly Node[],
  functions: readonly ModelFunction[],
): Promise<{ shapes: (readonly unknown[] | null)[]; rules: string[]; problems: string[] }> {
  const model = modelOf({ inputs: infos(inputs), nodes: [...nodes], outputs: infos({ z: '' }) }, functions);
  const { inference } = await tryModel(model);
  return {
    shapes: inference.nodes.map(({ outputs }) => {
      const type = inference.values[outputs[0]!]!.type;
      return type?.kind === 'tensor' ? (type.shape ?? null) : null;
    }),
    rules: inference.nodes.map(({ rule }) => rule),
    problems: inference.problems.map(({ code }) => code),
  };
}

/** How often the rule of an operator ran. */
function runsOf(operator: string): () => number {
  const spy = vi.spyOn(ruleOf('', operator)!, 'infer');
  return () => spy.mock.calls.length;
}

describe('calls of one function', () => {
  it('with equal arguments are inferred once, and all of their nodes know it', async () => {
    const runs = runsOf('Add');
    // F0 calls F1 twice, F1 calls F2 twice, ... : 2^9 additions of one shape.
    const functions = Array.from({ length: 10 }, (_, i) =>
      functionOf(
        `F${i}`,
        'x',
        'y',
        i === 9 ? [node('Add', 'x, x', 'y')] : [call(`F${i + 1}`, 'x', 't'), call(`F${i + 1}`, 't', 'y')],
      ),
    );
    const { shapes, rules } = await inferred({ x: 'float[2, 8]' }, [call('F0', 'x', 'z')], functions);
    // 1 call, 2 + 4 + ... + 512 calls, 512 additions.
    expect(shapes).toHaveLength(1 + 1022 + 512);
    expect(new Set(shapes.map(String))).toEqual(new Set(['2,8']));
    expect(new Set(rules)).toEqual(new Set(['function', 'exact']));
    expect(runs()).toBe(1);
  });

  it('with other shapes, contents or attributes are inferred each for itself', async () => {
    const runs = runsOf('Transpose');
    const turn = functionOf('Turn', 'x', 'y', [node('Transpose', 'x', 'y')]);
    const nodes = [call('Turn', 'a', 'b'), call('Turn', 'b', 'c'), call('Turn', 'c', 'z')];
    const { shapes } = await inferred({ a: 'float[2, 8]' }, nodes, [turn]);
    // [2,8] -> [8,2] -> [2,8] -> [8,2]: the third call is the first again. Calls come first, then bodies.
    expect(shapes.map(String)).toEqual(['8,2', '2,8', '8,2', '8,2', '2,8', '8,2']);
    expect(runs()).toBe(2);

    const reshape = functionOf('To', 'x, s', 'y', [node('Reshape', 'x, s', 'y')]);
    const sizes = [
      node('Constant', '', 's', { value_ints: [4, 4] }),
      node('Constant', '', 't', { value_ints: [16, 1] }),
    ];
    const other = await inferred(
      { a: 'float[2, 8]' },
      [...sizes, call('To', 'a, s', 'b'), call('To', 'a, t', 'z')],
      [reshape],
    );
    expect(other.shapes.slice(2, 4).map(String)).toEqual(['4,4', '16,1']);
  });

  it('tell each of its own faults', async () => {
    const wrong = functionOf('Wrong', 'x', 'y', [node('MatMul', 'x, x', 'y')]);
    const nodes = [call('Wrong', 'a', 'b'), call('Wrong', 'a', 'z')];
    const { problems } = await inferred({ a: 'float[2, 8]' }, nodes, [wrong]);
    const one = await inferred({ a: 'float[2, 8]' }, [call('Wrong', 'a', 'z')], [wrong]);
    expect(one.problems.length).toBeGreaterThan(0);
    expect(problems).toHaveLength(2 * one.problems.length);
  });
});
