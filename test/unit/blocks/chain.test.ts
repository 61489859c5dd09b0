import { describe, expect, it } from 'vitest';
import { prepare } from '../../../server/engine/analyse';
import { chainOf, type Chain } from '../../../server/engine/blocks/chain';
import { stepsInFileOrder, stepsOf } from '../../../server/engine/blocks/steps';
import { parseOnnxText } from '../../../server/engine/formats/onnxText/parse';
import type { Inference } from '../../../server/engine/inference/types';
import { runThrough, uninterrupted } from '../../../server/engine/scheduler';

async function inferred(text: string): Promise<Inference> {
  const { value, problems } = await parseOnnxText(
    `<ir_version: 10, opset_import: ["": 21]> ${text}`,
    uninterrupted,
  );
  expect(problems).toEqual([]);
  const workload = { bindings: {}, phase: 'inference', precision: 'as-stored', runtime: null } as const;
  return (await prepare(value!, workload, uninterrupted)).inference;
}

interface Told {
  readonly chain: Chain;
  /** What each place makes. */
  readonly made: string[];
}

async function told(text: string): Promise<Told> {
  const inference = await inferred(text);
  const sequence = stepsOf(inference);
  const chain = runThrough(chainOf(inference, sequence));
  const made = [...chain.steps].map((step) => inference.nodes[sequence.nodes[step]!]!.node.outputs[0]!);
  return { chain, made };
}

const zeros = Array.from({ length: 16 }, () => 0).join(', ');

describe('a chain of steps', () => {
  it('has what does not depend on the main path before it', async () => {
    const { chain, made } = await told(`g (float[4, 4] x, float[4, 4] m) => (float[4, 4] y)
      <float[4, 4] w = {${zeros}}> {
      a = MatMul (x, w)
      r = Relu (a)
      k = Neg (m)
      b = Add (r, k)
      y = Relu (b)
    }`);
    // Four depend on the product, three on the negation.
    expect(made).toEqual(['k', 'a', 'r', 'b', 'y']);
    expect(chain.aside).toBe(1);
    // Each place's inputs in order: m; x and w; a; r and k; b.
    expect([...chain.makers]).toEqual([-1, -1, -1, 1, 2, 0, 3]);
    expect([...chain.starts]).toEqual([0, 1, 3, 4, 6, 7]);
    // Made before and read at the place or behind it: k; k and a; k and r; b.
    expect([...chain.open]).toEqual([0, 1, 2, 2, 1, 0]);
    expect([...chain.products]).toEqual([0, 0, 1, 1, 1, 1]);
    const [, , first, , second] = chain.kinds;
    expect(first).toBe(second);
    expect(new Set(chain.kinds).size).toBe(4);
  });

  it('has no place for what only computes sizes', async () => {
    const { made } =
      await told(`g (float[4, 4] x) => (float[16] y) <int64[1] minus = {-1}, float[4, 4] w = {${zeros}}> {
      s = Shape (x)
      t = Mul (s, s)
      a = MatMul (x, w)
      y = Reshape (a, minus)
    }`);
    expect(made).toEqual(['a', 'y']);
  });
});

describe('the kind of a step', () => {
  it('knows operators, attributes, shapes and types, and no names', async () => {
    const { chain, made } =
      await told(`g (float[4, 4] x) => (float[4, 4] y) <float[4, 4] w = {${zeros}}, float[4, 4] v = {${zeros}}> {
      a = Softmax <axis = 0> (x)
      b = Softmax <axis = 1> (a)
      c = Softmax <axis = 0> (b)
      d = Add (c, w)
      e = Add (d, v)
      f = Add (e, c)
      y = Add (v, f)
    }`);
    const kind = new Map(made.map((name, place) => [name, chain.kinds[place]]));
    expect(kind.get('a')).toBe(kind.get('c'));
    expect(kind.get('a')).not.toBe(kind.get('b'));
    // Another constant is no other kind; none, or one in another place, is.
    expect(kind.get('d')).toBe(kind.get('e'));
    expect(new Set([kind.get('e'), kind.get('f'), kind.get('y')]).size).toBe(3);
  });

  it('differs by the shape alone', async () => {
    const { chain, made } = await told(`g (float[4, 4] x) => (float[1, 4, 4] y) <int64[1] axes = {0}> {
      a = Relu (x)
      b = Unsqueeze (a, axes)
      y = Relu (b)
    }`);
    expect(made).toEqual(['a', 'b', 'y']);
    expect(chain.kinds[0]).not.toBe(chain.kinds[2]);
  });
});

describe('the order of steps', () => {
  it('is that of the file where each comes behind what it reads', async () => {
    const inference = await inferred(`g (float[4] x) => (float[4] y) {
      a = Relu (x)
      b = Neg (x)
      y = Add (b, a)
    }`);
    const names = (nodes: readonly number[]) => nodes.map((at) => inference.nodes[at]!.node.outputs[0]);
    expect(names(stepsInFileOrder(inference)!.nodes)).toEqual(['a', 'b', 'y']);
    // As late as the first reader allows, which reads b first.
    expect(names(stepsOf(inference).nodes)).toEqual(['b', 'a', 'y']);
  });

  it('has what no output needs at its end', async () => {
    const inference = await inferred(`g (float[4] x) => (float[4] y) {
      unread = Neg (x)
      y = Relu (x)
    }`);
    const { nodes, members, stepOf } = stepsOf(inference);
    expect(nodes).toEqual([1, 0]);
    expect(members).toEqual([[1], [0]]);
    expect([...stepOf]).toEqual([1, 0]);
  });
});
