import { describe, expect, it } from 'vitest';
import type { Attribute, Model, ModelFunction, Node } from '../../../server/engine/graph/model';
import { shippedChips } from '../../../server/engine/chips/catalogue';
import { costsOn, prepare } from '../../../server/engine/analyse';
import { expansionSteps } from '../../../server/engine/inference/expansion';
import { inferSymbolic } from '../../../server/engine/inference/symbolic';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';
import { functionOf, infos, modelOf, node, subgraph, tryModel } from './build';

/** One call of the first function. */
function calling(
  functions: readonly ModelFunction[],
  calls: readonly Node[] = [call('F0', 'x', 'z')],
): Model {
  return modelOf({ inputs: infos({ x: 'float[1, 8]' }), nodes: calls, outputs: infos({ z: '' }) }, functions);
}

function call(name: string, from: string, to: string): Node {
  return node(`local::${name}`, from, to);
}

/** Each function calls the next one `times` times, the last one adds. */
function chain(length: number, times: number): ModelFunction[] {
  return Array.from({ length }, (_, i) => {
    const isLast = i === length - 1;
    const names = ['x', ...Array.from({ length: times - 1 }, (_unused, j) => `v${j}`), 'y'];
    const nodes = Array.from({ length: isLast ? 1 : times }, (_unused, j) =>
      isLast ? node('Add', 'x, x', 'y') : call(`F${i + 1}`, names[j]!, names[j + 1]!),
    );
    return functionOf(`F${i}`, 'x', 'y', nodes);
  });
}

const counted = (model: Model): number => runThrough(expansionSteps(model)).nodes;

describe('functions written out', () => {
  it('are counted before as the flat list has them after', async () => {
    // The call, then 1 + 2 + 4 + 8 calls and 16 additions: two for each of the level above.
    const model = calling(chain(5, 2));
    expect(counted(model)).toBe(1 + 2 + 4 + 8 + 16 + 16);
    const { inference, problems } = await tryModel(model);
    expect(inference.nodes.length).toBe(counted(model));
    expect(problems).toEqual([]);
  });

  it('are counted in bodies of loops and branches too', async () => {
    const branch = subgraph({}, [call('F1', 'x', 'b')], 'b');
    const outer = functionOf('F0', 'x', 'y', [
      node('Constant', '', 'c', { value_int: 1 }),
      node('If', 'c', 'y', { then_branch: branch, else_branch: subgraph({}, [node('Relu', 'x', 'e')], 'e') }),
    ]);
    const model = calling([outer, functionOf('F1', 'x', 'y', [node('Relu', 'x', 'y')])]);
    // Call, Constant, If, call in a branch, its Relu, Relu in the other.
    expect(counted(model)).toBe(6);
    expect((await tryModel(model)).inference.nodes.length).toBe(6);
  });

  it('that double 30 times are left as they are, by name and by number, and nothing is made up', async () => {
    const model = calling(chain(30, 2));
    expect(counted(model)).toBeGreaterThan(2 ** 30);
    const { inference, problems, types } = await tryModel(model);
    expect(problems).toEqual(['inference.expansion-too-large']);
    expect(inference.nodes.length).toBe(1);
    expect(types['z']).toBe('?');
    expect(await inferSymbolic(model, {}, uninterrupted)).toHaveLength(2);
    const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
    const prepared = await prepare(model, workload, uninterrupted);
    const chip = await costsOn(prepared, shippedChips.byId('nvidia-t4')!, uninterrupted);
    expect(chip.cost.total).toMatchObject({
      latencySeconds: null,
      operations: { isLowerBound: true },
    });
  });

  it('that fan out a thousand times each are left as they are', async () => {
    const leaf = functionOf('F1', 'x', 'y', chainOfNodes(300));
    const names = Array.from({ length: 1001 }, (_, i) => (i === 0 ? 'x' : i === 1000 ? 'z' : `v${i}`));
    const calls = names.slice(1).map((name, i) => call('F1', names[i]!, name));
    const model = calling([leaf], calls);
    // A file of 1,300 nodes may become 65,000.
    expect(counted(model)).toBe(1000 + 1000 * 300);
    const { inference, problems } = await tryModel(model);
    expect(problems).toEqual(['inference.expansion-too-large']);
    expect(inference.nodes.length).toBe(1000);
  });

  it('of as many layers as large models have are written out', async () => {
    const layer = functionOf('F1', 'x', 'y', chainOfNodes(100));
    const names = Array.from({ length: 129 }, (_, i) => (i === 0 ? 'x' : i === 128 ? 'z' : `v${i}`));
    const calls = names.slice(1).map((name, i) => call('F1', names[i]!, name));
    const { inference, problems } = await tryModel(calling([layer], calls));
    expect(problems).toEqual([]);
    expect(inference.nodes.length).toBe(128 + 128 * 100);
  });

  it('in a chain of 10,000 end at the deepest level, without a stack', async () => {
    const model = calling(chain(10_000, 1));
    expect(counted(model)).toBe(10_001);
    const { problems, inference } = await tryModel(model);
    expect(problems).toEqual(['inference.nesting-too-deep']);
    expect(inference.isPartial).toBe(true);
    expect(inference.nodes.length).toBe(65);
  });
});

describe('functions that call each other in circles', () => {
  it('are left out where the circle closes, however many ways lead around', async () => {
    // Of 12 that all call each other there are more than 12! ways.
    const names = Array.from({ length: 12 }, (_, i) => `F${i}`);
    const all = names.map((name, i) =>
      functionOf(
        name,
        'x',
        'y',
        names.map((other, j) => call(other, 'x', j === i ? 'y' : `v${j}`)),
      ),
    );
    const model = calling(all);
    expect(counted(model)).toBe(13);
    const { inference, problems } = await tryModel(model);
    expect(new Set(problems)).toEqual(new Set(['inference.function-recursive']));
    expect(inference.nodes.length).toBe(13);
  });

  it('count what they call outside of the circle', async () => {
    const model = calling([
      functionOf('F0', 'x', 'y', [call('F1', 'x', 'a'), call('F2', 'a', 'y')]),
      functionOf('F1', 'x', 'y', [call('F0', 'x', 'a'), call('F2', 'a', 'y')]),
      functionOf('F2', 'x', 'y', [node('Relu', 'x', 'a'), node('Relu', 'a', 'y')]),
    ]);
    // Main's call, F0's two, F2's two; the call of F1 closes the circle.
    expect(counted(model)).toBe(5);
    expect((await tryModel(model)).inference.nodes.length).toBe(5);
  });
});

describe('graphs that calls hand over', () => {
  it('are written out up to the limit, however often a function runs what it is given', async () => {
    // F0 runs its graph in both branches, that graph calls F1 with another one: 2^20 times in the end.
    const depth = 20;
    const given = (name: string): Attribute => ({ name, kind: 'reference', value: 'g' });
    const functions = Array.from({ length: depth }, (_, i) => ({
      ...functionOf(`F${i}`, 'c', 'y', [
        { ...node('If', 'c', 'y'), attributes: [given('then_branch'), given('else_branch')] },
      ]),
      attributes: ['g'],
    }));
    let hand: Attribute = subgraph({}, [node('Identity', 'c', 'y')], 'y');
    for (let i = depth - 1; i > 0; i--) {
      hand = subgraph({}, [{ ...call(`F${i}`, 'c', 'y'), attributes: [{ ...hand, name: 'g' }] }], 'y');
    }
    const first = { ...call('F0', 'c', 'z'), attributes: [{ ...hand, name: 'g' }] };
    const { inference, problems } = await tryModel(
      modelOf({ inputs: infos({ c: 'bool[]' }), nodes: [first] }, functions),
    );
    // Nobody lacks a name: what the branches make is only not written out.
    expect(new Set(problems)).toEqual(
      new Set(['inference.expansion-too-large', 'inference.costlier-branch-counts']),
    );
    expect(inference.isPartial).toBe(true);
    expect(inference.nodes.length).toBeGreaterThan(10_000);
    expect(inference.nodes.length).toBeLessThanOrEqual(20_000);
  });
});

/** From x to y through that many nodes. */
function chainOfNodes(count: number): Node[] {
  const names = Array.from({ length: count + 1 }, (_, i) => (i === 0 ? 'x' : i === count ? 'y' : `n${i}`));
  return names.slice(1).map((name, i) => node('Relu', names[i]!, name));
}
